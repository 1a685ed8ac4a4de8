/** Which Services ask for a provider, and which it holds. Whether an owner is really gone is not decided here. */
import type { Service } from '../model/cluster.ts'
import { BACKENDS, classOf, FINALIZERS, finalizerOf, PORTS_ERROR, READY } from '../model/names.ts'

/**
 * Whether a Service asks for the provider: type LoadBalancer, and its class; a Service without class only for the default (KEP-1959). Deletion is not
 * read: a deleting Service still asks.
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

/**
 * Whether a Service that no provider of ours can serve any more still carries a condition of ours: it was replaced without its finalizer, or never had one, as
 * it was refused. A Service without class may be served by another Fairlead, whose default provider takes it.
 */
export function isLeftBehind({ metadata, spec, status }: Service): boolean {
  if (metadata.finalizers?.some((name) => name.startsWith(FINALIZERS)) === true) return false
  const isOurs = spec.type === 'LoadBalancer' && (spec.loadBalancerClass === undefined || spec.loadBalancerClass.startsWith(classOf('')))
  return (
    !isOurs &&
    (status.conditions ?? []).some(({ type, message }) => type === READY || type === BACKENDS || (type === PORTS_ERROR && message.startsWith(classOf(''))))
  )
}
