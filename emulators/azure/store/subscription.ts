/** One subscription: its documents, its clock, and what else every request has to know. Rules live with the types. */
import { createHash } from 'node:crypto'
import type { CloudClock } from '../../cloud/clock.ts'
import { type MachineIndex, NO_MACHINES, indexOf } from '../../cloud/machines.ts'
import { Operations } from '../../cloud/operations.ts'
import type { Verdict } from '../../cloud/verdict.ts'
import { Versions, etag } from '../../cloud/versions.ts'
import type { Delays, Quotas, Unproven } from '../options.ts'
import type { JsonObject } from '../schema/json.ts'
import { Documents } from './documents.ts'
import { Tokens } from './tokens.ts'

export interface ResourceGroup {
  readonly name: string
  readonly location: string
  readonly tags: JsonObject
}

/** What an operation is about, as the answers to polls need it. */
export interface Pending {
  /** The element that is written or deleted. */
  readonly element: string
  readonly verb: 'put' | 'delete' | 'action'
  /** What the result of an action says. */
  readonly result?: () => JsonObject
}

export interface Subscription {
  readonly id: string
  readonly tenant: string
  readonly location: string
  readonly clock: CloudClock
  readonly delays: Delays
  readonly quotas: Quotas
  readonly unproven: Required<Unproven>
  readonly pageSize: number
  /** By name in lower case. */
  readonly groups: Map<string, ResourceGroup>
  readonly documents: Documents
  /** Of documents, by key. */
  readonly versions: Versions
  readonly operations: Operations
  /** By id of the operation. */
  readonly pending: Map<string, Pending>
  /** The last operation on each document, by key: the id. */
  readonly lastOperations: Map<string, string>
  readonly tokens: Tokens
  /** Of members, by probe and address. */
  readonly verdicts: Map<string, Verdict>
  /** When each member was first seen in its pool, by pool and address. Milliseconds since the epoch. */
  readonly joined: Map<string, number>
  /** Networks of service tags, by tag in lower case. */
  readonly serviceTags: Map<string, readonly string[]>
  machines: MachineIndex
  /** When something last changed that a probe could notice. */
  touchedAt: number
  /** How many ids and public addresses were given out. */
  guids: number
  publicAddresses: number
}

export type SubscriptionProps = Pick<Subscription, 'id' | 'tenant' | 'location' | 'clock' | 'delays' | 'quotas' | 'unproven' | 'pageSize'>

export function createSubscription(props: SubscriptionProps): Subscription {
  return {
    ...props,
    groups: new Map(),
    documents: new Documents(),
    versions: new Versions(etag),
    operations: new Operations(props.clock, (number) => uuid(`operation ${number}`)),
    pending: new Map(),
    lastOperations: new Map(),
    tokens: new Tokens(props.clock),
    verdicts: new Map(),
    joined: new Map(),
    serviceTags: new Map(),
    machines: indexOf(NO_MACHINES),
    touchedAt: props.clock.now(),
    guids: 0,
    publicAddresses: 0,
  }
}

/** A UUID made from a text: the same history gives the same ones. */
export function uuid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function newGuid(subscription: Subscription): string {
  subscription.guids += 1
  return uuid(`resource ${subscription.guids}`)
}

/** Says that something changed that a probe could notice. */
export function touch(subscription: Subscription): void {
  subscription.touchedAt = subscription.clock.now()
}
