/** Hands out cluster IPs. The only memory is the index of the stored Services, so nothing can leak. */
import type { ApiObject, Cluster, FieldError, Refusal } from '../../resource.ts'
import { contains, formatAddress, networkOf, parseAddress, sizeOf, type Family, type Range } from '../rules/addresses.ts'
import { invalid } from '../rules/field-errors.ts'
import { keepsPreference } from './families.ts'
import { scatter } from './scatter.ts'
import { isHeadless, needsClusterIp, specOf, type ServiceSpec } from './spec.ts'

/** The index of the stored Services by cluster IP. */
export const CLUSTER_IP_INDEX = 'clusterIP'

/** Fills the empty places of `clusterIPs`, one for each family, and reserves the ones asked for. */
export function allocateClusterIps(
  service: ApiObject,
  old: ServiceSpec | undefined,
  options: { readonly cluster: Cluster; readonly ranges: readonly Range[] },
): readonly FieldError[] | Refusal {
  const spec = specOf(service)
  if (!needsClusterIp(spec) || isHeadless(spec) || keepsPreference(spec, old)) return []
  const had = old !== undefined && needsClusterIp(old) ? (old.clusterIPs ?? []) : []
  if (had[0] === 'None') return []
  const families = spec.ipFamilies ?? []
  // An update allocates only what an upgrade to two families lacks; a changed address is validation's business.
  if (had.length > 0 && families.length <= had.length) return []
  const asked = spec.clusterIPs ?? []
  const addresses: string[] = []
  for (const [index, family] of families.entries()) {
    const wanted = asked[index] ?? ''
    const given = index < had.length ? (wanted === '' ? (had[index] ?? '') : wanted) : allocate(service, family, wanted, options)
    if (typeof given !== 'string') return given
    addresses.push(given)
  }
  spec.clusterIPs = addresses
  if (addresses[0] !== undefined) spec.clusterIP = addresses[0]
  return []
}

type Failure = readonly FieldError[] | Refusal

function allocate(service: ApiObject, family: Family, wanted: string, at: { cluster: Cluster; ranges: readonly Range[] }): string | Failure {
  const range = at.ranges.find((candidate) => candidate.family === family)
  if (wanted !== '') {
    const why = refusal(service, wanted, range, at.cluster)
    return why === undefined ? wanted : [invalid('spec.clusterIPs', specOf(service).clusterIPs, `failed to allocate IP ${wanted}: ${why}`)]
  }
  const free = range === undefined ? undefined : findFree(service, range, at.cluster)
  if (free !== undefined) return free
  const message = `failed to allocate a serviceIP for Service ${JSON.stringify(service.metadata.name)}: range is full`
  return { code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, causes: [{ reason: '', message }] }
}

function refusal(service: ApiObject, wanted: string, range: Range | undefined, cluster: Cluster): string | undefined {
  const address = parseAddress(wanted)
  const index = address === undefined || range === undefined || !contains(range, address) ? 0n : address.value - networkOf(range)
  // Neither the network's own address nor an IPv4 broadcast address is handed out.
  const isUsable = index > 0n && range !== undefined && (range.family === 'IPv6' || index < sizeOf(range) - 1n)
  if (address === undefined || !isUsable) return 'the provided network does not match the current range'
  return isTaken(service, formatAddress(address), cluster) ? 'provided IP is already allocated' : undefined
}

/** The lower part of a range is left to those who ask for an address (KEP-3070), until the upper is full. */
function findFree(service: ApiObject, range: Range, cluster: Cluster): string | undefined {
  const size = sizeOf(range) - (range.family === 'IPv4' ? 2n : 1n)
  const sixteenth = size / 16n
  const reserved = size <= 16n ? 0n : sixteenth > 256n ? 256n : sixteenth > 16n ? sixteenth : 16n
  const at = (index: bigint): string => formatAddress({ family: range.family, value: networkOf(range) + 1n + index })
  const upper = size - reserved
  const start = BigInt(scatter(`${service.metadata.namespace}/${service.metadata.name}/${service.metadata.uid}/${range.family}`))
  for (let step = 0n; step < upper; step++) {
    const address = at(reserved + ((start + step) % upper))
    if (!isTaken(service, address, cluster)) return address
  }
  for (let index = 0n; index < reserved; index++) if (!isTaken(service, at(index), cluster)) return at(index)
  return undefined
}

function isTaken(service: ApiObject, address: string, cluster: Cluster): boolean {
  return cluster.indexed('services', CLUSTER_IP_INDEX, address).some((holder) => holder.metadata.uid !== service.metadata.uid)
}
