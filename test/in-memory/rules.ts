/** The rules of one Service: as it wants them, and as found with the backends of today. */
import { type Backends, type ListenerKey, listenerKey, type LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Want } from './competition.ts'
import type { Rule, RuleBackends, View } from './view.ts'

export function wantedRules({ owner, want: { settings, backends } }: Want, address: string, refused: ReadonlySet<string>, base: View): readonly Rule[] {
  return settings.listeners
    .filter(({ key }) => !refused.has(`${owner.uid} ${key}`))
    .map(({ key, port, protocol, sourceRanges = settings.sourceRanges }) => ({
      owner,
      address,
      port,
      protocol,
      ...(sourceRanges === undefined ? {} : { sourceRanges }),
      backends: backendsOf(settings, key, backends, base),
    }))
}

/** A listener that the cluster knows no backends of keeps those it has. */
export function followedRules(rules: readonly Rule[], backends: Backends, base: View): readonly Rule[] {
  return rules.map((rule) => {
    const now = backends.ports[listenerKey(rule.port, rule.protocol)]
    if (now === undefined) return rule
    if (rule.backends.kind === 'endpoints') return { ...rule, backends: { kind: 'endpoints', endpoints: now.endpoints.map(({ ip, port }) => `${ip}:${port}`) } }
    const { group, groupId, nodePort, healthPort } = rule.backends
    const health = healthPort === undefined ? {} : { healthPort: backends.healthCheckNodePort ?? healthPort }
    return { ...rule, backends: { kind: 'group', group, groupId: base.groups[group]?.id ?? groupId, nodePort: now.nodePort ?? nodePort, ...health } }
  })
}

function backendsOf(settings: LoadBalancer, key: ListenerKey, { ports, healthCheckNodePort }: Backends, base: View): RuleBackends {
  const { nodePort, endpoints } = ports[key] ?? { endpoints: [] }
  const group = base.groups[`group-${settings.scheme}`]
  if (settings.targets === 'pods' || nodePort === undefined || group === undefined) {
    return { kind: 'endpoints', endpoints: endpoints.map(({ ip, port }) => `${ip}:${port}`) }
  }
  const health = settings.externalTrafficPolicy === 'Local' && healthCheckNodePort !== undefined ? { healthPort: healthCheckNodePort } : {}
  return { kind: 'group', group: group.name, groupId: group.id, nodePort, ...health }
}
