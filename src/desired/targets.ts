/** Whether the balancer sends to node ports or to pods. */
import type { LoadBalancer } from '../model/load-balancer.ts'
import type { Request, RequestedPort } from './request.ts'

/**
 * What the annotation says; else pods where a port has no node port (`allocateLoadBalancerNodePorts: false`), else what the provider prefers. The
 * switch alone says nothing: older node ports stay when it is turned off, and single ports may be given one.
 */
export function buildTargets(ports: readonly RequestedPort[], { context, reading, findings }: Request): LoadBalancer['targets'] {
  const { name, capabilities, defaultTargets } = context.provider
  const lacking = ports.filter(({ spec }) => (spec.nodePort ?? 0) === 0)
  const said = reading.neutral.targets
  const lack = `${lacking.map(({ key }) => key).join(', ')} ${lacking.length === 1 ? 'has' : 'have'} no node port`
  const remedy = 'Set spec.allocateLoadBalancerNodePorts to true.'
  if (said === 'nodes' && lacking.length > 0) {
    findings.problems.push({ reason: 'Invalid', field: reading.keyOf('targets'), value: said, wrong: `is not possible: ${lack}`, allowed: '`pods`', remedy })
  }
  if (said !== undefined) return said
  if (lacking.length === 0) return defaultTargets
  const pods = capabilities['targets-pods']
  if (!pods.supported) {
    const wrong = `has ports without node port (${lack}), and the provider ${name} reaches no pods: ${pods.because}`
    findings.problems.push({ reason: 'Invalid', field: 'spec.ports', wrong, remedy })
  }
  return 'pods'
}
