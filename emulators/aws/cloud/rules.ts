/** What makes two inbound rules one and the same, and what a rule lets through. */
import { isWithin } from '../../cloud/networks.ts'
import type { Rule, SecurityGroup, Source } from './objects.ts'
import type { Region } from './region.ts'

export function ruleKey({ protocol, from, to, source }: Omit<Rule, 'id' | 'description'>): string {
  return `${protocol} ${from ?? ''} ${to ?? ''} ${sourceText(source)}`
}

export function sourceText(source: Source): string {
  return source.kind === 'ipv4' || source.kind === 'ipv6' ? source.cidr : source.id
}

export interface Arrival {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** The address that the group sees. */
  readonly from: string
  /** Groups of the interface it comes from; none for a client outside. */
  readonly fromGroups: readonly string[]
}

/** True: one of these groups lets it in. */
export function letsIn(region: Region, groups: readonly string[], arrival: Arrival): boolean {
  return groups.some((id) => [...(region.groups.get(id)?.rules.values() ?? [])].some((rule) => matches(region, rule, arrival)))
}

function matches(region: Region, { protocol, from, to, source }: Rule, arrival: Arrival): boolean {
  if (protocol !== '-1' && protocol !== arrival.protocol) return false
  if (from !== undefined && to !== undefined && (arrival.port < from || arrival.port > to)) return false
  switch (source.kind) {
    case 'ipv4':
    case 'ipv6':
      return isWithin(arrival.from, source.cidr)
    case 'prefix-list':
      return region.prefixLists.get(source.id)?.entries.some((entry) => isWithin(arrival.from, entry)) === true
    case 'group':
      return arrival.fromGroups.includes(source.id)
    default:
      return source satisfies never
  }
}

/** Groups with a rule that names this one as its source, itself left out. */
export function referringTo(region: Region, id: string): readonly SecurityGroup[] {
  return [...region.groups.values()].filter(
    (group) => group.id !== id && [...group.rules.values()].some(({ source }) => source.kind === 'group' && source.id === id),
  )
}
