/** Whether what a write refers to is there, and is not being changed itself. */
import { Refusal, notFound, retryable } from '../arm/refusal.ts'
import { keyOf, parseId, upperCaseNames } from '../schema/ids.ts'
import { type Document, type Element, type Use, contentsOf } from './document.ts'
import { runningOn, stateOf } from './state.ts'
import type { Subscription } from './subscription.ts'

/** Throws a Refusal for the first reference of the document, as it would be, that cannot be followed. */
export function checkReferences(subscription: Subscription, next: Document, focus: string | undefined): void {
  const [own, previous] = [contentsOf(next).elements, subscription.documents.get(next.id)]
  const before = new Set(previous === undefined ? [] : usesOfOthers(previous).map(keyOfUse))
  const toFollow = ({ reference }: Use): boolean => reference.to.length > 0
  const check = (use: Use, found: Element | undefined): Element => {
    if (found === undefined || !use.reference.to.includes(found.type.path)) throw missing(use, focus ?? next.id)
    return found
  }
  for (const use of contentsOf(next).uses.filter((one) => toFollow(one) && isOwn(one))) check(use, own.get(keyOf(use.id)))
  for (const use of usesOfOthers(next).filter(toFollow)) {
    const found = check(use, subscription.documents.element(use.id))
    // One that stood in the document before is not checked again for its state.
    if (!before.has(keyOfUse(use))) checkState(subscription, use, found)
  }
}

/** A part of the document refers to another part of it. */
const isOwn = ({ by, id }: Use): boolean => keyOf(id).startsWith(`${keyOf(by.document.id)}/`)

const usesOfOthers = (document: Document): readonly Use[] => contentsOf(document).uses.filter((use) => !isOwn(use))

const keyOfUse = ({ by, member, id }: Use): string => `${keyOf(by.id)} ${member} ${keyOf(id)}`

/** The references of a document that wait for what they name. */
export function isWaiting(subscription: Subscription, next: Document): boolean {
  return contentsOf(next).uses.some(({ reference, id }) => {
    const found = reference.whileUpdating === 'wait' ? subscription.documents.element(id) : undefined
    return found !== undefined && stateOf(subscription, found) === 'Updating'
  })
}

function missing({ reference, id }: Use, by: string): Refusal {
  if (reference.whenMissing === 'NotFound') return notFound(id)
  const isPart = (parseId(id)?.segments.length ?? 0) > 2
  const named = isPart ? id : upperCaseNames(id)
  return new Refusal(
    'InvalidResourceReference',
    `Resource ${named} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    { details: isPart ? [] : [{ code: 'NotFound', message: `Resource ${named} not found.` }] },
  )
}

function checkState(subscription: Subscription, { reference, by }: Use, found: Element): void {
  const { whileUpdating = 'refuse' } = reference
  const state = stateOf(subscription, found)
  if (whileUpdating !== 'refuse' || state === 'Succeeded') return
  const last = runningOn(subscription, found)[0]?.kind ?? `Put${found.type.action}Operation`
  throw retryable({
    code: 'ReferencedResourceNotProvisioned',
    message: `Cannot proceed with operation because resource ${found.id} used by resource ${by.document.id} is not in Succeeded state. Resource is in ${state} state and the last operation that updated/is updating the resource is ${last}.`,
  })
}
