/** Keeps as many pods of each ReplicaSet as it asks for, and counts them in its status. */
import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, ClusterAccess } from '../resource.ts'
import { controllerRef, type ControllerProps, type Stop } from './controller.ts'
import { isOver, isReady, isTerminating, specOf } from './pod.ts'
import { keyOf, placeOf, Work } from './work.ts'

interface ReplicaSetSpec {
  readonly replicas: number
  readonly template: { readonly metadata?: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> }; readonly spec: unknown }
}

export function startReplicaSets({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(key, cluster), onError)
  const stops = [
    cluster.subscribe('replicasets', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('pods', ({ object }) => {
      const owner = object.metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === 'ReplicaSet')
      if (owner !== undefined) work.add(`${object.metadata.namespace ?? ''}/${owner.name}`)
    }),
  ]
  for (const set of cluster.list('replicasets')) work.add(keyOf(set))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

function reconcile(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const set = cluster.get('replicasets', namespace, name)
  if (set === undefined) return
  const all = cluster.indexed('pods', 'owner', set.metadata.uid)
  const active = all.filter((pod) => !isTerminating(pod) && !isOver(pod))
  if (set.metadata.deletionTimestamp === undefined) {
    const { replicas, template } = set['spec'] as ReplicaSetSpec
    for (let count = active.length; count < replicas; count++) createPod(cluster, set, template)
    for (const pod of active.toSorted(firstToGo).slice(0, Math.max(0, active.length - replicas))) cluster.delete('pods', pod.metadata)
  }
  writeStatus(cluster, set)
}

function createPod(cluster: ClusterAccess, set: ApiObject, template: ReplicaSetSpec['template']): void {
  const { name, namespace } = set.metadata
  const { labels, annotations } = template.metadata ?? {}
  const metadata = {
    generateName: `${name}-`,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [controllerRef(set)],
  }
  cluster.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: structuredClone(template.spec) })
}

/** Pods without a node come first, then pods that are not ready, then younger ones. */
function firstToGo(a: ApiObject, b: ApiObject): number {
  const rank = (pod: ApiObject): number => ((specOf(pod).nodeName ?? '') === '' ? 0 : isReady(pod) ? 2 : 1)
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1
}

function writeStatus(cluster: ClusterAccess, set: ApiObject): void {
  const all = cluster.indexed('pods', 'owner', set.metadata.uid)
  const active = all.filter((pod) => !isTerminating(pod) && !isOver(pod))
  const ready = active.filter(isReady).length
  const status = {
    replicas: active.length,
    ...(active.length > 0 ? { fullyLabeledReplicas: active.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    terminatingReplicas: all.filter(isTerminating).length,
    observedGeneration: set.metadata.generation ?? 1,
  }
  if (!isDeepStrictEqual({ ...(set['status'] as object) }, status)) cluster.updateStatus('replicasets', { ...set, status })
}
