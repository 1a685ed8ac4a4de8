/** What Azure holds for one cluster: the load balancers, the security group, and public addresses, each a document as Azure answered it. */
import type { Document, LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from './api/documents.ts'
import type { BalancerKey } from './balancer-keys.ts'

/** A change that Azure goes on with. */
export interface Operation<D> {
  /** Where it is polled; absent: another process began it, and only the document shows it. */
  readonly url?: string
  /** Uids of the owners whose parts it changes. */
  readonly of: readonly string[]
  /** The document that was in force when it began; absent: there was none. */
  readonly before?: D
  /** The object is there no more when it ends. */
  readonly isDeletion?: true
}

export interface Part<D extends Document> {
  readonly id: string
  readonly document: D
  readonly operation?: Operation<D>
}

export interface BalancerPart extends Part<LoadBalancerDocument>, BalancerKey {}

export type GroupPart = Part<SecurityGroupDocument>
export interface AddressPart extends Part<PublicAddressDocument> {
  /** A load balancer has taken it or let it go since it was read, which changes its etag: it is read again before it is written. */
  readonly isOutdated?: true
}

export interface AzureView {
  /** By the key of its id (`keyOfId`), as all parts are. One that is not here does not exist. */
  readonly balancers: ReadonlyMap<string, BalancerPart>
  /** The one of the settings; empty: it does not exist. */
  readonly securityGroups: ReadonlyMap<string, GroupPart>
  /** All of the cluster's resource group, of those that its load balancers refer to, and of those that were listed for a Service. */
  readonly addresses: ReadonlyMap<string, AddressPart>
  /** What was looked for since and is not there: keys of ids, and `GROUP ADDRESS`. */
  readonly missing: ReadonlySet<string>
}

export const emptyView: AzureView = { balancers: new Map(), securityGroups: new Map(), addresses: new Map(), missing: new Set() }

/** Whether a change of it is under way. */
export function isBusy({ document, operation }: Part<Document>): boolean {
  return operation !== undefined || RUNNING.has(document.properties?.provisioningState ?? '')
}

const RUNNING = new Set(['Updating', 'Creating', 'Deleting'])

/** Whether the last change of it failed, in whole or in part: the same document has to be written again. */
export function hasFailed({ document, operation }: Part<Document>): boolean {
  return operation === undefined && FAILED.has(document.properties?.provisioningState ?? '')
}

const FAILED = new Set(['Failed', 'Canceled'])

/** The document that is in force for an owner: while its part is changing, the one from before. */
export function inForce<D extends Document>({ document, operation }: Part<D>, uid: string): D | undefined {
  return operation?.of.includes(uid) === true ? operation.before : document
}
