/** What a Service publishes: `status.loadBalancer` in our words. */
import type { Protocol } from './load-balancer.ts'

/** One place where a Service can be reached. */
export type Place =
  | {
      readonly ip: string
      /** Proxy: the node does not see the balancer's address as destination, so kube-proxy must not short-circuit it (KEP-1860). */
      readonly ipMode: 'VIP' | 'Proxy'
    }
  | { readonly hostname: string }

export interface PortStatus {
  readonly port: number
  readonly protocol: Protocol
  /** CamelCase word, or `dns-subdomain/CamelCase`, of at most 316 characters. */
  readonly error?: string
}

export interface LoadBalancerStatus {
  /** Empty: nothing can be published yet. */
  readonly places: readonly Place[]
  /** Listeners that cannot be served, each with the reason; the others need no entry. */
  readonly ports?: readonly PortStatus[]
}

export function placeText(place: Place): string {
  return 'ip' in place ? place.ip : place.hostname
}
