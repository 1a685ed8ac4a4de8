/** The subresources that are no plain view of their object: scale, binding and eviction. */
import { badRequest, notFound } from '../api-error.ts'
import { clone, fieldsAt, isFields } from '../json.ts'
import { type Machine, find } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import { type WriteRequest, refuse } from './request.ts'
import { updateDraft } from './update.ts'

/** The `Scale` of an object: how many are desired, how many there are, and which they are. */
export function scaleOf(resource: Resource, object: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const [spec, status] = [fieldsAt(object, 'spec'), fieldsAt(object, 'status')]
  const selector = selectorText(spec['selector'])
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: replicas(spec['replicas']),
    status: { replicas: status['replicas'] ?? 0, ...(selector === '' || resource.plural === '' ? {} : { selector }) },
  }
}

const replicas = (value: unknown): Record<string, unknown> => (value === 0 || value === undefined ? {} : { replicas: value })

function selectorText(selector: unknown): string {
  const labels = isFields(selector) && isFields(selector['matchLabels']) ? selector['matchLabels'] : {}
  return Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}

/** PUT or a patch of the scale: only the desired number counts. */
export function rescale(machine: Machine, request: WriteRequest, scale: unknown): ApiObject {
  const { resource, namespace, name } = request
  const live = find(resource, namespace, name)
  if (live === undefined) throw notFound(resource, name)
  const body = isFields(scale) ? scale : {}
  const desired = fieldsAt(body, 'spec')['replicas'] ?? 0
  if (typeof desired !== 'number') throw badRequest('the scale names no number of replicas')
  const draft = clone(live)
  const version = fieldsAt(body, 'metadata')['resourceVersion']
  draft.metadata.resourceVersion = typeof version === 'string' ? version : ''
  draft['spec'] = { ...fieldsAt(draft, 'spec'), replicas: desired }
  // Written as the object itself, but owned as the subresource.
  return scaleOf(resource, updateDraft(machine, { ...request, subresource: '' }, { draft, live }))
}

/** POST of a Binding: the pod is on a node from now on. */
export function bind(machine: Machine, request: WriteRequest, binding: unknown): void {
  const { resource, namespace, name } = request
  const live = find(resource, namespace, name)
  if (live === undefined) throw notFound(resource, name)
  if (!isFields(binding)) throw badRequest('a Binding is no object')
  const draft = clone(live)
  refuse({ ...resource, plural: `${resource.plural}/binding` }, name, resource.strategy.bind?.(draft, binding as ApiObject, machine.cluster))
  if (!request.dryRun) machine.store.put(resource.table, draft)
}
