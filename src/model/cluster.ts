/**
 * What we read of a cluster, in Kubernetes' own words and in the shape of its JSON: a wire object is one of these, with everything trimmed away that
 * nothing here reads. Objects are frozen and replaced, never changed, so that identity shows whether something is new.
 */
import type { Protocol } from './load-balancer.ts'

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  /** Decimal text beyond 2^53: never a number. */
  readonly resourceVersion: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
}

/** Of a Service: also a digest of the annotations that are not kept, by which a change of one of them is noticed. Absent: there are none. */
export interface ServiceMeta extends ObjectMeta {
  readonly namespace: string
  readonly otherAnnotations?: string
}

export interface Service {
  readonly metadata: ServiceMeta
  readonly spec: ServiceSpec
  readonly status: ServiceStatus
}

export interface ServiceSpec {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly selector?: Readonly<Record<string, string>>
  readonly ports?: readonly ServicePort[]
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[]
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  readonly externalIPs?: readonly string[]
  readonly sessionAffinity?: 'None' | 'ClientIP'
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } }
  readonly externalTrafficPolicy?: 'Cluster' | 'Local'
  readonly healthCheckNodePort?: number
  readonly loadBalancerIP?: string
  readonly loadBalancerSourceRanges?: readonly string[]
  readonly loadBalancerClass?: string
  readonly allocateLoadBalancerNodePorts?: boolean
  readonly publishNotReadyAddresses?: boolean
  /** `PreferClose` is the older name of `PreferSameZone`. */
  readonly trafficDistribution?: 'PreferSameZone' | 'PreferSameNode' | 'PreferClose' | (string & {})
}

export interface ServicePort {
  readonly name?: string
  readonly protocol?: Protocol
  readonly port: number
  readonly targetPort?: number | string
  readonly nodePort?: number
  readonly appProtocol?: string
}

export interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly Ingress[] }
  readonly conditions?: readonly Condition[]
}

export interface Ingress {
  readonly ip?: string
  readonly hostname?: string
  readonly ipMode?: string
  readonly ports?: readonly { readonly port: number; readonly protocol: string; readonly error?: string }[]
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

export interface EndpointSlice {
  readonly metadata: ObjectMeta & { readonly namespace: string }
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly endpoints?: readonly SliceEndpoint[] | null
  readonly ports?: readonly SlicePort[] | null
}

export interface SliceEndpoint {
  readonly addresses: readonly string[]
  /** Absent: ready and serving, not terminating. */
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
  readonly nodeName?: string
  readonly zone?: string
  /** The pod behind it, kept only for an endpoint that is not ready and not about to go: no other pod is asked for. */
  readonly targetRef?: { readonly name: string; readonly uid: string }
}

export interface SlicePort {
  readonly name?: string
  readonly protocol?: Protocol
  readonly port?: number
}

/** Of namespaces, their labels alone. */
export interface Namespace {
  readonly metadata: ObjectMeta
}

export interface Node {
  readonly metadata: ObjectMeta
  readonly spec?: { readonly providerID?: string; readonly taints?: readonly { readonly key: string }[] }
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
}

/** Of pods, only those are read that may be waiting for a load balancer. */
export interface Pod {
  readonly metadata: ObjectMeta & { readonly namespace: string }
  readonly spec?: { readonly readinessGates?: readonly { readonly conditionType: string }[] }
  readonly status?: { readonly conditions?: readonly PodCondition[] }
}

export type PodCondition = Pick<Condition, 'type' | 'status'> & Partial<Pick<Condition, 'reason' | 'message' | 'lastTransitionTime'>>

/**
 * The cluster as it stands at one moment. Its objects are frozen; its lookups answer from the store as it is now, so a decision takes all it needs in
 * one synchronous run.
 */
export interface Snapshot {
  service(namespace: string, name: string): Service | undefined
  services(): Iterable<Service>
  /** Of one namespace; the same array as long as none of them changed. */
  servicesIn(namespace: string): readonly Service[]
  /** Undefined: not known. Namespaces are read only where the operator's policy chooses them by label. */
  namespace(name: string): Namespace | undefined
  /** Every slice that carries the Service's name in `kubernetes.io/service-name`, by any creator. */
  slicesOf(namespace: string, name: string): readonly EndpointSlice[]
  /** All nodes, sorted by name; the same array as long as nothing changed that a balancer cares for (heartbeats do not count). */
  readonly nodes: readonly Node[]
  /** By UID: a pod that may be waiting for a load balancer, as it was when it was last asked for. */
  pod(uid: string): Pod | undefined
}
