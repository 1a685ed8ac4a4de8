/**
 * From a wish to the rules of its frontends: which targets, how they are chosen and watched. Decides nothing about addresses.
 */
import type { Family } from '../../src/model/address.ts'
import { familyOf } from '../../src/model/address.ts'
import type { Backends, HealthCheck, Listener, ListenerKey, LoadBalancer, NodeSet, PortBackends } from '../../src/model/load-balancer.ts'
import type { Desired } from '../../src/provider/provider.ts'
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
 * Answers the rules of wishes. An unchanged wish gets the very same rules again, and so does one whose nodes changed while it is served by pods: the planner then
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

/** The same settings, with the targets the cluster has now; the rule itself where the cluster does not know the listener any more, or nothing changed. */
export function followed(rule: LocalRule, family: Family, listener: ListenerKey, backends: Backends): LocalRule {
  const port = backends.ports[listener]
  return port === undefined ? rule : { settings: rule.settings, targets: targetsOf(rule.settings, family, port, backends.nodes) }
}

function ruleOf({ settings }: Memo, family: Family, listener: Listener, backends: Backends): LocalRule {
  const found = settings.get(listener.key)
  if (found === undefined) throw new Error(`listener ${listener.key} is not part of its own wish`)
  return { settings: found, targets: targetsOf(found, family, backends.ports[listener.key], backends.nodes) }
}

function settingsOf(wish: LoadBalancer, kubeProxy: boolean): ReadonlyMap<ListenerKey, RuleSettings> {
  return new Map(wish.listeners.map((listener) => [listener.key, listenerSettings(wish, listener, kubeProxy)]))
}

function listenerSettings(wish: LoadBalancer, listener: Listener, kubeProxy: boolean): RuleSettings {
  const sourceRanges = listener.sourceRanges ?? wish.sourceRanges
  return {
    reach: wish.targets,
    local: wish.externalTrafficPolicy === 'Local',
    scheduler: wish.scheduler ?? 'rr',
    affinity: wish.affinity,
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    proxyProtocol: listener.proxyProtocol,
    healthCheck: healthCheckOf(listener, wish.targets, kubeProxy),
    idleTimeoutSeconds: listener.idleTimeoutSeconds ?? (listener.protocol === 'TCP' ? TCP_IDLE_SECONDS : UDP_IDLE_SECONDS),
    drainTimeoutSeconds: wish.drainTimeoutSeconds ?? DRAIN_SECONDS,
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
  const used = settings.local && holders.size > 0 ? nodes.filter(({ name }) => holders.has(name)) : nodes
  return used.flatMap(({ addresses }) => {
    const ip = addresses.find((address) => familyOf(address) === family) ?? addresses[0]
    return ip === undefined ? [] : [{ ip, port: nodePort }]
  })
}

function ofFamily(family: Family, endpoints: PortBackends['endpoints']): readonly LocalTarget[] {
  const own = endpoints.filter(({ ip }) => familyOf(ip) === family)
  return own.length > 0 ? own : endpoints
}
