/** Garbage collection: what an object owned goes with it, or is let go of when the deletion orphans it. */
import type { Machine } from './machine.ts'
import type { Resource } from './registry.ts'
import type { ApiObject } from './resource.ts'
import type { Table } from './store/table.ts'
import { remove } from './write/delete.ts'
import { updateDraft } from './write/update.ts'
import { clone } from './json.ts'

const OWNERS = 'uid of an owner'

interface Dependent {
  readonly resource: Resource
  readonly object: ApiObject
}

/** Watches all deletions from now on. Answers how to stop. */
export function collectGarbage(machine: Machine): () => void {
  const tables = new Map<Table, Resource>()
  for (const resource of machine.registry.resources) if (resource.view === undefined) tables.set(resource.table, resource)
  for (const table of tables.keys()) table.addIndex(OWNERS, (object) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid))
  const collector: Collector = {
    machine,
    tables,
    alive: new Set([...tables.keys()].flatMap((table) => [...table.objects()].map(({ metadata }) => metadata.uid))),
  }
  const stops = [...tables].map(([table, resource]) =>
    table.listen(({ type, object, old }) => {
      if (type === 'ADDED') collector.alive.add(object.metadata.uid)
      // A deletion that adds or changes a finalizer of ours, and one that is done.
      if (type === 'DELETED') collector.alive.delete(object.metadata.uid)
      const isDue = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined
      if (isDue && old !== undefined) queueMicrotask(() => sweep(collector, resource, object))
    }),
  )
  return () => stops.forEach((stop) => stop())
}

interface Collector {
  readonly machine: Machine
  readonly tables: ReadonlyMap<Table, Resource>
  readonly alive: Set<string>
}

function sweep(collector: Collector, resource: Resource, owner: ApiObject): void {
  const { uid, name, namespace, finalizers = [] } = owner.metadata
  const current = collector.machine.cluster.get(qualified(resource), namespace, name)
  const isHere = current?.metadata.uid === uid
  const dependents = dependentsOf(collector, uid)
  if (!isHere) {
    for (const dependent of dependents) release(collector, dependent, uid)
    for (const { uid: above } of owner.metadata.ownerReferences ?? []) finishForeground(collector, above)
  } else if (finalizers.includes('orphan')) {
    for (const dependent of dependents) letGo(collector, dependent, uid)
    dropFinalizer(collector, { resource, object: current }, 'orphan')
  } else if (finalizers.includes('foregroundDeletion')) {
    for (const dependent of dependents) release(collector, dependent, uid)
    finishForeground(collector, uid)
  }
}

const qualified = ({ plural, group }: Resource): string => (group === '' ? plural : `${plural}.${group}`)

function dependentsOf({ tables }: Collector, uid: string): Dependent[] {
  return [...tables].flatMap(([table, resource]) => table.indexed(OWNERS, uid).map((object) => ({ resource, object })))
}

/** The owner is gone: the dependent goes too, unless another owner lives. */
function release(collector: Collector, { resource, object }: Dependent, uid: string): void {
  const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid && collector.alive.has(owner.uid))
  if (others.length > 0) letGo(collector, { resource, object }, uid)
  else if (object.metadata.deletionTimestamp === undefined) erase(collector, resource, object)
}

function erase({ machine }: Collector, resource: Resource, { metadata }: ApiObject): void {
  remove(machine, { resource, namespace: metadata.namespace, name: metadata.name, options: { propagation: 'Background' }, dryRun: false })
}

function letGo(collector: Collector, { resource, object }: Dependent, uid: string): void {
  rewrite(collector, { resource, object }, (draft) => {
    const owners = (draft.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid)
    if (owners.length === 0) delete draft.metadata.ownerReferences
    else draft.metadata.ownerReferences = owners
  })
}

function dropFinalizer(collector: Collector, dependent: Dependent, finalizer: string): void {
  rewrite(collector, dependent, (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((each) => each !== finalizer)
  })
}

/** An owner that waits for its dependents goes when the last that blocks it has gone. */
function finishForeground(collector: Collector, uid: string): void {
  const blocking = dependentsOf(collector, uid).filter(({ object }) =>
    object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
  )
  if (blocking.length > 0 || !collector.alive.has(uid)) return
  for (const [table, resource] of collector.tables) {
    for (const object of table.objects()) {
      const isWaiting = object.metadata.uid === uid && object.metadata.finalizers?.includes('foregroundDeletion') === true
      if (isWaiting) return dropFinalizer(collector, { resource, object }, 'foregroundDeletion')
    }
  }
}

function rewrite({ machine }: Collector, { resource, object }: Dependent, change: (draft: ApiObject) => void): void {
  const draft = clone(object)
  change(draft)
  const request = { resource, namespace: object.metadata.namespace, name: object.metadata.name, subresource: '', manager: 'kube-controller-manager' }
  updateDraft(machine, { ...request, dryRun: false, fieldValidation: 'Ignore', warnings: [] }, { draft, live: object })
}
