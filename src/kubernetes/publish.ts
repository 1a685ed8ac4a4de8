/** Writes to a Service what became of its request: finalizer, Stacks, addresses and condition in one patch, and no patch when all of it is there already. */
import type { Service } from '../model/cluster.ts'
import { type KubernetesApi, KubernetesError } from './api.ts'
import { publication, type Publication } from './publication.ts'

export type { Publication, UpstreamFinalizer } from './publication.ts'

export type Published =
  /** The Service says so already, or does now. `service` is what the server answered. */
  | { readonly kind: 'unchanged' | 'written'; readonly service: Service }
  /** There is no Service of that name any more. */
  | { readonly kind: 'gone' }
  /** It is another one now, or no longer takes this (409, 422): read again and decide anew. */
  | { readonly kind: 'changed'; readonly message: string }

/** Sends what is missing. Other failures are thrown as KubernetesError: a lost answer may have been applied, and asking again is safe. */
// oxlint-disable-next-line max-params -- a call with its context, as all calls of the API have
export async function publish(api: KubernetesApi, service: Service, wanted: Publication, now: Date, signal: AbortSignal): Promise<Published> {
  const patch = publication(service, wanted, now)
  if (patch === undefined) return { kind: 'unchanged', service }
  try {
    return { kind: 'written', service: await api.patchServiceStatus(service.metadata.namespace, service.metadata.name, patch, signal) }
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error
    if (error.status === 404) return { kind: 'gone' }
    // Another UID is a 422 on newer servers and a 409 on older ones; ingress on a Service that is no LoadBalancer any more is a 422.
    if (error.status === 409 || error.status === 422) return { kind: 'changed', message: error.message }
    throw error
  }
}
