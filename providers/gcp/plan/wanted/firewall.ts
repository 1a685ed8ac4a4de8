/**
 * Who may reach an address: as firewall rules of the network, because forwarding rules let everybody in. A family of which no range is named is closed, where any is
 * named (ingress-gce opens it to everybody). Pure.
 */
import { type Family, familyOf } from '../../../../src/model/address.ts'
import type { ListenerKey, Scheme } from '../../../../src/model/load-balancer.ts'
import type { FirewallTargets } from '../../api/config.ts'
import type { Allowed, Firewall } from '../../api/documents.ts'
import type { Port } from './forwarding-rules.ts'
import { runsOf, runText } from './ports.ts'

export interface OpenPort extends Port {
  readonly key: ListenerKey
  /** This port's own ranges, in place of the Service's. */
  readonly sourceRanges?: readonly string[]
}

export interface OpeningsRequest {
  readonly ports: readonly OpenPort[]
  /** Of the Service, canonical. Absent: everybody; present and without a range of a family: no client of that family. */
  readonly sourceRanges?: readonly string[]
  readonly families: readonly Family[]
}

/** What one rule lets in. */
export interface Opening {
  readonly family: Family
  /** Which listeners it is for: `service` for those without ranges of their own, else the listeners. It is part of the rule's name. */
  readonly of: string
  readonly allowed: readonly Allowed[]
  readonly sourceRanges: readonly string[]
}

const EVERYBODY: Readonly<Record<Family, string>> = { IPv4: '0.0.0.0/0', IPv6: '::/0' }

/** One for each family and list of ranges. Ports of one list are in one rule. */
export function openingsFor({ ports, sourceRanges, families }: OpeningsRequest): readonly Opening[] {
  const common = ports.filter((port) => port.sourceRanges === undefined)
  const groups = Map.groupBy(
    ports.filter((port) => port.sourceRanges !== undefined),
    (port) => (port.sourceRanges ?? []).toSorted().join(','),
  )
  const own = [...groups.values()].map((some) => ({
    of: some
      .map(({ key }) => key)
      .toSorted()
      .join(' '),
    some,
    ranges: some[0]?.sourceRanges,
  }))
  return families.flatMap((family) =>
    [{ of: 'service', some: common, ranges: sourceRanges }, ...own].flatMap(({ of, some, ranges }) => {
      const mayCome = rangesOf(family, ranges)
      return some.length === 0 || mayCome.length === 0 ? [] : [{ family, of, allowed: allowedFor(some), sourceRanges: mayCome }]
    }),
  )
}

function rangesOf(family: Family, ranges: readonly string[] | undefined): readonly string[] {
  if (ranges === undefined) return [EVERYBODY[family]]
  return ranges.filter((range) => familyOf(range) === family).toSorted()
}

/** Exact ports: those that follow each other are written as a range. */
function allowedFor(ports: readonly Port[]): readonly Allowed[] {
  return (['TCP', 'UDP'] as const).flatMap((protocol) => {
    const numbers = ports.filter((port) => port.protocol === protocol).map(({ port }) => port)
    return numbers.length === 0 ? [] : [{ IPProtocol: protocol.toLowerCase(), ports: runsOf(numbers).map(runText) }]
  })
}

export interface Place {
  /** An id. */
  readonly network: string
  /** Addresses of the load balancer, all of one family, canonical, without a length: while one is replaced there are two. */
  readonly addresses: readonly string[]
  readonly targets: FirewallTargets
}

/** Lower counts first, and at the same number what denies. */
const [ALLOW, DENY] = [999, 1000] as const

export function allowing({ allowed, sourceRanges }: Opening, { network, addresses, targets }: Place): Firewall {
  return { network, direction: 'INGRESS', priority: ALLOW, allowed, sourceRanges, destinationRanges: addresses.toSorted().map(only), ...targets }
}

/** All that no opening lets in: other rules of a network often let in everything that is inside it. To be made after what allows, and taken away before it. */
export function denying(family: Family, { network, addresses, targets }: Place): Firewall {
  const denied = [{ IPProtocol: 'all' }]
  return {
    network,
    direction: 'INGRESS',
    priority: DENY,
    denied,
    sourceRanges: [EVERYBODY[family]],
    destinationRanges: addresses.toSorted().map(only),
    ...targets,
  }
}

/** Source: cloud.google.com/load-balancing/docs/health-checks, "Probe IP ranges and firewall rules"; IPv6: kubernetes/ingress-gce pkg/flags. */
const PROBES: Readonly<Record<Scheme, Readonly<Record<Family, readonly string[]>>>> = {
  internal: { IPv4: ['130.211.0.0/22', '35.191.0.0/16'], IPv6: ['2600:2d00:1:b029::/64'] },
  'internet-facing': { IPv4: ['209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16'], IPv6: ['2600:1901:8001::/48'] },
}

export interface ProbesRequest extends Pick<Place, 'network' | 'targets'> {
  readonly family: Family
  /** Whose probes are let in: a check that Services share has those of both. */
  readonly schemes: readonly Scheme[]
  /** Of the check. */
  readonly port: number
}

/**
 * Lets in the probes of a health check. They are addressed to each load balancer that has the check, so that no address is named, and what denies the rest at an
 * address comes after it.
 */
export function admittingProbes({ network, targets, family, schemes, port }: ProbesRequest): Firewall {
  const sourceRanges = [...new Set(schemes.flatMap((scheme) => PROBES[scheme][family]))].toSorted()
  return { network, direction: 'INGRESS', priority: ALLOW, allowed: [{ IPProtocol: 'tcp', ports: [`${port}`] }], sourceRanges, ...targets }
}

/** The range of one address. */
export function only(address: string): string {
  return `${address}/${familyOf(address) === 'IPv4' ? 32 : 128}`
}
