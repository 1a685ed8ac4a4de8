/** The records of Services: by cluster IP, headless by endpoints, and of type ExternalName. Pure. */
import type { ApiObject } from '../kubernetes/resource.ts'
import { canonical, CLUSTER_DOMAIN, dashed, reverseName } from './names.ts'
import { addressRecord, type DnsObjects, type DnsRecord, TTL } from './record.ts'

interface ServiceSpec {
  readonly type?: string
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly externalName?: string
  readonly publishNotReadyAddresses?: boolean
  readonly ports?: readonly Port[]
}

/** Of a Service, or of an EndpointSlice, which may leave out the number. */
interface Port {
  readonly name?: string
  readonly protocol?: string
  readonly port?: number
}

interface Endpoint {
  readonly addresses: readonly string[]
  readonly hostname?: string
  readonly conditions?: { readonly ready?: boolean }
}

interface Slice {
  readonly addressType: string
  readonly ports?: readonly Port[] | null
  readonly endpoints?: readonly Endpoint[] | null
}

export function serviceRecords({ services, endpointSlices }: Pick<DnsObjects, 'services' | 'endpointSlices'>): readonly DnsRecord[] {
  const slices = Map.groupBy(endpointSlices, ({ metadata }) => `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`)
  return services.flatMap((service) => {
    const { name, namespace } = service.metadata
    const domain = `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`
    const spec = service['spec'] as ServiceSpec
    if (spec.type === 'ExternalName') return externalRecords(domain, spec)
    if (spec.clusterIP === 'None') return headlessRecords(domain, spec, slices.get(`${namespace}/${name}`) ?? [])
    return clusterIpRecords(domain, spec)
  })
}

function externalRecords(domain: string, { externalName = '' }: ServiceSpec): readonly DnsRecord[] {
  return [{ name: domain, type: 'CNAME', ttl: TTL, data: canonical(externalName) }]
}

function clusterIpRecords(domain: string, { clusterIP = '', clusterIPs = [clusterIP], ports = [] }: ServiceSpec): readonly DnsRecord[] {
  const addresses = clusterIPs.filter((ip) => ip !== '')
  if (addresses.length === 0) return []
  return [
    ...addresses.flatMap((ip) => [addressRecord(domain, ip), ...reverseRecords(ip, domain)]),
    ...ports.flatMap((port) => srvRecords(domain, port, domain)),
  ]
}

/**
 * Of endpoints that are ready; of all where the Service publishes addresses that are not. The endpoints of a Service with a selector are its Pods', the
 * others those of EndpointSlices that name it.
 */
function headlessRecords(domain: string, { publishNotReadyAddresses = false }: ServiceSpec, slices: readonly ApiObject[]): readonly DnsRecord[] {
  return slices.flatMap((object) => {
    const { addressType, endpoints, ports } = object as unknown as Slice
    if (addressType === 'FQDN') return []
    const published = (endpoints ?? []).filter(({ conditions }) => publishNotReadyAddresses || conditions?.ready !== false)
    return published.flatMap((endpoint) => endpoint.addresses.flatMap((ip) => endpointRecords(domain, { ip, endpoint, ports: ports ?? [] })))
  })
}

interface PublishedAddress {
  readonly ip: string
  readonly endpoint: Endpoint
  readonly ports: readonly Port[]
}

/** An endpoint without a hostname is named by its address, as CoreDNS names it; the specification leaves that name open. */
function endpointRecords(domain: string, { ip, endpoint: { hostname = '' }, ports }: PublishedAddress): readonly DnsRecord[] {
  const own = `${hostname === '' ? dashed(ip) : hostname}.${domain}`
  return [addressRecord(domain, ip), addressRecord(own, ip), ...reverseRecords(ip, own), ...ports.flatMap((port) => srvRecords(domain, port, own))]
}

function reverseRecords(ip: string, name: string): readonly DnsRecord[] {
  const reverse = reverseName(ip)
  return reverse === undefined ? [] : [{ name: reverse, type: 'PTR', ttl: TTL, data: name }]
}

/** Ports without a name have none. */
function srvRecords(domain: string, { name = '', protocol = 'TCP', port }: Port, target: string): readonly DnsRecord[] {
  if (name === '' || port === undefined) return []
  const data = { priority: 0, weight: 100, port, target }
  return [{ name: `_${name}._${protocol.toLowerCase()}.${domain}`, type: 'SRV', ttl: TTL, data }]
}
