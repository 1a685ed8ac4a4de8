/** Rolls each Deployment to the ReplicaSet of its present template: the new one grows as far as the surge allows, the old ones shrink as the new pods become ready. */
import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, ClusterAccess } from '../resource.ts'
import { controllerRef, timestamp, type ControllerProps, type Stop } from './controller.ts'
import { templateHash } from './template-hash.ts'
import { keyOf, placeOf, Work } from './work.ts'

const REVISION = 'deployment.kubernetes.io/revision'
const HASH = 'pod-template-hash'

interface DeploymentSpec {
  readonly replicas: number
  readonly paused?: boolean
  readonly selector: { readonly matchLabels?: Record<string, string> }
  readonly strategy?: { readonly type?: string; readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string } }
  readonly template: { readonly metadata?: { readonly labels?: Record<string, string> }; readonly spec: unknown }
  readonly revisionHistoryLimit?: number
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastUpdateTime?: string
  readonly lastTransitionTime?: string
}

export function startDeployments({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(key, cluster), onError)
  const stops = [
    cluster.subscribe('deployments', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('replicasets', ({ object }) => {
      const owner = object.metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === 'Deployment')
      if (owner !== undefined) work.add(`${object.metadata.namespace ?? ''}/${owner.name}`)
    }),
  ]
  for (const deployment of cluster.list('deployments')) work.add(keyOf(deployment))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

const replicasOf = (set: ApiObject): number => (set['spec'] as { replicas: number }).replicas
const specOf = (deployment: ApiObject): DeploymentSpec => deployment['spec'] as DeploymentSpec
const countOf = (set: ApiObject, key: 'replicas' | 'readyReplicas' | 'terminatingReplicas'): number =>
  (set['status'] as Record<string, number> | undefined)?.[key] ?? 0
const sum = (sets: readonly ApiObject[], count: (set: ApiObject) => number): number => sets.reduce((total, set) => total + count(set), 0)

function reconcile(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const deployment = cluster.get('deployments', namespace, name)
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return
  const setName = `${name}-${templateHash(specOf(deployment).template)}`
  const own = (): readonly ApiObject[] => cluster.indexed('replicasets', 'owner', deployment.metadata.uid)
  const revision = 1 + Math.max(0, ...own().flatMap((set) => (set.metadata.name === setName ? [] : revisionOf(set))))
  if (specOf(deployment).paused !== true) {
    if (!own().some((set) => set.metadata.name === setName)) createSet(cluster, deployment, setName, revision)
    roll(cluster, deployment, { current: setName, sets: own() })
    tidy(cluster, deployment, setName)
  }
  writeStatus(cluster, { deployment: markRevision(cluster, deployment, revision), sets: own(), current: setName })
}

function createSet(cluster: ClusterAccess, deployment: ApiObject, name: string, revision: number): void {
  const { namespace, labels: _ } = deployment.metadata
  const { template, selector } = specOf(deployment)
  const hash = { [HASH]: templateHash(template) }
  const labels = { ...template.metadata?.labels, ...hash }
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels,
    annotations: { [REVISION]: String(revision) },
    ownerReferences: [controllerRef(deployment)],
  }
  const spec = {
    replicas: 0,
    selector: { ...selector, matchLabels: { ...selector.matchLabels, ...hash } },
    template: { ...structuredClone(template), metadata: { ...template.metadata, labels } },
  }
  cluster.create('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec })
}

function roll(cluster: ClusterAccess, deployment: ApiObject, { current, sets }: { current: string; sets: readonly ApiObject[] }): void {
  const spec = specOf(deployment)
  const isRecreated = spec.strategy?.type === 'Recreate'
  const surge = isRecreated ? 0 : share(spec.strategy?.rollingUpdate?.maxSurge, spec.replicas, Math.ceil)
  const rounded = isRecreated ? spec.replicas : share(spec.strategy?.rollingUpdate?.maxUnavailable, spec.replicas, Math.floor)
  // With neither nothing could ever move.
  const unavailable = surge === 0 && rounded === 0 ? 1 : rounded
  const scale = (set: ApiObject, replicas: number): void => {
    if (replicasOf(set) !== replicas) cluster.patch('replicasets', set.metadata, { spec: { replicas } })
  }
  const [now, before] = [sets.find((set) => set.metadata.name === current), sets.filter((set) => set.metadata.name !== current && replicasOf(set) > 0)]
  if (now === undefined) return
  const old = sum(before, replicasOf)
  if (old === 0) {
    const isDrained =
      sum(
        sets.filter((set) => set !== now),
        (set) => countOf(set, 'replicas'),
      ) === 0
    if (isDrained || !isRecreated) scale(now, spec.replicas)
    return
  }
  if (!isRecreated)
    scale(now, Math.max(replicasOf(now) > spec.replicas ? spec.replicas : replicasOf(now), Math.min(spec.replicas, spec.replicas + surge - old)))
  const ready = sum(sets, (set) => countOf(set, 'readyReplicas'))
  // Pods that never became ready are no loss.
  let toGo = Math.max(0, ready - (spec.replicas - unavailable)) + (isRecreated ? old : 0)
  for (const set of before.toSorted((a, b) => countOf(a, 'readyReplicas') - countOf(b, 'readyReplicas'))) {
    const unready = Math.max(0, replicasOf(set) - countOf(set, 'readyReplicas'))
    const gone = Math.min(replicasOf(set), unready + toGo)
    toGo -= Math.max(0, gone - unready)
    if (gone > 0) scale(set, replicasOf(set) - gone)
  }
}

/** A number, or a share like `25%` of the replicas. */
function share(value: number | string | undefined, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value
  return round((Number.parseFloat(value ?? '25%') / 100) * of)
}

/** Old sets without pods beyond the history limit go, the oldest first. */
function tidy(cluster: ClusterAccess, deployment: ApiObject, current: string): void {
  const sets = cluster.indexed('replicasets', 'owner', deployment.metadata.uid)
  const idle = sets.filter((set) => set.metadata.name !== current && replicasOf(set) === 0 && countOf(set, 'replicas') === 0)
  const sorted = idle.toSorted((a, b) => (revisionOf(a)[0] ?? 0) - (revisionOf(b)[0] ?? 0))
  for (const set of sorted.slice(0, Math.max(0, sorted.length - (specOf(deployment).revisionHistoryLimit ?? 10)))) cluster.delete('replicasets', set.metadata)
}

function revisionOf({ metadata }: ApiObject): number[] {
  const revision = Number(metadata.annotations?.[REVISION])
  return Number.isInteger(revision) ? [revision] : []
}

/** The revision stands on the Deployment too, and on a set that is rolled back to. */
function markRevision(cluster: ClusterAccess, deployment: ApiObject, revision: number): ApiObject {
  const annotations = { [REVISION]: String(revision) }
  const { namespace, name, uid } = deployment.metadata
  const current = `${name}-${templateHash(specOf(deployment).template)}`
  const set = cluster.indexed('replicasets', 'owner', uid).find((candidate) => candidate.metadata.name === current)
  if (set !== undefined && (revisionOf(set)[0] ?? 0) < revision) cluster.patch('replicasets', set.metadata, { metadata: { annotations } })
  if (deployment.metadata.annotations?.[REVISION] === annotations[REVISION]) return deployment
  return cluster.patch('deployments', { namespace, name }, { metadata: { annotations } })
}

function writeStatus(cluster: ClusterAccess, { deployment, sets, current }: { deployment: ApiObject; sets: readonly ApiObject[]; current: string }): void {
  const spec = specOf(deployment)
  const now = sets.filter((set) => set.metadata.name === current)
  const [total, updated, ready] = [
    sum(sets, (set) => countOf(set, 'replicas')),
    sum(now, (set) => countOf(set, 'replicas')),
    sum(sets, (set) => countOf(set, 'readyReplicas')),
  ]
  const allowed = share(spec.strategy?.rollingUpdate?.maxUnavailable, spec.replicas, Math.floor)
  const isDone = updated === spec.replicas && total === spec.replicas && ready >= spec.replicas
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...positive({
      replicas: total,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(total, spec.replicas) - ready,
    }),
    terminatingReplicas: sum(sets, (set) => countOf(set, 'terminatingReplicas')),
    conditions: [
      ready >= spec.replicas - allowed
        ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
        : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' },
      isDone
        ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${current}" has successfully progressed.` }
        : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${current}" is progressing.` },
    ].map((condition) => dated(condition, deployment, timestamp(cluster.now()))),
  }
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(deployment['status'] ?? {})), JSON.parse(JSON.stringify(status)))) {
    cluster.updateStatus('deployments', { ...deployment, status })
  }
}

/** Keeps the times of a condition that says what it said. */
function dated(condition: Condition, deployment: ApiObject, now: string): Condition {
  const before = ((deployment['status'] as { conditions?: readonly Condition[] } | undefined)?.conditions ?? []).find(({ type }) => type === condition.type)
  const isSame = before?.reason === condition.reason && before.message === condition.message
  return {
    ...condition,
    lastUpdateTime: (isSame ? before.lastUpdateTime : undefined) ?? now,
    lastTransitionTime: (before?.status === condition.status ? before.lastTransitionTime : undefined) ?? now,
  }
}

const positive = (counts: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
