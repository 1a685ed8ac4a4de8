/**
 * Whether an owner is really gone: the API server itself is asked, never a cache. An answer that does not come confirms nothing, so a stale or
 * incomplete view of the cluster never takes a load balancer away.
 */
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Service } from '../model/cluster.ts'
import type { Owner } from '../model/owner.ts'

export type Answer =
  /** There is no Service of that UID any more: it stays so for ever. */
  | 'no more'
  /** It is there and does not ask for this provider: so it was a moment ago. */
  | 'asks no longer'
  /** It is there and asks for this provider: the store is behind. */
  | 'asks'
  /** The server gave no answer. */
  | 'unknown'

export interface Gate {
  readonly api: Pick<KubernetesApi, 'getService'>
  /** Whether a Service asks for the provider; deletion is not looked at. */
  readonly asks: (service: Service) => boolean
  /** Told of a question that got no answer. */
  readonly unanswered: (owner: Owner, error: unknown) => void
}

export async function askWhether(owner: Owner, { api, asks, unanswered }: Gate, signal: AbortSignal): Promise<Answer> {
  try {
    const service = await api.getService(owner.namespace, owner.name, signal)
    if (service === undefined || service.metadata.uid !== owner.uid) return 'no more'
    return asks(service) ? 'asks' : 'asks no longer'
  } catch (error) {
    unanswered(owner, error)
    return 'unknown'
  }
}
