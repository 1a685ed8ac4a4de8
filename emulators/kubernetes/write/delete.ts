/** Deleting: at once, after a grace period, or when the last finalizer has gone. */
import { type StatusDetails, badRequest, conflict, notFound } from '../api-error.ts'
import { clone, isFields } from '../json.ts'
import { type Machine, find } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import { formatTime } from '../schema/time.ts'
import { refusalError, toStored } from './request.ts'

export interface DeleteRequest {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string
  readonly options: DeleteOptions
  readonly dryRun: boolean
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
}

export interface Deleted {
  readonly object: ApiObject
  /** False: it is still there, and says since when it is deleting. */
  readonly gone: boolean
}

/** Reads the DeleteOptions of a body and of the query. */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const options = isFields(body) ? body : {}
  const preconditions = isFields(options['preconditions']) ? options['preconditions'] : {}
  const grace = options['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined
  const policy = options['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined
  const orphans = options['orphanDependents'] ?? query.get('orphanDependents') ?? undefined
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    throw badRequest(`invalid propagationPolicy ${JSON.stringify(policy)}: expected Background, Foreground or Orphan`)
  }
  const propagation = policy ?? (orphans === true || orphans === 'true' ? 'Orphan' : undefined)
  const { uid, resourceVersion } = preconditions
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    ...(propagation === undefined ? {} : { propagation }),
  }
}

export function remove(machine: Machine, request: DeleteRequest): Deleted {
  const { resource, namespace, name, options } = request
  const live = find(resource, namespace, name)
  if (live === undefined) throw notFound(resource, name)
  checkPreconditions(resource, live, options)
  const refusal = resource.strategy.refuseDelete?.(live)
  if (refusal !== undefined) throw refusalError(resource, name, refusal)
  const grace = graceOf(resource, live, options)
  const finalizers = finalizersFor(live, options)
  const isHeld = grace > 0 || finalizers.length > 0 || resource.strategy.isHeld?.(live) === true
  if (!isHeld) {
    const last = resource.gracePeriodSeconds === undefined ? live : marked(machine, request, { live, grace, finalizers })
    return { object: request.dryRun ? last : take(machine, resource, last), gone: true }
  }
  return { object: mark(machine, request, { live, grace, finalizers }), gone: false }
}

function checkPreconditions(resource: Resource, live: ApiObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = live.metadata
  const of = { group: resource.group, plural: resource.kind }
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    throw conflict(of, name, why)
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const versions = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion})`
    throw conflict(of, name, `${versions}. The object might have been modified`)
  }
}

/** A kind without graceful deletion, and an object that needs none, have no grace period whatever is asked for. */
function graceOf(resource: Resource, live: ApiObject, options: DeleteOptions): number {
  const usual = resource.gracePeriodSeconds?.(live) ?? 0
  const asked = usual === 0 ? 0 : Math.max(options.gracePeriodSeconds ?? usual, 0)
  const running = live.metadata.deletionTimestamp === undefined ? undefined : live.metadata.deletionGracePeriodSeconds
  return running === undefined ? asked : Math.min(asked, running)
}

function finalizersFor(live: ApiObject, { propagation }: DeleteOptions): string[] {
  const finalizers = (live.metadata.finalizers ?? []).filter((each) => propagation === undefined || (each !== 'orphan' && each !== 'foregroundDeletion'))
  if (propagation === 'Orphan') finalizers.push('orphan')
  if (propagation === 'Foreground') finalizers.push('foregroundDeletion')
  return finalizers
}

function take(machine: Machine, resource: Resource, live: ApiObject): ApiObject {
  return resource.show(machine.store.remove(resource.table, toStored(resource, live)))
}

interface Marking {
  readonly live: ApiObject
  readonly grace: number
  readonly finalizers: string[]
}

function mark(machine: Machine, request: DeleteRequest, { live, grace, finalizers }: Marking): ApiObject {
  const { deletionTimestamp: since, deletionGracePeriodSeconds: running, finalizers: known = [] } = live.metadata
  if (since !== undefined && (running ?? 0) === grace && known.length === finalizers.length) return live
  const draft = marked(machine, request, { live, grace, finalizers })
  if (request.dryRun) return draft
  return request.resource.show(machine.store.put(request.resource.table, toStored(request.resource, draft)))
}

/** The object as it says that it is deleting. */
function marked(machine: Machine, { resource }: DeleteRequest, { live, grace, finalizers }: Marking): ApiObject {
  const { deletionTimestamp: since, deletionGracePeriodSeconds: running = 0 } = live.metadata
  const draft = clone(live)
  const { metadata } = draft
  if (since === undefined || grace !== running) {
    const begun = since === undefined ? machine.now().getTime() : Date.parse(since) - running * 1000
    metadata.deletionTimestamp = formatTime(new Date(begun + grace * 1000))
    // A kind that holds itself back, as Namespaces do, knows no grace period.
    if (resource.strategy.isHeld === undefined) metadata.deletionGracePeriodSeconds = grace
  }
  if (since === undefined && metadata.generation !== undefined) metadata.generation += 1
  if (finalizers.length > 0) metadata.finalizers = finalizers
  resource.strategy.prepareForDelete?.(draft)
  return draft
}

/** What a DELETE answers about an object that is gone and is not shown. */
export const detailsOf = (resource: Resource, object: ApiObject): StatusDetails => ({
  name: object.metadata.name,
  ...(resource.group === '' ? {} : { group: resource.group }),
  kind: resource.plural,
  uid: object.metadata.uid,
})
