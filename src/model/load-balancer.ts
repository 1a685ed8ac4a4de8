/**
 * A load balancer as a Service asks for it, in words that belong to no cloud. Settings and backends are apart: backends follow the cluster even
 * while the settings may not change.
 */
import type { Family } from './address.ts'
import type { Problem } from './problem.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'
export type Scheme = 'internet-facing' | 'internal'

/** `80/TCP`: one number may be a listener of each protocol. */
export type ListenerKey = `${number}/${Protocol}`

export function listenerKey(port: number, protocol: Protocol): ListenerKey {
  return `${port}/${protocol}`
}

export interface LoadBalancer {
  readonly scheme: Scheme
  /** False: the scheme is a default, which never changes the scheme of a balancer that exists. */
  readonly schemeIsExplicit: boolean
  /** In order of preference; one or two. */
  readonly families: readonly Family[]
  /** True: every family of `families` has to be served. False: one of them is enough (PreferDualStack). */
  readonly needsAllFamilies: boolean
  /** Requested addresses, canonical, one per family at the most; empty: the cloud chooses. */
  readonly addresses: readonly string[]
  /** The field or annotation that asks for them, for messages: `spec.loadBalancerIP`. Absent where there are none. */
  readonly addressesFrom?: string
  /** Reserved addresses by the cloud's own name or id. */
  readonly addressNames: readonly string[]
  readonly addressPool?: string
  readonly subnets: readonly string[]
  /** Services with the same key share one balancer. It names its namespace, unless the operator shares it: `team-a/edge`, `edge`. */
  readonly share?: string
  readonly targets: 'nodes' | 'pods'
  readonly listeners: readonly Listener[]
  readonly affinity: Affinity
  /** Ranges that clients may connect from, canonical; absent: any. Present and without a range of a family: no client of that family. */
  readonly sourceRanges?: readonly string[]
  readonly securityGroups: readonly string[]
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly scheduler?: Scheduler
  readonly drainTimeoutSeconds?: number
  readonly preserveClientIp?: boolean
  readonly crossZone?: boolean
  /** A client gets backends of its own zone as long as one of them answers. A preference: a provider that cannot ignores it. */
  readonly zonalAffinity?: boolean
  readonly globalAccess?: boolean
  readonly tcpReset?: boolean
  readonly weighted?: boolean
  /** The balancer's name in the cloud; absent: made from ids. */
  readonly name?: string
  readonly dnsLabel?: string
  readonly tags: Readonly<Record<string, string>>
  readonly deletionProtection: boolean
  /** Id of an existing balancer or address to take over. */
  readonly adopt?: string
  /** Where a new address is taken from when no pool is named. An address that is held already stays, wherever it is from. */
  readonly defaultAddressPool?: string
  /** What the operator's policy allows. Absent: no limits. */
  readonly limits?: readonly Limit[]
}

/**
 * What the operator's policy allows of something that is not decided by the Service alone, but also by what exists, by other Services, or by the provider. A
 * planner refuses anything else with `refusal`; the Service is then followed.
 */
export interface Limit {
  readonly of: 'scheme' | 'address-pool'
  /** Texts; one that ends in `*` stands for all that begin so. */
  readonly allowed: readonly string[]
  readonly refusal: Problem
}

/** The first limit that does not allow a value; undefined: all of them allow it. */
export function limitAgainst(limits: readonly Limit[] | undefined, of: Limit['of'], value: string): Limit | undefined {
  return limits?.find((limit) => limit.of === of && !matchesAny(limit.allowed, value))
}

/** Whether one of the patterns fits: the text itself, or `BEGINNING*`. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern))
}

export interface Listener {
  readonly key: ListenerKey
  readonly port: number
  readonly protocol: Protocol
  /** The Service port's name; empty for a single unnamed port. */
  readonly name: string
  readonly appProtocol?: string
  /** This port's own ranges, instead of the balancer's. */
  readonly sourceRanges?: readonly string[]
  readonly proxyProtocol: 'off' | 'v1' | 'v2'
  readonly backendProtocol: 'tcp' | 'tls'
  readonly idleTimeoutSeconds?: number
  readonly tls?: { readonly certificates: readonly string[]; readonly policy?: string; readonly alpn: readonly string[] }
  readonly healthCheck: HealthCheck
}

/** How a backend is asked whether it is well. What is absent is the provider's default. */
export interface HealthCheck {
  readonly protocol: 'tcp' | 'http' | 'https' | 'none'
  /** A number, or the port that traffic goes to. */
  readonly port: number | 'traffic'
  readonly path?: string
  readonly intervalSeconds?: number
  readonly timeoutSeconds?: number
  readonly healthyThreshold?: number
  readonly unhealthyThreshold?: number
  readonly successCodes?: string
  /** Where the protocol and port come from. */
  readonly from: 'annotation' | 'healthCheckNodePort' | 'kube-proxy' | 'traffic port'
}

export type Affinity = { readonly kind: 'none' } | { readonly kind: 'client-ip'; readonly timeoutSeconds: number }

/** IPVS' names: round robin, random, least connections, destination hash, source hash, shortest expected delay, never queue. */
export const SCHEDULERS = ['rr', 'random', 'lc', 'dh', 'sh', 'sed', 'nq'] as const
export type Scheduler = (typeof SCHEDULERS)[number]

/**
 * Where traffic goes, both ways of reaching it; a provider takes the one that `targets` names. Every Service with the same node selector holds the
 * very same `nodes` object, so that providers may compare it by identity.
 */
export interface Backends {
  readonly nodes: NodeSet
  /** By listener; a listener that is not here has no backends known to the cluster any more, and keeps those it has when it is only followed. */
  readonly ports: Readonly<Record<ListenerKey, PortBackends>>
  /** Answers on each node whether it holds a ready pod of the Service (externalTrafficPolicy Local). */
  readonly healthCheckNodePort?: number
}

export interface PortBackends {
  /** Absent where none is allocated. */
  readonly nodePort?: number
  /** Usable endpoints only: ready ones, or where there is none those that still serve while terminating. Sorted, without doubles. */
  readonly endpoints: readonly Endpoint[]
  /** Names of nodes that the cloud did not take for this listener: they are left out for a while. */
  readonly withoutNodes?: ReadonlySet<string>
}

export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly node?: string
  readonly zone?: string
}

/** The nodes a balancer may use, sorted by name; frozen, and the same object as long as nothing a balancer cares for has changed. */
export interface NodeSet {
  readonly nodes: readonly ClusterNode[]
}

export interface ClusterNode {
  readonly name: string
  readonly providerId?: string
  /** InternalIPs, the first of each family being the node's primary one. */
  readonly addresses: readonly string[]
  readonly zone?: string
}
