/** What is special to one type of resource, as a row of a table; everything else is the same for all. */
import type { Refusal } from '../arm/refusal.ts'
import type { ElementType } from '../schema/field.ts'
import type { JsonObject } from '../schema/json.ts'
import type { Delays } from '../options.ts'
import type { Document, Element, Use } from './document.ts'
import type { Subscription } from './subscription.ts'

/** A write, before it is done. */
export interface Change {
  readonly subscription: Subscription
  readonly type: ResourceType
  /** Of the document. */
  readonly id: string
  readonly name: string
  readonly group: string
  /** As read from the client, and filled in. */
  readonly next: JsonObject
  readonly previous: Document | undefined
  /** The part of the document that the request names. Undefined: the whole. */
  readonly focus: Focus | undefined
}

export interface Focus {
  readonly id: string
  readonly type: ElementType
  readonly isNew: boolean
}

export type Check = (change: Change) => void

export interface ResourceType extends ElementType {
  /** Throw a Refusal each. Names and references are checked for all types. */
  readonly checks: readonly Check[]
  /** Fills in what the service decides at once: private addresses, names. */
  readonly assign?: (change: Change) => JsonObject
  /** Fills in what is known at the end of the first operation alone: public addresses. */
  readonly finish?: (subscription: Subscription, document: Document) => JsonObject
  readonly delay: keyof Delays
  /** True: the write is over before it is answered, though it changed something. */
  readonly isImmediate?: (change: Change) => boolean
  /** Seconds that the answers ask a client to wait. */
  readonly retryAfter: { readonly put: number; readonly delete: number }
  /**
   * What a second write means while one runs. `supersede`: the first is cancelled, whichever part it is about. `refuse`: the second is refused. `each`: as
   * `supersede`, but only where both are about the same part.
   */
  readonly whenBusy: 'supersede' | 'refuse' | 'each'
  /** The refusal to delete an element that others refer to; undefined: it may go. */
  readonly inUse?: (element: Element, users: readonly Use[]) => Refusal | undefined
  /** What a PUT is answered with that changes nothing. Default 200. */
  readonly unchangedStatus?: 201
  /** Shown beside `properties`. */
  readonly hasGuid: boolean
}
