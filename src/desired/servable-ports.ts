/** Which ports a provider can serve. One that it cannot is refused alone, with the error that Kubernetes publishes for it, and the others are served. */
import type { Protocol } from '../model/load-balancer.ts'
import { oneProblem, type Problem } from '../model/problem.ts'
import type { Feature } from '../provider/capabilities.ts'
import type { RefusedPorts } from '../provider/provider.ts'
import type { RequestInput, RequestedPort } from './request-input.ts'
import { missing } from './support.ts'
import { buildTargets, type Targets } from './targets.ts'

export interface Servable {
  /** Those to listen on; all of them where none can be served, so that everything else that is wrong is found, too. */
  readonly ports: readonly RequestedPort[]
  readonly targets: Targets['targets']
  readonly refused?: RefusedPorts
}

/** Published in `status.loadBalancer.ingress[].ports[].error`. The second is Kubernetes' own (KEP-1435). */
const PORT_ERRORS = {
  protocol: 'fairlead.dev/ProtocolNotSupported',
  mixed: 'LoadBalancerMixedProtocolNotSupported',
  nodePort: 'fairlead.dev/NodePortNeeded',
} as const

/** The problem stands in the request's findings where no port is left. */
export function servablePorts(listened: readonly RequestedPort[], request: RequestInput): Servable {
  const refusals: Refused[] = []
  let left = listened
  const refuse = (refused: Refused | undefined): void => {
    if (refused === undefined || refused.ports.length === 0) return
    refusals.push(refused)
    left = left.filter((port) => !refused.ports.includes(port))
  }
  for (const protocol of new Set(listened.map((port) => port.protocol))) refuse(ofProtocol(protocol, left, request))
  refuse(mixed(left, request))
  refuse(onOneNumber(left, request))
  const { targets, unreachable, problem } = buildTargets(left, request)
  refuse(problem === undefined ? undefined : { ports: unreachable, error: PORT_ERRORS.nodePort, problem })
  const refused = refusedPorts(refusals)
  if (refused === undefined) return { ports: listened, targets }
  if (left.length > 0) return { ports: left, targets, refused: { ...refused, problem: servedApart(refused.problem) } }
  request.findings.problems.push(...refusals.map((each) => each.problem))
  return { ports: listened, targets, refused }
}

interface Refused {
  readonly ports: readonly RequestedPort[]
  readonly error: string
  readonly problem: Problem
}

const PROTOCOL_FEATURES = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const satisfies Record<Protocol, Feature>

function ofProtocol(protocol: Protocol, ports: readonly RequestedPort[], request: RequestInput): Refused | undefined {
  const concerned = ports.filter((port) => port.protocol === protocol)
  return unlessSupported(PROTOCOL_FEATURES[protocol], concerned, PORT_ERRORS.protocol, request)
}

/** The protocol of the first port is served: a port that is appended takes nothing from those before it. */
function mixed(ports: readonly RequestedPort[], request: RequestInput): Refused | undefined {
  const others = ports.filter(({ protocol }) => protocol !== ports[0]?.protocol)
  return unlessSupported('mixed-protocols', others, PORT_ERRORS.mixed, request)
}

/** The first of each number is served. */
function onOneNumber(ports: readonly RequestedPort[], request: RequestInput): Refused | undefined {
  const later = ports.filter((port, i) => ports.slice(0, i).some((other) => other.port === port.port))
  return unlessSupported('same-port-two-protocols', later, PORT_ERRORS.mixed, request)
}

function unlessSupported(feature: Feature, ports: readonly RequestedPort[], error: string, request: RequestInput): Refused | undefined {
  if (ports.length === 0) return undefined
  const problem = missing({ feature, field: 'spec.ports', value: ports.map(({ key }) => key).join(', ') }, request)
  return problem === undefined ? undefined : { ports, error, problem }
}

function refusedPorts(refusals: readonly Refused[]): RefusedPorts | undefined {
  const problem = oneProblem(refusals.map((refused) => refused.problem))
  if (problem === undefined) return undefined
  return { ports: refusals.flatMap(({ ports, error }) => ports.map(({ port, protocol }) => ({ port, protocol, error }))), problem }
}

function servedApart(problem: Problem): Problem {
  return { ...problem, remedy: [problem.remedy, 'The other ports are not affected.'].filter((text) => text !== undefined).join(' ') }
}
