/** The cluster from within the process: what controllers and tests use instead of HTTP. */
import type { Machine } from './machine.ts'
import { find } from './machine.ts'
import type { Resource } from './registry.ts'
import type { ApiObject, Change, ClusterAccess, Draft, Place } from './resource.ts'
import { clone } from './json.ts'
import type { StoredChange } from './store/store.ts'
import { create } from './write/create.ts'
import { remove } from './write/delete.ts'
import { patch } from './write/patch.ts'
import type { WriteRequest } from './write/request.ts'
import { bind } from './write/subresources.ts'
import { replace } from './write/update.ts'
import { notFound } from './api-error.ts'

const MANAGER = 'kube-controller-manager'

export function accessTo(machine: Machine): ClusterAccess {
  const { registry, cluster } = machine
  const placeOf = (object: Draft): Partial<Place> => ({ namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' })
  const put = (name: string, object: Draft, subresource: string): ApiObject =>
    replace(machine, write(registry.named(name), placeOf(object), subresource), clone(object)).object
  const merge = (name: string, at: Place, { body, subresource }: { readonly body: object; readonly subresource: string }): ApiObject => {
    const how = { type: 'application/merge-patch+json', body, force: false, isManagerNamed: true }
    return patch(machine, write(registry.named(name), at, subresource), how).object
  }
  return {
    ...cluster,
    create: (name, object) => create(machine, write(registry.named(name), { namespace: object.metadata?.namespace }), clone(object)),
    update: (name, object) => put(name, object, ''),
    updateStatus: (name, object) => put(name, object, 'status'),
    patch: (name, at, body) => merge(name, at, { body, subresource: '' }),
    patchStatus: (name, at, body) => merge(name, at, { body, subresource: 'status' }),
    finalize: (object) => put('namespaces', object, 'finalize'),
    delete: (name, at, options = {}) => removeAt(machine, registry.named(name), { at, ...options }),
    bind(pod, node) {
      const resource = registry.named('pods')
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.name }, target: { kind: 'Node', name: node } }
      bind(machine, write(resource, pod, 'binding'), binding)
      const bound = find(resource, pod.namespace, pod.name)
      if (bound === undefined) throw notFound(resource, pod.name)
      return bound
    },
    subscribe: (name, listener) => subscribe(registry.named(name), listener),
  }
}

function write(resource: Resource, { namespace, name = '' }: Partial<Place>, subresource = ''): WriteRequest {
  return {
    resource,
    namespace: resource.namespaced ? namespace : undefined,
    name,
    subresource,
    manager: MANAGER,
    dryRun: false,
    fieldValidation: 'Ignore',
    warnings: [],
  }
}

type Removal = { readonly at: Place } & NonNullable<Parameters<ClusterAccess['delete']>[2]>

function removeAt(machine: Machine, resource: Resource, { at, gracePeriodSeconds, uid, orphan }: Removal): ApiObject | undefined {
  const namespace = resource.namespaced ? at.namespace : undefined
  if (find(resource, namespace, at.name) === undefined) return undefined
  const options = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(uid === undefined ? {} : { uid }),
    ...(orphan === true ? { propagation: 'Orphan' as const } : {}),
  }
  return remove(machine, { resource, namespace, name: at.name, options, dryRun: false }).object
}

/** Changes are handed over a microtask later, in order; one listener's write never runs inside another's. */
function subscribe(resource: Resource, listener: (change: Change) => void): () => void {
  const waiting: StoredChange[] = []
  const deliver = (): void => {
    for (let change = waiting.shift(); change !== undefined; change = waiting.shift()) {
      const { type, object, old } = change
      listener({ type, object: resource.show(object), ...(old === undefined ? {} : { old: resource.show(old) }) })
    }
  }
  const unlisten = resource.table.listen((change) => {
    if (waiting.push(change) === 1) queueMicrotask(deliver)
  })
  return () => {
    unlisten()
    waiting.length = 0
  }
}
