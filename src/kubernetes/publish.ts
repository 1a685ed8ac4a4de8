/** Tells a Service what became of its wish: finalizer, Stacks, addresses and condition in one patch, and no patch when all of it is there already. */
import type { Service } from '../model/cluster.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus } from '../model/status.ts'
import type { KubernetesApi } from './api.ts'

export interface Publication {
  readonly provider: string
  /** `remove` takes our conditions and the Stacks away in the same patch. `add` is for a live Service: a deleting one refuses it. */
  readonly finalizer: 'keep' | 'add' | 'remove'
  /** The value of the annotation `fairlead.dev/stack-<provider>`; absent: left as it is. */
  readonly stacks?: readonly string[]
  /** Absent: `status.loadBalancer` is left as it is. */
  readonly status?: LoadBalancerStatus | 'clear'
  /** Absent: the condition is left as it is. */
  readonly ready?: { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: ReadyReason; readonly message: string }
}

export type Published =
  /** The Service says so already, or does now. `service` is what the server answered. */
  | { readonly kind: 'unchanged' | 'written'; readonly service: Service }
  /** There is no Service of that name any more. */
  | { readonly kind: 'gone' }
  /** It is another one now, or no longer takes this (409, 422): read again and decide anew. */
  | { readonly kind: 'changed'; readonly message: string }

/** Sends what `publication` asks for. Other failures are thrown as KubernetesError: a lost answer may have been applied, and asking again is safe. */
export function publish(_api: KubernetesApi, _service: Service, _wanted: Publication, _now: Date, _signal: AbortSignal): Promise<Published> {
  throw new Error('not built yet')
}
