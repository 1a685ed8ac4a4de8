/** Which Services ask for a provider, and which it holds. Whether an owner is really gone is not decided here. */
import type { Service } from '../model/cluster.ts'
import { classOf, finalizerOf } from '../model/names.ts'

/**
 * Whether a Service asks for the provider: type LoadBalancer, and its class; a Service without class only for the default (KEP-1959). Deletion is not
 * looked at: a deleting Service still asks.
 */
export function eligibleFor(service: Service, provider: string, defaultClass: boolean): boolean {
  const { type, loadBalancerClass } = service.spec
  if (type !== 'LoadBalancer') return false
  return loadBalancerClass === undefined ? defaultClass : loadBalancerClass === classOf(provider)
}

/** Whether the provider's finalizer holds the Service: there may be something of ours to take away, whatever the Service asks for now. */
export function isHeldBy(service: Service, provider: string): boolean {
  return service.metadata.finalizers?.includes(finalizerOf(provider)) ?? false
}

/** Held by us, and to be taken away: it is being deleted, or no longer asks for this provider. */
export function isToBeCleaned(service: Service, provider: string, defaultClass: boolean): boolean {
  return isHeldBy(service, provider) && (service.metadata.deletionTimestamp !== undefined || !eligibleFor(service, provider, defaultClass))
}
