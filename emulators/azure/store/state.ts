/** The provisioning state of an element, from the operations that are about it. */
import type { Operation } from '../../cloud/operations.ts'
import { keyOf } from '../schema/ids.ts'
import type { Element } from './document.ts'
import type { Subscription } from './subscription.ts'

export type State = 'Succeeded' | 'Updating' | 'Deleting' | 'Failed'

export function stateOf(subscription: Subscription, element: Element): State {
  const running = runningOn(subscription, element)
  if (running.some((one) => isDeleted(subscription, element, one))) return 'Deleting'
  if (element.type.isSteady === true) return 'Succeeded'
  if (running.length > 0) return 'Updating'
  return hasFailed(subscription, element) ? 'Failed' : 'Succeeded'
}

/** Operations about the element, about what it stands in, or about a part of it, the oldest first. */
export function runningOn({ operations, pending }: Subscription, element: Element): readonly Operation[] {
  const keys = new Set([keyOf(element.document.id), keyOf(element.id)])
  return [...keys].flatMap((lane) => operations.settled.running(lane)).filter(({ id }) => isAbout(element, pending.get(id)?.element))
}

function isAbout({ id }: Element, of: string | undefined): boolean {
  return of !== undefined && (isWithin(id, of) || isWithin(of, id))
}

function isWithin(id: string, of: string): boolean {
  return keyOf(id) === keyOf(of) || keyOf(id).startsWith(`${keyOf(of)}/`)
}

function isDeleted({ pending }: Subscription, { id }: Element, operation: Operation): boolean {
  const about = pending.get(operation.id)
  return about?.verb === 'delete' && isWithin(id, about.element)
}

function hasFailed({ operations, pending, lastOperations }: Subscription, { id, document }: Element): boolean {
  const last = operations.settled.get(lastOperations.get(keyOf(document.id)) ?? '')
  return last !== undefined && (last.status === 'failed' || last.status === 'canceled') && isWithin(id, pending.get(last.id)?.element ?? document.id)
}
