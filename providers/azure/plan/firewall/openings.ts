/**
 * What security rules of ours let in, address by address: the form in which they are decided about. Rules are made of it and read back into it, so that a rule
 * that several Services share needs no owner, and one that was changed by hand is simply not what is wanted. Pure.
 */
import { type Family, familyOf, parseAddress } from '../../../../src/model/address.ts'
import type { Child, SecurityRule } from '../../api/documents.ts'

export type RuleProtocol = 'Tcp' | 'Udp' | '*'

/** One thing that is allowed or denied at an address. */
export interface Opening {
  readonly access: 'Allow' | 'Deny'
  readonly protocol: RuleProtocol
  /** Sorted: ranges of one family, or one service tag alone, or `*`. */
  readonly sources: readonly string[]
  /** Sorted numbers or ranges as text, or `*`. */
  readonly ports: readonly string[]
}

/** By destination address, canonical. */
export type Openings = ReadonlyMap<string, readonly Opening[]>

/** Two openings are one where this is equal. */
export function contentOf({ access, protocol, sources, ports }: Opening): string {
  return [access, protocol, sources.join(','), ports.join(',')].join('|')
}

/**
 * What a rule opens, and where. Azure answers a single value beside an empty list, or a list without the single value, whichever was written (38 of 38 recorded
 * rules).
 */
export function openingOf({ properties = {} }: Child<SecurityRule>): { readonly opening: Opening; readonly destinations: readonly string[] } {
  const { access = 'Allow', protocol = '*' } = properties
  const sources = oneOrMore(properties.sourceAddressPrefix, properties.sourceAddressPrefixes)
  const ports = oneOrMore(properties.destinationPortRange, properties.destinationPortRanges)
  const destinations = oneOrMore(properties.destinationAddressPrefix, properties.destinationAddressPrefixes)
  return { opening: { access, protocol: protocol as RuleProtocol, sources, ports }, destinations: destinations.map(withoutLength) }
}

/** By address, what these rules open. */
export function openingsOf(rules: readonly Child<SecurityRule>[]): Openings {
  const all = new Map<string, Opening[]>()
  for (const { opening, destinations } of rules.map(openingOf))
    for (const destination of destinations) all.set(destination, [...(all.get(destination) ?? []), opening])
  return all
}

/** One opening for each address of its group, with all addresses that have it. */
export function gathered(openings: Openings): readonly { readonly opening: Opening; readonly family: Family; readonly destinations: readonly string[] }[] {
  const groups = new Map<string, { readonly opening: Opening; readonly family: Family; readonly destinations: Set<string> }>()
  for (const [destination, all] of openings) {
    for (const opening of all) {
      const family = familyOf(destination)
      const key = `${family}|${contentOf(opening)}`
      const group = groups.get(key) ?? { opening, family, destinations: new Set() }
      groups.set(key, group)
      group.destinations.add(destination)
    }
  }
  return [...groups.values()].map(({ destinations, ...group }) => ({ ...group, destinations: [...destinations].toSorted() }))
}

function oneOrMore(one: string | undefined, more: readonly string[] | undefined): readonly string[] {
  return (more !== undefined && more.length > 0 ? more : one === undefined || one === '' ? [] : [one]).toSorted()
}

/** Canonical; an address may come back as a range of one. */
function withoutLength(text: string): string {
  const address = text.replace(/\/(?:32|128)$/, '')
  return parseAddress(address) ?? address
}
