/**
 * Which forwarding rules a Service needs for its ports. No rule forwards a port that is not a port of the Service, unless all are forwarded, knowingly, and the
 * firewall alone decides. Pure.
 */
import type { Protocol, Scheme } from '../../../../src/model/load-balancer.ts'
import { chunks } from '../../../../src/provider/kit/pages.ts'
import type { BackendService, ForwardingRule } from '../../api/documents.ts'
import { type Run, runIn, runsOf, runText } from './ports.ts'

/** What of a rule says which packets it takes. Exactly one of the three last. */
export type Match = Pick<ForwardingRule, 'IPProtocol' | 'ports' | 'portRange' | 'allPorts'> & { readonly IPProtocol: 'TCP' | 'UDP' | 'L3_DEFAULT' }

export interface Port {
  readonly port: number
  readonly protocol: Exclude<Protocol, 'SCTP'>
}

export interface RulesRequest {
  readonly scheme: Scheme
  readonly ports: readonly Port[]
  /**
   * How many rules the address may have: one, where an internal address is not made for several (`SHARED_LOADBALANCER_VIP`); else 10 of an internal one. Source:
   * cloud.google.com/load-balancing/docs/quotas.
   */
  readonly mostRules: number
}

export interface WantedRules {
  readonly matches: readonly Match[]
  readonly backendProtocol: NonNullable<BackendService['protocol']>
  /** Rules forward more than the Service has: nothing but the firewall keeps it out. */
  readonly isFirewallTheFilter: boolean
}

/** Of a rule that lists them. Source: Compute API v1, the comment of `ports`. */
const MOST_PORTS = 5
const PROTOCOLS = ['TCP', 'UDP'] as const

/** The same for the same ports, whatever was there before. */
export function wantedRules(request: RulesRequest): WantedRules {
  const exact = PROTOCOLS.flatMap((protocol) => exactMatches(request.scheme, protocol, portsOf(request, protocol)))
  const isFirewallTheFilter = exact.length > request.mostRules
  return { matches: isFirewallTheFilter ? [allPorts(request)] : exact, backendProtocol: backendProtocolOf(request), isFirewallTheFilter }
}

export interface RulesBesideRequest extends RulesRequest {
  /** Ports, as `80/TCP`, that another Service gets at the address: a rule that forwards one of them goes. */
  readonly freed?: ReadonlySet<string>
}

/**
 * With the rules that are there and can stay, so that none that serves is replaced: a rule cannot be changed. One stays that forwards a port which is not asked for
 * any more, and the firewall keeps that out. Others are made beside them for the ports that none of them has; where that would be too many, all are replaced.
 */
export function rulesBeside(found: readonly Match[], { freed = new Set(), ...request }: RulesBesideRequest): WantedRules {
  const asked = new Set(request.ports.map(({ port, protocol }) => `${port}/${protocol}`))
  const kept = found.filter((match) => forwardsOne(match, asked) && !forwardsOne(match, freed))
  const left = request.ports.filter(({ port, protocol }) => !kept.some((match) => takes(match, port, protocol)))
  const beside = wantedRules({ ...request, ports: left, mostRules: Infinity }).matches
  if (kept.length + beside.length > request.mostRules) return wantedRules(request)
  const isFirewallTheFilter = kept.some((match) => match.allPorts === true || portsIn(match).some((port) => !asked.has(`${port}/${match.IPProtocol}`)))
  return { matches: [...kept, ...beside], backendProtocol: backendProtocolOf(request), isFirewallTheFilter }
}

/** Whether two rules cannot stand at one address: Google refuses a port that another rule of the protocol has. */
export function overlaps(a: Match, b: Match): boolean {
  if (a.IPProtocol !== b.IPProtocol) return false
  if (a.allPorts === true || b.allPorts === true) return true
  const ports = new Set(portsIn(a))
  return portsIn(b).some((port) => ports.has(port))
}

function takes(match: Match, port: number, protocol: Port['protocol']): boolean {
  if (match.IPProtocol !== protocol && match.IPProtocol !== 'L3_DEFAULT') return false
  return match.allPorts === true || portsIn(match).includes(port)
}

/** `ports`: as `80/TCP`. */
function forwardsOne(match: Match, ports: ReadonlySet<string>): boolean {
  return [...ports].some((key) => {
    const [port = '', protocol = ''] = key.split('/')
    return takes(match, Number(port), protocol as Port['protocol'])
  })
}

/** What two rules that take the same packets have in common: `80` is answered as `80-80`, and five ports in any order. */
export function matchKey(match: Match): string {
  const runs = runsOf(portsIn(match)).map(runText)
  return `${match.IPProtocol} ${match.allPorts === true ? 'all' : runs.join(',')}`
}

/** Of a rule as Google answered it. Undefined: it is of another protocol. */
export function matchOf({ IPProtocol, ports, portRange, allPorts: isAll }: ForwardingRule): Match | undefined {
  if (IPProtocol === undefined) return undefined
  if (isAll === true) return { IPProtocol, allPorts: true }
  return portRange === undefined ? { IPProtocol, ports: ports ?? [] } : { IPProtocol, portRange }
}

/** One rule after the other: of an external balancer, ports that follow each other as a range, which is exact too; the others five by five. */
function exactMatches(scheme: Scheme, protocol: Port['protocol'], ports: readonly number[]): readonly Match[] {
  const runs = runsOf(ports)
  // Internal ones take no ranges. Source: Compute API v1, the comment of `portRange`.
  const ranges = scheme === 'internal' ? [] : runs.filter(({ from, to }) => to - from >= MOST_PORTS)
  const single = runs.filter((run) => !ranges.includes(run)).flatMap(numbersIn)
  return [
    ...ranges.map((run): Match => ({ IPProtocol: protocol, portRange: runText(run) })),
    ...chunks(single, MOST_PORTS).map((some): Match => ({ IPProtocol: protocol, ports: some.map(String) })),
  ]
}

/** `L3_DEFAULT` takes every protocol, and is the only one that takes two. */
function allPorts(request: RulesRequest): Match {
  const backend = backendProtocolOf(request)
  return { IPProtocol: backend === 'UNSPECIFIED' ? 'L3_DEFAULT' : backend, allPorts: true }
}

function backendProtocolOf({ ports }: RulesRequest): WantedRules['backendProtocol'] {
  const [first, second] = PROTOCOLS.filter((protocol) => ports.some((port) => port.protocol === protocol))
  return second === undefined ? (first ?? 'TCP') : 'UNSPECIFIED'
}

function portsOf({ ports }: RulesRequest, protocol: Port['protocol']): readonly number[] {
  return ports.filter((port) => port.protocol === protocol).map(({ port }) => port)
}

/** None, where it forwards all of them. */
export function portsIn({ ports = [], portRange }: Match): readonly number[] {
  return [...ports, ...(portRange === undefined ? [] : [portRange])].flatMap((text) => numbersIn(runIn(text) ?? { from: 1, to: 0 }))
}

function numbersIn({ from, to }: Run): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
