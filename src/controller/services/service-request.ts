/** What a Service requests of this provider, under the operator's policy. */
import { defaultsRecord } from '../../desired/defaults.ts'
import { eligibleFor, isHeldBy } from '../../desired/eligible.ts'
import type { ServiceRequest } from '../../desired/service-request.ts'
import type { Service, Snapshot } from '../../model/cluster.ts'
import { contextIn, requestUnder } from '../../policy/apply.ts'
import type { ProviderState } from '../provider-state.ts'

/** As far as the operator's policy allows. */
export function requestOf({ context, policy, released }: ProviderState, service: Service, snapshot: Snapshot): ServiceRequest {
  if (released.has(service.metadata.uid)) return NOT_OURS
  return requestUnder(policy, service, snapshot, context)
}

const NOT_OURS: ServiceRequest = Object.freeze({ kind: 'not ours' })

/** The policy's defaults, as they are kept on a Service that is managed from now on; undefined: there are none. */
export function defaultsFor({ context, policy }: ProviderState, service: Service, snapshot: Snapshot): string | undefined {
  return defaultsRecord(contextIn(policy, service, snapshot, context))
}

/** Whether the Service asks for this provider, by type and class, and is not released. */
export function asksFor({ context, released }: ProviderState, service: Service): boolean {
  return !released.has(service.metadata.uid) && eligibleFor(service, context.provider.name, context.defaultClass)
}

/** Whether a Service has anything to do with this cloud: it asks for it, or our finalizer is on it. */
export function concerns(state: ProviderState, service: Service): boolean {
  return asksFor(state, service) || isHeldBy(service, state.cloud.name)
}
