/** Gives each Namespace its default ServiceAccount, and empties the one that is going: it is gone when nothing is left in it. */
import type { ApiObject, ClusterAccess, ResourceDefinition } from '../resource.ts'
import type { ControllerProps, Stop } from './controller.ts'
import { keyOf, placeOf, Work } from './work.ts'

export function startNamespaces({ cluster, onError, resources }: ControllerProps & { readonly resources: readonly ResourceDefinition[] }): Stop {
  const content = resources
    .filter((resource) => resource.namespaced && resource.view === undefined)
    .map(({ group, plural }) => (group === '' ? plural : `${plural}.${group}`))
  const work = new Work((key) => reconcile(placeOf(key).name, cluster, content), onError)
  const again = (object: ApiObject): void => {
    const { namespace = '' } = object.metadata
    if (cluster.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp !== undefined) work.add(`/${namespace}`)
  }
  const stops = [
    cluster.subscribe('namespaces', ({ object }) => work.add(keyOf(object))),
    // What waits for a finalizer may be the last.
    ...content.map((resource) => cluster.subscribe(resource, ({ type, object }) => (type === 'DELETED' ? again(object) : undefined))),
    cluster.subscribe('serviceaccounts', ({ type, object }) => {
      if (type === 'DELETED' && object.metadata.name === 'default') work.add(`/${object.metadata.namespace ?? ''}`)
    }),
  ]
  for (const namespace of cluster.list('namespaces')) work.add(keyOf(namespace))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

function reconcile(name: string, cluster: ClusterAccess, content: readonly string[]): void {
  const namespace = cluster.get('namespaces', undefined, name)
  if (namespace === undefined) return
  if (namespace.metadata.deletionTimestamp === undefined) {
    if (cluster.get('serviceaccounts', name, 'default') !== undefined) return
    cluster.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })
    return
  }
  for (const resource of content) {
    for (const { metadata } of cluster.list(resource, name)) if (metadata.deletionTimestamp === undefined) cluster.delete(resource, metadata)
  }
  const isEmpty = content.every((resource) => cluster.list(resource, name).length === 0)
  const { finalizers = [] } = namespace['spec'] as { finalizers?: readonly string[] }
  if (!isEmpty || !finalizers.includes('kubernetes')) return
  cluster.finalize({ ...namespace, spec: { finalizers: finalizers.filter((finalizer) => finalizer !== 'kubernetes') } })
}
