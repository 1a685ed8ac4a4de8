/** Firewall rules compared, in one form. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { parseCidr } from '../../../../src/model/address.ts'
import { compareText } from '../../../../src/model/order.ts'
import { contains } from '../../../../src/model/source-ranges.ts'
import type { Nullable } from '../../api/calls.ts'
import type { Allowed, Firewall } from '../../api/documents.ts'
import { runIn, runsOf, runText } from '../wanted/ports.ts'

/** What a rule is about: its packets are allowed or denied, at an address, or it lets in probes. */
export type Purpose = 'allow' | 'deny' | 'probes'

export function purposeOf({ denied, destinationRanges }: Firewall): Purpose {
  if ((denied?.length ?? 0) > 0) return 'deny'
  return (destinationRanges?.length ?? 0) > 0 ? 'allow' : 'probes'
}

export interface FirewallChange {
  readonly body: Nullable<Firewall>
  /** A client, a port or an address is not allowed any more. */
  readonly closes: boolean
  /** Nothing is allowed that was not. */
  readonly onlyCloses: boolean
}

/** What has to be changed of a rule, with all that a change may say; undefined: it is as wanted. */
export function firewallChange(found: Firewall, wanted: Firewall): FirewallChange | undefined {
  if (isDeepStrictEqual(essence(found), essence(wanted))) return undefined
  const { network: _, direction: __, description: ___, ...body } = wanted
  const kept = found.disabled === true ? { disabled: false } : {}
  const isAllowing = purposeOf(wanted) !== 'deny'
  const [closes, opens] = [!isWithin(found, wanted), !isWithin(wanted, found) || found.disabled === true]
  const changed = { ...body, ...targetsIn(found, wanted), ...kept }
  return { body: changed, closes: isAllowing ? closes : opens, onlyCloses: isAllowing ? closes && !opens : !closes }
}

/** An empty list takes away what is there. */
function targetsIn(found: Firewall, wanted: Firewall): Pick<Firewall, 'targetTags' | 'targetServiceAccounts'> {
  const isNamed = (name: 'targetTags' | 'targetServiceAccounts'): boolean => (wanted[name] ?? found[name] ?? []).length > 0
  return {
    ...(isNamed('targetTags') ? { targetTags: wanted.targetTags ?? [] } : {}),
    ...(isNamed('targetServiceAccounts') ? { targetServiceAccounts: wanted.targetServiceAccounts ?? [] } : {}),
  }
}

/** What counts of a rule, in one form. */
function essence({ priority, allowed, denied, sourceRanges, destinationRanges, targetTags, targetServiceAccounts, disabled }: Firewall): unknown {
  return {
    priority: priority ?? 1_000,
    allowed: portsOf(allowed),
    denied: portsOf(denied),
    sources: rangesOf(sourceRanges),
    destinations: rangesOf(destinationRanges),
    tags: (targetTags ?? []).toSorted(),
    accounts: (targetServiceAccounts ?? []).toSorted(),
    isOff: disabled === true,
  }
}

/** By protocol, in lower case; without ports: all. */
function portsOf(cases: readonly Allowed[] = []): readonly (readonly [string, readonly string[]])[] {
  const by = Map.groupBy(cases, ({ IPProtocol }) => IPProtocol.toLowerCase())
  return [...by]
    .map(([protocol, all]) => [protocol, runsOf(all.flatMap(({ ports = [] }) => ports.flatMap(numbersIn))).map(runText)] as const)
    .toSorted(([a], [b]) => compareText(a, b))
}

function numbersIn(text: string): readonly number[] {
  const { from, to } = runIn(text) ?? { from: 1, to: 0 }
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

function rangesOf(ranges: readonly string[] = []): readonly string[] {
  return [...new Set(ranges.map(canonical))].toSorted()
}

function canonical(range: string): string {
  return parseCidr(range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`) ?? range
}

/** `tcp 80`, or `tcp` for all ports of a protocol. */
export function portKeys({ allowed = [], denied = [] }: Firewall): ReadonlySet<string> {
  return new Set(
    portsOf([...allowed, ...denied]).flatMap(([protocol, runs]) =>
      runs.length === 0 ? [protocol] : runs.flatMap(numbersIn).map((port) => `${protocol} ${port}`),
    ),
  )
}

/** Whether all that the first rule matches is matched by the second. */
function isWithin(inner: Firewall, outer: Firewall): boolean {
  const outerPorts = portKeys(outer)
  const arePortsIn = [...portKeys(inner)].every((port) => outerPorts.has(port) || outerPorts.has(port.split(' ')[0] ?? '') || outerPorts.has('all'))
  const isIn = (some: readonly string[], others: readonly string[]): boolean => some.every((range) => others.some((other) => contains(other, range)))
  return (
    arePortsIn && isIn(rangesOf(inner.sourceRanges), rangesOf(outer.sourceRanges)) && isIn(rangesOf(inner.destinationRanges), rangesOf(outer.destinationRanges))
  )
}
