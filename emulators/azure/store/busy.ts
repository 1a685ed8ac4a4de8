/** What a write means for one that still runs on the same resource. */
import type { Operation } from '../../cloud/operations.ts'
import { Refusal, retryable } from '../arm/refusal.ts'
import { keyOf } from '../schema/ids.ts'
import type { ResourceType } from './resource-type.ts'
import type { Subscription } from './subscription.ts'

export interface Asked {
  readonly type: ResourceType
  readonly document: string
  /** The element that the write is about. */
  readonly element: string
  /** Where the running operation can be polled, but for its id. */
  readonly operationsUrl: string
}

/** The name of the queue that the operation stands in: one is cancelled or refused by another of the same name. */
export function laneOf({ type, document, element }: Pick<Asked, 'type' | 'document' | 'element'>): string {
  return keyOf(type.whenBusy === 'each' ? element : document)
}

/** Throws a Refusal where the write has to wait: while the resource is being deleted, or where its type does not let a second write cancel the first. */
export function checkBusy(subscription: Subscription, asked: Asked): void {
  const running = subscription.operations.settled.running(laneOf(asked))[0]
  if (running === undefined) return
  const about = subscription.pending.get(running.id)
  const isSame = keyOf(about?.element ?? '') === keyOf(asked.element)
  if (about?.verb === 'delete' || (asked.type.whenBusy === 'refuse' && isSame)) throw inProgress(running, asked)
  if (asked.type.whenBusy === 'refuse') throw lockedBy(subscription, running, asked)
}

function inProgress({ id }: Operation, { operationsUrl }: Asked): Refusal {
  return new Refusal(
    'AnotherOperationInProgress',
    `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${operationsUrl.replace('{id}', id)}.`,
    { status: 409 },
  )
}

function lockedBy({ clock }: Subscription, { kind, id, endsAt }: Operation, { document }: Asked): Refusal {
  const seconds = Math.max(1, Math.ceil((endsAt - clock.now()) / 1000))
  const message = `Operation ${kind} (${id}) is updating resource ${document}. The call can be retried in ${seconds} seconds.`
  return retryable({ code: 'RetryableErrorDueToAnotherOperation', message }, seconds)
}
