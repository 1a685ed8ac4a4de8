/** In place of a kubelet: has each pod that was scheduled started by a runner, writes its status, and finishes its deletion when it has stopped. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiObject, ClusterAccess } from '../resource.ts'
import { timestamp, type ControllerProps, type Stop } from './controller.ts'
import { conditionsOf, isTerminating, specOf } from './pod.ts'
import { gatedReadiness, isReadinessOld } from './readiness.ts'

/** Who runs the pods. */
export interface PodRunner {
  /** Resolves when the pod answers; a refusal is shown in the pod's status. `podIPs`: where it has more addresses than `podIP`, which is the first of them. */
  start(pod: ApiObject): Promise<{ readonly podIP: string; readonly podIPs?: readonly string[]; readonly hostIP?: string }>
  /** Resolves when nothing of the pod answers any more. */
  stop(pod: ApiObject): Promise<void>
}

export interface PodLifecycleProps extends ControllerProps {
  readonly runner: PodRunner
  /**
   * Waits before a deleted pod is stopped: a real one goes on answering while its endpoint is taken away. The default is the pod's own grace
   * period, and no more than a second of it. Aborted when the emulator stops.
   */
  readonly linger?: (pod: ApiObject, signal: AbortSignal) => Promise<void>
}

const LINGER_STEPS = 20

export function startPodLifecycle({ cluster, onError, runner, linger = lingerBriefly }: PodLifecycleProps): Stop {
  const lives = new Map<string, Promise<void>>()
  const ending = new Set<string>()
  const stopping = new AbortController()
  const next = (uid: string, step: () => Promise<void>): void => {
    const life = (lives.get(uid) ?? Promise.resolve()).then(step).catch(onError)
    lives.set(uid, life)
  }
  const consider = (pod: ApiObject): void => {
    const { uid } = pod.metadata
    if ((specOf(pod).nodeName ?? '') === '') return
    if (!lives.has(uid)) next(uid, () => begin(cluster, runner, pod))
    else if (isReadinessOld(pod)) next(uid, async () => renewReadiness(cluster, pod))
    if (!isTerminating(pod) || ending.has(uid)) return
    ending.add(uid)
    next(uid, async () => {
      await linger(pod, stopping.signal)
      await end(cluster, runner, pod)
    })
  }
  const unsubscribe = cluster.subscribe('pods', ({ type, object }) => {
    if (type !== 'DELETED') return consider(object)
    // Deleted by force, unasked: what ran is stopped all the same.
    const { uid } = object.metadata
    if (lives.has(uid) && !ending.has(uid)) next(uid, () => runner.stop(object))
    next(uid, async () => {
      lives.delete(uid)
      ending.delete(uid)
    })
  })
  cluster.list('pods').forEach(consider)
  return async () => {
    unsubscribe()
    stopping.abort()
    await Promise.all(lives.values())
  }
}

/** In steps: while this process stands still, those in it who are to take the endpoint away do too. */
async function lingerBriefly(pod: ApiObject, signal: AbortSignal): Promise<void> {
  const stepMs = Math.min(1000 * (pod.metadata.deletionGracePeriodSeconds ?? 0), 1000) / LINGER_STEPS
  for (let step = 0; step < LINGER_STEPS && !signal.aborted; step++) await sleep(stepMs, undefined, { signal }).catch(() => undefined)
}

async function begin(cluster: ClusterAccess, runner: PodRunner, pod: ApiObject): Promise<void> {
  const { namespace, name, uid } = pod.metadata
  try {
    const { podIP, podIPs = [podIP], hostIP } = await runner.start(pod)
    const started = cluster.get('pods', namespace, name)
    if (started?.metadata.uid !== uid) return
    // A gate may have been opened meanwhile.
    const status = running(started, { podIPs, hostIP, now: timestamp(cluster.now()) })
    cluster.patchStatus('pods', { namespace, name }, { status })
  } catch (error) {
    if (cluster.get('pods', namespace, name)?.metadata.uid !== uid) return
    const message = error instanceof Error ? error.message : String(error)
    cluster.patchStatus('pods', { namespace, name }, { status: { reason: 'StartFailed', message } })
    report(cluster, pod, message)
  }
}

/** Under the reason that a kubelet gives when a pod gets no network. */
function report(cluster: ClusterAccess, { metadata: { namespace = '', name, uid } }: ApiObject, message: string): void {
  const at = timestamp(cluster.now())
  cluster.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name}.${uid}` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    type: 'Warning',
    reason: 'FailedCreatePodSandBox',
    message,
    source: { component: 'kubelet' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  })
}

/** By the pod as it is now: of several changes the last one counts. */
function renewReadiness(cluster: ClusterAccess, { metadata }: ApiObject): void {
  const { namespace, name, uid } = metadata
  const pod = cluster.get('pods', namespace, name)
  if (pod?.metadata.uid !== uid || !isReadinessOld(pod)) return
  const others = conditionsOf(pod).filter(({ type }) => type !== 'Ready')
  cluster.patchStatus('pods', { namespace, name }, { status: { conditions: [...others, gatedReadiness(pod, timestamp(cluster.now()))] } })
}

async function end(cluster: ClusterAccess, runner: PodRunner, pod: ApiObject): Promise<void> {
  const { namespace, name, uid } = pod.metadata
  await runner.stop(pod)
  const left = cluster.get('pods', namespace, name)
  if (left?.metadata.uid === uid) cluster.delete('pods', { namespace, name }, { gracePeriodSeconds: 0, uid })
}

function running(pod: ApiObject, { podIPs, hostIP, now }: { podIPs: readonly string[]; hostIP: string | undefined; now: string }): Record<string, unknown> {
  const own = ['PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'PodScheduled']
  const ofOthers = conditionsOf(pod).filter(({ type }) => type !== 'Ready' && !own.includes(type))
  const containers = specOf(pod).containers ?? []
  return {
    phase: 'Running',
    conditions: [...own.map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: now })), gatedReadiness(pod, now), ...ofOthers],
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }),
    podIP: podIPs[0],
    podIPs: podIPs.map((ip) => ({ ip })),
    startTime: now,
    containerStatuses: containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      lastState: {},
      ready: true,
      restartCount: 0,
      started: true,
      state: { running: { startedAt: now } },
    })),
  }
}
