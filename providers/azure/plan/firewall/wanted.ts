/**
 * What one Service lets in at its addresses. The group's own default rules matter: from the Internet nothing comes in that no rule allows, from the virtual
 * network everything that no rule denies. Pure.
 */
import { type Family, familyOf } from '../../../../src/model/address.ts'
import type { AzureOptions } from '../../../../annotations/azure.ts'
import type { Listener, LoadBalancer } from '../../../../src/model/load-balancer.ts'
import type { Opening, RuleProtocol } from './openings.ts'

export interface Wanted {
  readonly settings: Pick<LoadBalancer, 'scheme' | 'sourceRanges' | 'listeners'>
  readonly options: Pick<AzureOptions, 'serviceTags' | 'denyOthers' | 'noSecurityRules'>
}

/** Azure's word for all addresses outside the virtual network. */
const INTERNET = 'Internet'

/**
 * For an address of one family. Ranges of the other family allow no client here. An internal Service without ranges and tags needs no rule: its network is
 * allowed by default. So where it has ranges, the rest is denied below them; for an internet-facing one only where the Service says so, because traffic that
 * does not come from the Internet is not allowed there either.
 */
export function openingsWanted({ settings, options }: Wanted, family: Family): readonly Opening[] {
  if (options.noSecurityRules === true) return []
  const allowed = bySources(settings, options, family)
  const isClosed = options.denyOthers === true || settings.scheme === 'internal'
  return isClosed ? [...allowed, ...denials(settings)] : allowed
}

/** Of the ports that have ranges, whatever family those are of. */
function denials(settings: Wanted['settings']): readonly Opening[] {
  return PROTOCOLS.flatMap(([protocol, transport]) => {
    const ports = settings.listeners.filter((listener) => listener.protocol === transport && rangesOf(settings, listener) !== undefined)
    if (ports.length === 0) return []
    return [{ access: 'Deny', protocol, sources: ['*'], ports: ports.map(({ port }) => String(port)).toSorted() }]
  })
}

const PROTOCOLS = [
  ['Tcp', 'TCP'],
  ['Udp', 'UDP'],
] as const

/** Listeners of one protocol and the same sources are one opening with all their ports. */
function bySources(settings: Wanted['settings'], { serviceTags }: Wanted['options'], family: Family): readonly Opening[] {
  const found = new Map<string, { readonly protocol: RuleProtocol; readonly sources: readonly string[]; readonly ports: string[] }>()
  for (const listener of settings.listeners) {
    const protocol: RuleProtocol = listener.protocol === 'UDP' ? 'Udp' : 'Tcp'
    for (const sources of sourcesOf(settings, listener, { serviceTags, family })) {
      const key = `${protocol}|${sources.join(',')}`
      const known = found.get(key) ?? { protocol, sources, ports: [] }
      found.set(key, known)
      known.ports.push(String(listener.port))
    }
  }
  return [...found.values()].map(({ ports, ...rest }) => ({ access: 'Allow', ...rest, ports: ports.toSorted() }))
}

/** All ranges together, and each tag alone: Azure takes no tag in a list. */
function sourcesOf(
  settings: Wanted['settings'],
  listener: Listener,
  { serviceTags, family }: { readonly serviceTags: readonly string[] | undefined; readonly family: Family },
): readonly (readonly string[])[] {
  const ranges = rangesOf(settings, listener)
  const tags = (serviceTags ?? []).map((tag) => [tag])
  if (ranges === undefined) return serviceTags === undefined && settings.scheme === 'internet-facing' ? [[INTERNET]] : tags
  const own = ranges.filter((range) => familyOf(range) === family)
  return own.length === 0 ? tags : [own.toSorted(), ...tags]
}

function rangesOf(settings: Wanted['settings'], { sourceRanges }: Listener): readonly string[] | undefined {
  return sourceRanges ?? settings.sourceRanges
}
