/** The rules of one Service: as it wants them, and as found with the backends of today. */
import { type Backends, type ListenerKey, listenerKey, type LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Want } from './competition.ts'
import type { Rule, RuleBackends, View } from './view.ts'

export function wantedRules({ owner, want: { settings, backends } }: Want, address: string, refused: ReadonlySet<string>, base: View): readonly Rule[] {
  return settings.listeners
    .filter(({ key }) => refused.size === 0 || !refused.has(`${owner.uid} ${key}`))
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

/** The rules, with the found object in the place of each that says the same: who compares them afterwards compares objects. */
export function withKnown(found: readonly Rule[], rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule, i) => {
    const likely = found[i]
    if (likely !== undefined && isSame(likely, rule)) return likely
    return found.find((known) => isSame(known, rule)) ?? rule
  })
}

function isSame(a: Rule, b: Rule): boolean {
  if (a === b) return true
  const isSamePlace = a.port === b.port && a.address === b.address && a.protocol === b.protocol && a.owner.uid === b.owner.uid
  return isSamePlace && a.isLingering === b.isLingering && isSameText(a.sourceRanges, b.sourceRanges) && leadsToSame(a.backends, b.backends)
}

function leadsToSame(a: RuleBackends, b: RuleBackends): boolean {
  if (a.kind === 'endpoints') return b.kind === 'endpoints' && isSameText(a.endpoints, b.endpoints)
  if (b.kind === 'endpoints') return false
  return a.groupId === b.groupId && a.nodePort === b.nodePort && a.group === b.group && a.healthPort === b.healthPort
}

function isSameText(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && (a?.every((each, i) => each === b?.[i]) ?? false))
}
