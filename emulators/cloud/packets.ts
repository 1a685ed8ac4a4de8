/** A packet that a test sends to an emulated load balancer, and where it ends. */

export interface Sent {
  readonly from: string
  /** A DNS name or an address of a load balancer. */
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

export interface Dropped {
  readonly dropped: string
  readonly at: 'dns' | 'route' | 'provisioning' | 'firewall' | 'listener' | 'health' | 'target firewall' | 'target'
}

/** `via`: the load balancer, and the target as `id:port`. */
export type Delivery = { readonly backend: string; readonly via: readonly string[] } | Dropped
