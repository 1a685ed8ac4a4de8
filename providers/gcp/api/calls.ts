/** The calls to Compute Engine that we make, and no others. What has to be granted to the controller is read off who calls them. */
import type { Limit } from '../../../src/provider/kit/budget.ts'
import type { AnyDocument, Document, HealthStatus, NetworkEndpoint } from './documents.ts'
import type { Kind, Scope } from './ids.ts'

/** An operation that Google goes on with after it answered. */
export interface Begun {
  /** `projects/P/regions/R/operations/NAME`. */
  readonly id: string
  /** Of an object, or of members of a group: what is in use then can be waited for. */
  readonly isDeletion: boolean
}

/** `operation`: present while the change is not finished. */
export interface Written {
  readonly operation?: Begun
}

/** `afterMs`: of a running operation, when to poll again, in milliseconds. */
export type Polled = { readonly state: 'running'; readonly afterMs: number } | { readonly state: 'done' }

/** All objects of a kind in a project, or those in one place. */
export interface Listed {
  readonly project: string
  readonly kind: Kind
  /** `all`: of all zones in one call. */
  readonly scope: Scope | 'all'
  /** In Google's own language: `name eq "web-.*"`. */
  readonly filter?: string
}

export type Membership = 'add' | 'remove'

/**
 * Each call takes a token of every limit that it counts against, and throws a CloudError. Reads are repeated where that may help, writes only where nothing
 * happened. A write whose answer was lost has the same request id when it is made again, and Google answers it with the operation that the first one began.
 *
 * All writes throw `refused` with `mayHaveEffect` where the answer already holds the operation's failure.
 */
export interface GcpApi {
  /** Undefined: it does not exist. */
  get<D extends Document>(id: string, signal: AbortSignal): Promise<D | undefined>
  /** Page after page. */
  list<D extends Document>(what: Listed, signal: AbortSignal): AsyncGenerator<readonly D[]>
  insert(id: string, body: AnyDocument, signal: AbortSignal): Promise<Written>
  /** Changes the members of the body and leaves the others. An empty list empties it, and `null` resets to the default. */
  patch(id: string, body: Nullable<AnyDocument>, signal: AbortSignal): Promise<Written>
  /** Replaces all of the document: of a backend service without `backends`, none are left. */
  update(id: string, body: AnyDocument, signal: AbortSignal): Promise<Written>
  /** Resolves also where nothing is there any more. */
  remove(id: string, signal: AbortSignal): Promise<Written>
  /** Ids of the instances in an instance group. */
  instances(group: string, signal: AbortSignal): AsyncGenerator<readonly string[]>
  changeInstances(group: string, how: Membership, instances: readonly string[], signal: AbortSignal): Promise<Written>
  /** How the health check of a backend service finds the instances of one of its groups. */
  health(service: string, group: string, signal: AbortSignal): Promise<readonly HealthStatus[]>
  endpoints(group: string, signal: AbortSignal): AsyncGenerator<readonly NetworkEndpoint[]>
  /** At most 500 in a call. */
  changeEndpoints(group: string, how: Membership, endpoints: readonly NetworkEndpoint[], signal: AbortSignal): Promise<Written>
  /**
   * Asks once, in one call with others that are polled at about the same time. Throws `refused` with `mayHaveEffect` where the operation failed. An operation that
   * Google has forgotten is done.
   */
  poll(operation: Begun, signal: AbortSignal): Promise<Polled>
}

export type Nullable<D> = D extends unknown ? { readonly [Name in keyof D]: D[Name] | null } : never

/**
 * Google counts by the minute, each group of methods separately, and answers 403 beyond it. 1,500 of each are what a project has without asking; a bucket never
 * exceeds the minute: burst + 60 s x rate. Source: cloud.google.com/compute/api-quota.
 */
const EACH = { perSecond: 20, burst: 300 } as const satisfies Limit

export const LIMITS = {
  read: EACH,
  write: EACH,
  'global-read': EACH,
  'global-write': EACH,
  'operation-read': EACH,
  'heavy-read': EACH,
  'endpoint-list': EACH,
  'endpoint-write': EACH,
} as const satisfies Record<string, Limit>

export type Family = keyof typeof LIMITS
