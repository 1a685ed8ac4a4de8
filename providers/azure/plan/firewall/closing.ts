/** What of two states of one address is let in by both: it is written where something has to be closed before the rest can be opened. Pure. */
import { contains } from '../../../../src/model/source-ranges.ts'
import { contentOf, type Opening, type Openings } from './openings.ts'

/** Openings that let in no more than both do. Whatever is denied by one of them is denied. */
export function closedTo(found: readonly Opening[], wanted: readonly Opening[]): readonly Opening[] {
  const denied = distinct([...found, ...wanted].filter(({ access }) => access === 'Deny'))
  const allowed = found
    .filter(({ access }) => access === 'Allow')
    .flatMap((one) => wanted.filter(({ access }) => access === 'Allow').flatMap((other) => common(one, other)))
  return [...distinct(allowed), ...denied]
}

/** Whether something that is let in is not to be let in any more. */
export function closes(found: readonly Opening[], wanted: readonly Opening[]): boolean {
  const known = new Set(found.filter(({ access }) => access === 'Deny').flatMap(unitsOf))
  if (wanted.some((one) => one.access === 'Deny' && unitsOf(one).some((unit) => !known.has(unit)))) return true
  const allowed = wanted.filter(({ access }) => access === 'Allow')
  return found.some((one) => one.access === 'Allow' && !one.ports.every((port) => one.sources.every((source) => isAllowed(allowed, one, source, port))))
}

/** The same for all addresses. */
export function closesAny(found: Openings, wanted: Openings): boolean {
  const all = new Set([...found.keys(), ...wanted.keys()])
  return [...all].some((address) => closes(found.get(address) ?? [], wanted.get(address) ?? []))
}

/** Addresses of which nothing is left are not in it. */
export function closedOpenings(found: Openings, wanted: Openings): Openings {
  const all = new Set([...found.keys(), ...wanted.keys()])
  return new Map(
    [...all].map((address) => [address, closedTo(found.get(address) ?? [], wanted.get(address) ?? [])] as const).filter(([, { length }]) => length > 0),
  )
}

/** Addresses at which both say something else. */
export function changedAddresses(found: Openings, wanted: Openings): readonly string[] {
  const text = (openings: readonly Opening[] | undefined): string => (openings ?? []).map(contentOf).toSorted().join(' ')
  return [...new Set([...found.keys(), ...wanted.keys()])].filter((address) => text(found.get(address)) !== text(wanted.get(address)))
}

function common(one: Opening, other: Opening): readonly Opening[] {
  if (one.protocol !== other.protocol) return []
  const ports = one.ports.filter((port) => other.ports.includes(port))
  const sources = commonSources(one.sources, other.sources)
  return ports.length === 0 || sources.length === 0 ? [] : [{ access: 'Allow', protocol: one.protocol, sources, ports }]
}

/** A service tag stands for itself; `Internet` and `*` stand for every range. */
function commonSources(found: readonly string[], wanted: readonly string[]): readonly string[] {
  if (isAll(wanted)) return found
  if (isAll(found)) return wanted
  return [
    ...new Set([...found.filter((one) => wanted.some((other) => covers(other, one))), ...wanted.filter((one) => found.some((other) => covers(other, one)))]),
  ].toSorted()
}

function isAllowed(allowed: readonly Opening[], { protocol }: Opening, source: string, port: string): boolean {
  return allowed.some(
    (one) => one.protocol === protocol && one.ports.includes(port) && (isAll(one.sources) || one.sources.some((range) => covers(range, source))),
  )
}

function isAll(sources: readonly string[]): boolean {
  return sources.length === 1 && (sources[0] === '*' || sources[0] === 'Internet')
}

function covers(range: string, other: string): boolean {
  return range === other || (range.includes('/') && other.includes('/') && contains(range, other))
}

function unitsOf({ protocol, sources, ports }: Opening): readonly string[] {
  return ports.flatMap((port) => sources.map((source) => `${protocol} ${source} ${port}`))
}

function distinct(openings: readonly Opening[]): readonly Opening[] {
  return [...new Map(openings.map((one) => [contentOf(one), one])).values()]
}
