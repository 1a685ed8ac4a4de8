/** In the stead of a kubelet and of the controller of EndpointSlices, for an API server that has neither: pods that run, and where they stand in the slices. */
import { until } from '../until.ts'
import type { World } from './world.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec: { readonly readinessGates?: readonly { readonly conditionType: string }[] }
  readonly status: { readonly podIP?: string; readonly conditions?: readonly Condition[] }
}

export interface RunningPod {
  readonly ip: string
  readonly gates?: readonly string[]
  /** Default true. */
  readonly areContainersReady?: boolean
}

export interface Pods {
  run(name: string, pod: RunningPod): Promise<void>
  /** It terminates and still serves. */
  leave(name: string): Promise<void>
  /** It is gone. */
  remove(name: string): Promise<void>
  condition(name: string, type: string): Promise<Condition | undefined>
  /** Keeps statuses and slices as they should be until `condition` holds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>
}

/** Pods behind these Services, the one named like them alone unless others are given. */
export async function runPods(world: World, app: string, services: readonly string[] = [app]): Promise<Pods> {
  const { server, namespace } = world
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const leaving = new Set<string>()
  const shown: { text: string } = { text: '' }
  await server.user('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } }).catch(() => undefined)
  const get = async (name: string): Promise<Pod> => (await server.user('GET', `${pods}/${name}`)) as Pod

  const sync = async (): Promise<void> => {
    const { items } = (await server.user('GET', pods)) as { readonly items: readonly Pod[] }
    const mine = items.filter(({ metadata, status }) => metadata.labels?.['app'] === app && status.podIP !== undefined)
    for (const pod of mine) {
      const conditions = [...(pod.status.conditions ?? []).filter(({ type }) => type !== 'Ready'), { type: 'Ready', status: readiness(pod) }]
      if (readiness(pod) === statusOf(pod, 'Ready')) continue
      // Somebody may be faster: then it is seen in the next round.
      await server.user('PUT', `${pods}/${pod.metadata.name}/status`, { ...pod, status: { ...pod.status, conditions } }).catch(() => undefined)
    }
    const endpoints = mine.map(({ metadata: { name, uid }, status }) => {
      const [serving, terminating] = [mine.some((pod) => pod.metadata.name === name && statusOf(pod, 'Ready') === 'True'), leaving.has(name)]
      const conditions = { ready: serving && !terminating, serving, terminating }
      return { addresses: [status.podIP], nodeName: 'node-a', conditions, targetRef: { kind: 'Pod', namespace, name, uid } }
    })
    if (JSON.stringify(endpoints) === shown.text) return
    shown.text = JSON.stringify(endpoints)
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
    for (const service of services) {
      // Without ports: on all of the Service's own.
      const slice = { metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } }, addressType: 'IPv4', endpoints, ports: null }
      await server.user('POST', slices, slice).catch(() => server.user('PATCH', `${slices}/${service}-1`, { endpoints }))
    }
  }

  return {
    async run(name, { ip, gates = [], areContainersReady = true }) {
      const spec = { nodeName: 'node-a', containers: [{ name: 'web', image: 'web' }], readinessGates: gates.map((conditionType) => ({ conditionType })) }
      await server.user('POST', pods, { metadata: { name, labels: { app } }, spec })
      const conditions = [{ type: 'ContainersReady', status: areContainersReady ? 'True' : 'False' }]
      await server.user('PATCH', `${pods}/${name}/status`, { status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } })
      await sync()
    },
    async leave(name) {
      leaving.add(name)
      await sync()
    },
    async remove(name) {
      leaving.delete(name)
      await server.user('DELETE', `${pods}/${name}?gracePeriodSeconds=0`)
      await sync()
    },
    condition: async (name, type) => (await get(name)).status.conditions?.find((condition) => condition.type === type),
    until: (condition) =>
      until(async () => {
        await sync()
        return condition()
      }),
  }
}

/** As a kubelet has it: the containers are ready, and every gate is open. */
function readiness(pod: Pod): 'True' | 'False' {
  const needed = ['ContainersReady', ...(pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType)]
  return needed.every((type) => statusOf(pod, type) === 'True') ? 'True' : 'False'
}

function statusOf({ status }: Pod, type: string): string | undefined {
  return status.conditions?.find((condition) => condition.type === type)?.status
}
