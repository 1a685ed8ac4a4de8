/** The rules of one Service: as it wants them, and as found with the backends of today. */
import { type Backends, type ListenerKey, listenerKey, type LoadBalancer } from '../../src/model/load-balancer.ts'
import { commonRanges } from '../../src/model/source-ranges.ts'
import { rangesOf } from '../../src/provider/engine/narrow.ts'
import type { Desired, Intent, NodesReachedBy } from '../../src/provider/provider.ts'
import type { Want } from './competition.ts'
import type { Rule, RuleBackends, View } from './view.ts'

/** What rules lead to beyond what is asked for. */
export interface RuleGround {
  readonly base: View
  readonly nodesReachedBy: NodesReachedBy
}

export function wantedRules({ owner, want: { settings, backends } }: Want, address: string, refused: ReadonlySet<string>, ground: RuleGround): readonly Rule[] {
  return settings.listeners
    .filter(({ key }) => refused.size === 0 || !refused.has(`${owner.uid} ${key}`))
    .map(({ key, port, protocol, sourceRanges = settings.sourceRanges }) => ({
      owner,
      address,
      port,
      protocol,
      ...(sourceRanges === undefined ? {} : { sourceRanges }),
      backends: backendsOf(settings, key, backends, ground),
    }))
}

type Follow = Extract<Intent<unknown>, { follow: unknown }>

/** What is found of an owner, without what it does not ask for any more. A listener that the cluster knows no backends of keeps those it has. */
export function followedRules(rules: readonly Rule[], { follow, within, shrinkOnly }: Omit<Follow, 'owner'>, base: View): readonly Rule[] {
  const asked = within === undefined ? rules : rules.flatMap((rule) => askedFor(rule, within))
  return shrinkOnly === true ? asked.map((rule) => shrunk(rule, follow)) : withBackends(asked, follow, base)
}

/** A rule for a port that is not asked for is closed, and so is a source range. */
function askedFor(rule: Rule, within: Desired<unknown>): readonly Rule[] {
  const listener = within.settings.listeners.find(({ key }) => key === listenerKey(rule.port, rule.protocol))
  if (listener === undefined) return []
  const sourceRanges = commonRanges(rule.sourceRanges, rangesOf(within, listener))
  return [sourceRanges === undefined || sourceRanges === rule.sourceRanges ? rule : { ...rule, sourceRanges }]
}

/** Without the pods that left. */
function shrunk(rule: Rule, { ports }: Backends): Rule {
  const now = ports[listenerKey(rule.port, rule.protocol)]
  if (now === undefined || rule.backends.kind === 'group') return rule
  const present = new Set(now.endpoints.map(({ ip, port }) => `${ip}:${port}`))
  const endpoints = rule.backends.endpoints.filter((endpoint) => present.has(endpoint))
  return endpoints.length === rule.backends.endpoints.length ? rule : { ...rule, backends: { kind: 'endpoints', endpoints } }
}

function withBackends(rules: readonly Rule[], backends: Backends, base: View): readonly Rule[] {
  return rules.map((rule) => {
    const now = backends.ports[listenerKey(rule.port, rule.protocol)]
    if (now === undefined) return rule
    if (rule.backends.kind === 'endpoints') return { ...rule, backends: { kind: 'endpoints', endpoints: now.endpoints.map(({ ip, port }) => `${ip}:${port}`) } }
    const { group, groupId, nodePort, healthPort } = rule.backends
    const health = healthPort === undefined ? {} : { healthPort: backends.healthCheckNodePort ?? healthPort }
    const port = nodePort === undefined ? {} : { nodePort: now.nodePort ?? nodePort }
    return { ...rule, backends: { kind: 'group', group, groupId: base.groups[group]?.id ?? groupId, ...port, ...health } }
  })
}

function backendsOf(settings: LoadBalancer, key: ListenerKey, { ports, healthCheckNodePort }: Backends, { base, nodesReachedBy }: RuleGround): RuleBackends {
  const { nodePort, endpoints } = ports[key] ?? { endpoints: [] }
  const group = base.groups[`group-${settings.scheme}`]
  const isReachable = nodesReachedBy === 'publishedAddress' || nodePort !== undefined
  if (settings.targets === 'pods' || !isReachable || group === undefined) {
    return { kind: 'endpoints', endpoints: endpoints.map(({ ip, port }) => `${ip}:${port}`) }
  }
  const health = settings.externalTrafficPolicy === 'Local' && healthCheckNodePort !== undefined ? { healthPort: healthCheckNodePort } : {}
  const port = nodesReachedBy === 'publishedAddress' || nodePort === undefined ? {} : { nodePort }
  return { kind: 'group', group: group.name, groupId: group.id, ...port, ...health }
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
