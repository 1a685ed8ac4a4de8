/** Whether the balancer sends to node ports or to pods. */
import type { LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { RequestInput, RequestedPort } from './request-input.ts'
import type { RequestContext } from './service-request.ts'

export interface Targets {
  readonly targets: LoadBalancer['targets']
  /** Ports that cannot be reached this way. */
  readonly unreachable: readonly RequestedPort[]
  /** Why; there where a port is unreachable. */
  readonly problem?: Problem
}

/**
 * What the annotation says; else pods where the provider needs node ports and a port has none (`allocateLoadBalancerNodePorts: false`), else what the provider
 * prefers. The switch alone says nothing: older node ports stay when it is turned off, and single ports may be given one. Node ports are used for the ports that have one
 * where the annotation or the provider rules out pods.
 */
export function buildTargets(ports: readonly RequestedPort[], { context, reading }: RequestInput): Targets {
  const { name, capabilities, defaultTargets } = context.provider
  const lacking = needsNodePorts(context) ? ports.filter((port) => !hasNodePort(port)) : []
  const said = reading.neutral.targets
  const lack = `${lacking.map(({ key }) => key).join(', ')} ${lacking.length === 1 ? 'has' : 'have'} no node port`
  const remedy = 'Set spec.allocateLoadBalancerNodePorts to true.'
  if (lacking.length === 0 || said === 'pods') return { targets: said ?? defaultTargets, unreachable: [] }
  if (said === 'nodes') {
    const field = reading.keyOf('targets')
    return {
      targets: 'nodes',
      unreachable: lacking,
      problem: { reason: 'Invalid', field, value: said, wrong: `is not possible: ${lack}`, allowed: '`pods`', remedy },
    }
  }
  const pods = capabilities['targets-pods']
  if (pods.supported) return { targets: 'pods', unreachable: [] }
  const wrong = `has ports without node port (${lack}), and the provider ${name} reaches no pods: ${pods.because}`
  return { targets: 'nodes', unreachable: lacking, problem: { reason: 'Invalid', field: 'spec.ports', wrong, remedy } }
}

/** Whether traffic gets to nodes by their node ports alone. */
export function needsNodePorts({ provider }: Pick<RequestContext, 'provider'>): boolean {
  return (provider.nodesReachedBy ?? 'nodePort') === 'nodePort'
}

export function hasNodePort({ spec }: RequestedPort): boolean {
  return (spec.nodePort ?? 0) > 0
}
