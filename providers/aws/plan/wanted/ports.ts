/**
 * From the listeners of a request to those of an NLB, which has one for each number: TCP and UDP on one number become a single listener that leads both to
 * one port of the backends, or the UDP one is refused.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Backends, Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import type { GroupHealthCheck, ListenerProtocol, TargetGroupProtocol } from '../../view.ts'
import { groupHealthCheck } from './health-check.ts'
import { tlsOf, type Tls } from './tls.ts'

export interface WantedPort {
  readonly port: number
  /** As the mark names it: `53/TCP`, `53/TCP_UDP`. */
  readonly mark: string
  readonly protocol: ListenerProtocol
  readonly groupProtocol: TargetGroupProtocol
  readonly healthCheck: GroupHealthCheck
  readonly tls?: Tls
  /** The one whose settings count; of a pair the TCP one. */
  readonly leader: Listener
  /** All that it serves. */
  readonly listeners: readonly Listener[]
}

export const PORT_ERRORS = {
  mixed: 'LoadBalancerMixedProtocolNotSupported',
  unchecked: 'fairlead.dev/HealthCheckNeeded',
  nodePort: 'fairlead.dev/NodePortNeeded',
  limit: 'fairlead.dev/TooManyListeners',
  dualStack: 'fairlead.dev/IPv6BackendsNeeded',
} as const

export interface Ports {
  readonly ports: readonly WantedPort[]
  readonly refused: readonly RefusedPort[]
}

/** Sorted by number. */
export function portsOf({ settings, backends }: Desired<AwsOptions>): Ports {
  const numbers = [...new Set(settings.listeners.map(({ port }) => port))].toSorted((a, b) => a - b)
  const ports: WantedPort[] = []
  const refused: RefusedPort[] = []
  const serve = (leader: Listener, listeners: readonly Listener[]): void => {
    const refusal = unservable(leader, settings.targets, backends)
    if (refusal === undefined) ports.push(wantedPort(leader, listeners))
    else refused.push(...listeners.map((listener) => ({ ...refusal, listener })))
  }
  for (const number of numbers) {
    const [tcp, udp] = (['TCP', 'UDP'] as const).map((protocol) => settings.listeners.find((one) => one.port === number && one.protocol === protocol))
    if (tcp === undefined || udp === undefined) {
      const only = tcp ?? udp
      if (only !== undefined) serve(only, [only])
      continue
    }
    const problem = unmergeable(tcp, udp, { settings, backends })
    serve(tcp, problem === undefined ? [tcp, udp] : [tcp])
    if (problem !== undefined) refused.push({ listener: udp, error: PORT_ERRORS.mixed, problem })
  }
  return { ports, refused }
}

function wantedPort(leader: Listener, listeners: readonly Listener[]): WantedPort {
  const tls = tlsOf(leader)
  const isPair = listeners.length > 1
  const protocol = isPair ? 'TCP_UDP' : tls !== undefined ? 'TLS' : leader.protocol === 'UDP' ? 'UDP' : 'TCP'
  return {
    port: leader.port,
    mark: isPair ? `${leader.port}/TCP_UDP` : leader.key,
    protocol,
    groupProtocol: protocol === 'TLS' ? (leader.backendProtocol === 'tls' ? 'TLS' : 'TCP') : protocol,
    healthCheck: groupHealthCheck(leader.healthCheck),
    ...(tls === undefined ? {} : { tls }),
    leader,
    listeners,
  }
}

/** Why TCP and UDP on one number cannot both be had. */
function unmergeable(tcp: Listener, udp: Listener, { settings, backends }: Pick<Desired<AwsOptions>, 'settings' | 'backends'>): Problem | undefined {
  const wrong = (because: string, remedy: string): Problem => ({
    reason: 'Invalid',
    field: FIELDS.ports,
    value: udp.key,
    wrong: `cannot stand beside ${tcp.key}: an NLB has one listener for each number, and ${because}`,
    remedy: `${tcp.key} is served. Give the UDP port another number${remedy}.`,
  })
  if (tlsOf(tcp) !== undefined) return wrong('one that ends TLS takes no datagrams', '')
  const [one, other] = [backends.ports[tcp.key], backends.ports[udp.key]]
  const isSame =
    settings.targets === 'nodes' ? one?.nodePort === other?.nodePort : isDeepStrictEqual(one?.endpoints.map(placeOf) ?? [], other?.endpoints.map(placeOf) ?? [])
  return isSame ? undefined : wrong('one for both leads to one port', ', or let both lead to one port of the backends')
}

function placeOf({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${ip} ${port}`
}

function unservable(listener: Listener, targets: 'nodes' | 'pods', { ports }: Backends): Pick<RefusedPort, 'error' | 'problem'> | undefined {
  const { key, healthCheck } = listener
  if (healthCheck.protocol === 'none') {
    const problem: Problem = {
      reason: 'Invalid',
      field: `${FIELDS.healthCheck}-port`,
      wrong: `is needed for ${key}: an NLB asks its backends by TCP or HTTP whether they are well, at another port where the traffic is UDP`,
      allowed: 'the number of a port at which the pods answer TCP, or HTTP with a path',
    }
    return { error: PORT_ERRORS.unchecked, problem }
  }
  if (targets === 'nodes' && ports[key] !== undefined && ports[key].nodePort === undefined) {
    const problem: Problem = { reason: 'Invalid', field: FIELDS.targets, value: 'nodes', wrong: `needs a node port, and ${key} has none`, allowed: 'pods' }
    return { error: PORT_ERRORS.nodePort, problem }
  }
  return undefined
}
