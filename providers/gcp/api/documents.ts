/**
 * Objects of Compute Engine as they are on the wire (API version 1), as far as we read or write them. They are never rebuilt from these types: what Google
 * answered is copied and changed, so that members that we do not know are sent back as they came.
 */

/** What every answer has. `description` is all that says whose an object is: most kinds have no labels. */
export interface Document {
  /** A number of 19 digits, as text. */
  readonly id?: string
  readonly name?: string
  readonly description?: string
  readonly selfLink?: string
  readonly creationTimestamp?: string
  /** URLs. Neither: the object is global. */
  readonly region?: string
  readonly zone?: string
}

export type NetworkTier = 'PREMIUM' | 'STANDARD'
export type LoadBalancingScheme = 'EXTERNAL' | 'INTERNAL'
export type IpVersion = 'IPV4' | 'IPV6'

export interface Address extends Document {
  readonly address?: string
  readonly addressType?: LoadBalancingScheme
  readonly networkTier?: NetworkTier
  readonly subnetwork?: string
  /** Of an internal one; several forwarding rules may have it only as `SHARED_LOADBALANCER_VIP`. */
  readonly purpose?: 'GCE_ENDPOINT' | 'SHARED_LOADBALANCER_VIP' | (string & {})
  /** Empty or absent: `IPV4`. */
  readonly ipVersion?: IpVersion | ''
  readonly ipv6EndpointType?: 'NETLB'
  readonly prefixLength?: number
  readonly ipCollection?: string
  readonly status?: 'RESERVING' | 'RESERVED' | 'IN_USE'
  readonly users?: readonly string[]
}

export interface ForwardingRule extends Document {
  /** A literal in answers, of IPv6 with `/96`. */
  readonly IPAddress?: string
  readonly IPProtocol?: 'TCP' | 'UDP' | 'L3_DEFAULT'
  readonly ports?: readonly string[]
  /** `80` is answered as `80-80`. */
  readonly portRange?: string
  readonly allPorts?: boolean
  readonly loadBalancingScheme?: LoadBalancingScheme
  readonly backendService?: string
  readonly network?: string
  readonly subnetwork?: string
  readonly networkTier?: NetworkTier
  readonly ipVersion?: IpVersion
  readonly ipCollection?: string
  readonly allowGlobalAccess?: boolean
  readonly fingerprint?: string
  readonly target?: string
}

export interface Backend {
  /** A full URL. */
  readonly group?: string
  readonly balancingMode?: 'CONNECTION' | (string & {})
}

export interface BackendService extends Document {
  readonly protocol?: 'TCP' | 'UDP' | 'UNSPECIFIED'
  readonly loadBalancingScheme?: LoadBalancingScheme
  readonly healthChecks?: readonly string[]
  readonly sessionAffinity?: 'NONE' | 'CLIENT_IP' | (string & {})
  readonly connectionDraining?: { readonly drainingTimeoutSec?: number }
  readonly connectionTrackingPolicy?: {
    readonly trackingMode?: 'PER_CONNECTION' | 'PER_SESSION'
    readonly connectionPersistenceOnUnhealthyBackends?: string
    readonly enableStrongAffinity?: boolean
    readonly idleTimeoutSec?: number
  }
  readonly localityLbPolicy?: string
  readonly network?: string
  readonly networkPassThroughLbTrafficPolicy?: { readonly zonalAffinity?: { readonly spillover?: string; readonly spilloverRatio?: number } }
  readonly logConfig?: { readonly enable?: boolean; readonly sampleRate?: number; readonly optionalMode?: string; readonly optionalFields?: readonly string[] }
  readonly backends?: readonly Backend[]
  readonly fingerprint?: string
}

export interface PortCheck {
  readonly port?: number
  /** Of HTTP and HTTPS alone. */
  readonly requestPath?: string
}

export interface HealthCheck extends Document {
  readonly type?: 'TCP' | 'HTTP' | 'HTTPS'
  readonly checkIntervalSec?: number
  readonly timeoutSec?: number
  readonly healthyThreshold?: number
  readonly unhealthyThreshold?: number
  readonly tcpHealthCheck?: PortCheck
  readonly httpHealthCheck?: PortCheck
  readonly httpsHealthCheck?: PortCheck
}

export interface Allowed {
  /** `tcp`, `udp`, or `all`. */
  readonly IPProtocol: string
  /** `80`, `8000-8099`. Absent: all. */
  readonly ports?: readonly string[]
}

export interface Firewall extends Document {
  readonly network?: string
  readonly direction?: 'INGRESS' | 'EGRESS'
  readonly priority?: number
  readonly disabled?: boolean
  readonly allowed?: readonly Allowed[]
  readonly denied?: readonly Allowed[]
  readonly sourceRanges?: readonly string[]
  readonly destinationRanges?: readonly string[]
  readonly targetTags?: readonly string[]
  readonly targetServiceAccounts?: readonly string[]
}

/** Of instances in one zone, as a list that is kept by hand. */
export interface InstanceGroup extends Document {
  readonly network?: string
  readonly subnetwork?: string
  readonly size?: number
  readonly fingerprint?: string
}

export interface NetworkEndpointGroup extends Document {
  readonly networkEndpointType?: 'GCE_VM_IP' | (string & {})
  readonly network?: string
  readonly subnetwork?: string
  readonly size?: number
}

/** Of a group of the type `GCE_VM_IP`: an instance, by its name. */
export interface NetworkEndpoint {
  readonly instance: string
  readonly ipAddress?: string
  readonly ipv6Address?: string
}

/** What the checks of a backend service say of an instance, at one forwarding rule. */
export interface HealthStatus {
  readonly instance?: string
  readonly ipAddress?: string
  readonly healthState?: 'HEALTHY' | 'UNHEALTHY' | (string & {})
  readonly forwardingRule?: string
}

export interface Subnetwork extends Document {
  readonly network?: string
  readonly ipCidrRange?: string
  readonly stackType?: 'IPV4_ONLY' | 'IPV4_IPV6' | 'IPV6_ONLY'
  readonly ipv6AccessType?: 'EXTERNAL' | 'INTERNAL'
}

export type AnyDocument = Address | ForwardingRule | BackendService | HealthCheck | Firewall | InstanceGroup | NetworkEndpointGroup

/** What Google goes on with after it answered. A failure is here, and the answer that has it is 200. */
export interface Operation extends Document {
  readonly operationType?: string
  readonly status?: 'PENDING' | 'RUNNING' | 'DONE'
  readonly targetLink?: string
  readonly targetId?: string
  readonly httpErrorStatusCode?: number
  readonly httpErrorMessage?: string
  readonly error?: { readonly errors?: readonly OperationError[] }
}

export interface OperationError {
  readonly code?: string
  readonly message?: string
  readonly location?: string
  readonly errorDetails?: readonly ErrorDetail[]
}

/** Of an operation's error: `quotaInfo` and the like. Of an answer's: an object with `@type`. */
export interface ErrorDetail {
  readonly quotaInfo?: { readonly metricName?: string; readonly limitName?: string; readonly limit?: number }
  readonly reason?: string
}
