/**
 * From a request to the rules of its frontends: which targets, how they are chosen and watched. Decides nothing about addresses.
 */
import type { Family } from '../../src/model/address.ts'
import { familyOf } from '../../src/model/address.ts'
import type { Backends, HealthCheck, Listener, ListenerKey, LoadBalancer, NodeSet, PortBackends } from '../../src/model/load-balancer.ts'
import { commonRanges } from '../../src/model/source-ranges.ts'
import { rangesOf } from '../../src/provider/engine/narrow.ts'
import type { Desired, Intent } from '../../src/provider/provider.ts'
import type { LocalRule, LocalTarget, RuleSettings } from './parts.ts'

export const TCP_IDLE_SECONDS = 3600
export const UDP_IDLE_SECONDS = 60
export const DRAIN_SECONDS = 30

/** The rule of one listener on an address of one family. */
export type RulesOf = (family: Family, listener: Listener) => LocalRule

interface Memo {
  readonly settings: ReadonlyMap<ListenerKey, RuleSettings>
  readonly ports: Backends['ports']
  readonly nodes: NodeSet | undefined
  readonly rules: Map<string, LocalRule>
}

/**
 * Returns the rules of requests. An unchanged request gets the very same rules again, and so does one whose nodes changed while it is served by pods: the planner then
 * sees by identity that there is nothing to do. `kubeProxy`: whether the nodes answer for themselves (port 10256, `healthCheckNodePort`).
 */
export function ruleMaker({ kubeProxy }: { readonly kubeProxy: boolean }): (want: Desired<unknown>) => RulesOf {
  const memos = new WeakMap<LoadBalancer, Memo>()
  return ({ settings, backends }) => {
    const known = memos.get(settings)
    const nodes = settings.targets === 'nodes' ? backends.nodes : undefined
    const fits = known !== undefined && known.ports === backends.ports && known.nodes === nodes
    const memo = fits
      ? known
      : { settings: known?.settings ?? settingsOf(settings, kubeProxy), ports: backends.ports, nodes, rules: new Map<string, LocalRule>() }
    memos.set(settings, memo)
    return (family, listener) => {
      const name = `${family} ${listener.key}`
      const rule = memo.rules.get(name) ?? ruleOf(memo, family, listener, backends)
      memo.rules.set(name, rule)
      return rule
    }
  }
}

export type FollowIntent = Omit<Extract<Intent<unknown>, { follow: unknown }>, 'owner'>

/**
 * The same settings, with the targets the cluster has now and without source ranges that are not asked for any more; the rule itself where the cluster does
 * not know the listener any more, or nothing changed.
 */
export function followed(rule: LocalRule, family: Family, listener: ListenerKey, { follow, within, shrinkOnly }: FollowIntent): LocalRule {
  const settings = within === undefined ? rule.settings : closedTo(rule.settings, listener, within)
  const port = follow.ports[listener]
  const now = port === undefined ? rule.targets : targetsOf(settings, family, port, follow.nodes)
  if (shrinkOnly !== true) return port === undefined && settings === rule.settings ? rule : { settings, targets: now }
  const present = new Set(now.map(({ ip, port: number }) => `${ip} ${number}`))
  return { settings, targets: rule.targets.filter(({ ip, port: number }) => present.has(`${ip} ${number}`)) }
}

function closedTo(settings: RuleSettings, key: ListenerKey, within: Desired<unknown>): RuleSettings {
  const listener = within.settings.listeners.find((one) => one.key === key)
  const sourceRanges = listener === undefined ? settings.sourceRanges : commonRanges(settings.sourceRanges, rangesOf(within, listener))
  return sourceRanges === settings.sourceRanges || sourceRanges === undefined ? settings : { ...settings, sourceRanges }
}

function ruleOf({ settings }: Memo, family: Family, listener: Listener, backends: Backends): LocalRule {
  const found = settings.get(listener.key)
  if (found === undefined) throw new Error(`listener ${listener.key} is not part of its own request`)
  return { settings: found, targets: targetsOf(found, family, backends.ports[listener.key], backends.nodes) }
}

function settingsOf(settings: LoadBalancer, kubeProxy: boolean): ReadonlyMap<ListenerKey, RuleSettings> {
  return new Map(settings.listeners.map((listener) => [listener.key, listenerSettings(settings, listener, kubeProxy)]))
}

function listenerSettings(settings: LoadBalancer, listener: Listener, kubeProxy: boolean): RuleSettings {
  const sourceRanges = listener.sourceRanges ?? settings.sourceRanges
  return {
    reach: settings.targets,
    local: settings.externalTrafficPolicy === 'Local',
    scheduler: settings.scheduler ?? 'rr',
    affinity: settings.affinity,
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    proxyProtocol: listener.proxyProtocol,
    healthCheck: healthCheckOf(listener, settings.targets, kubeProxy),
    idleTimeoutSeconds: listener.idleTimeoutSeconds ?? (listener.protocol === 'TCP' ? TCP_IDLE_SECONDS : UDP_IDLE_SECONDS),
    drainTimeoutSeconds: settings.drainTimeoutSeconds ?? DRAIN_SECONDS,
  }
}

/**
 * Pods are watched by Kubernetes' readiness already, so they are asked only when the Service says how. Nodes are asked as the Service's traffic policy says, unless
 * no kube-proxy is there to answer; a UDP port cannot be asked anything.
 */
function healthCheckOf({ healthCheck, protocol }: Listener, targets: 'nodes' | 'pods', kubeProxy: boolean): HealthCheck {
  if (healthCheck.from === 'annotation') return healthCheck
  const none: HealthCheck = { ...healthCheck, protocol: 'none' }
  if (targets === 'pods') return none
  switch (healthCheck.from) {
    case 'healthCheckNodePort':
      return kubeProxy ? healthCheck : none
    case 'kube-proxy':
      if (kubeProxy) return healthCheck
      return protocol === 'TCP' ? { protocol: 'tcp', port: 'traffic', from: 'traffic port' } : none
    case 'traffic port':
      return protocol === 'TCP' ? healthCheck : none
    default:
      return healthCheck.from satisfies never
  }
}

/**
 * Where traffic goes: to the usable endpoints, or to the nodes' ports as long as there is a usable endpoint anywhere. With policy Local a node without one gets nothing.
 * Targets are of the frontend's own address family where there are such; otherwise of the other, since connections are made anew anyway.
 */
export function targetsOf(settings: RuleSettings, family: Family, port: PortBackends | undefined, { nodes }: NodeSet): readonly LocalTarget[] {
  if (port === undefined || port.endpoints.length === 0) return []
  if (settings.reach === 'pods') return ofFamily(family, port.endpoints)
  const { nodePort } = port
  if (nodePort === undefined) return []
  const holders = new Set(port.endpoints.flatMap(({ node }) => (node === undefined ? [] : [node])))
  const taken = port.withoutNodes === undefined ? nodes : nodes.filter(({ name }) => port.withoutNodes?.has(name) !== true)
  const used = settings.local && holders.size > 0 ? taken.filter(({ name }) => holders.has(name)) : taken
  return used.flatMap(({ addresses }) => {
    const ip = addresses.find((address) => familyOf(address) === family) ?? addresses[0]
    return ip === undefined ? [] : [{ ip, port: nodePort }]
  })
}

function ofFamily(family: Family, endpoints: PortBackends['endpoints']): readonly LocalTarget[] {
  const own = endpoints.filter(({ ip }) => familyOf(ip) === family)
  return own.length > 0 ? own : endpoints
}
