/** The calls to Azure that we make, and no others: five verbs on ids. What has to be granted to the controller is read off who calls them. */
import type { Limit } from '../../../src/provider/kit/budget.ts'
import type { Child, Document } from './documents.ts'

/** The one version of Microsoft.Network's API that is spoken; the one of `@azure/arm-network` 39. */
export const API_VERSION = '2026-01-01'

/** An operation that Azure goes on with after it answered. */
export interface Begun {
  /** Where it is polled, to be sent back unchanged: with its signature it has some 3,200 characters. */
  readonly url: string
  /** When the first poll is worth while, in milliseconds; absent: Azure does not say. */
  readonly afterMs?: number
}

export interface Written<D> {
  /** What Azure answered; undefined after a deletion. Its etag is final only where its state is `Succeeded`. */
  readonly document: D
  /** Present while the change is not finished. */
  readonly operation?: Begun
}

/** `afterMs`: of a running operation, when to poll again, in milliseconds. */
export type Polled = { readonly state: 'running'; readonly afterMs: number } | { readonly state: 'done' }

/**
 * Each call takes a token of every limit that it counts against, and throws a CloudError. Reads are repeated where that may help, writes only where nothing
 * happened.
 */
export interface AzureApi {
  /** Undefined: the object, its parent or its resource group does not exist. */
  get<D extends Document | Child<object>>(id: string, signal: AbortSignal): Promise<D | undefined>
  /** The objects of one kind in a resource group, a page after the other; nothing where the group does not exist. */
  list<D extends Document>(group: string, type: string, signal: AbortSignal): AsyncGenerator<readonly D[]>
  /** Replaces all of the document. With `etag`, only where it is still that one (412: `stale`). */
  put<D extends Document>(id: string, body: D, etag: string | undefined, signal: AbortSignal): Promise<Written<D>>
  /** Resolves also where nothing is there any more. */
  remove(id: string, etag: string | undefined, signal: AbortSignal): Promise<Written<undefined>>
  /** Asks once. Throws `refused` with `mayHaveEffect` where the operation failed, and `stale` where a newer one superseded it. */
  poll(url: string, signal: AbortSignal): Promise<Polled>
}

/**
 * Two layers count a call: Azure Resource Manager (a bucket for each kind of call), and Microsoft.Network behind it (1,000 writes and 10,000 reads in five
 * minutes). For the second a bucket is chosen that never exceeds the window: burst + 300 s x rate. Source: learn.microsoft.com, "Understand how Azure Resource
 * Manager throttles requests".
 */
export const LIMITS = {
  'arm-read': { perSecond: 25, burst: 250 },
  'arm-write': { perSecond: 10, burst: 200 },
  'arm-delete': { perSecond: 10, burst: 200 },
  'network-read': { perSecond: 20, burst: 4_000 },
  'network-write': { perSecond: 1.5, burst: 550 },
} as const satisfies Record<string, Limit>

export type Family = keyof typeof LIMITS

export const FAMILIES: Readonly<Record<keyof AzureApi, readonly Family[]>> = {
  get: ['arm-read', 'network-read'],
  list: ['arm-read', 'network-read'],
  poll: ['arm-read', 'network-read'],
  put: ['arm-write', 'network-write'],
  remove: ['arm-delete', 'network-write'],
}
