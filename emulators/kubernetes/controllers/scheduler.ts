/** Puts each new pod on a node that is ready and wants it, one node after the other. It weighs nothing: the playground's pods cost nothing. */
import type { ApiObject, ClusterAccess } from '../resource.ts'
import type { ControllerProps, Stop } from './controller.ts'
import { isOver, isReady, isTerminating, specOf } from './pod.ts'
import { keyOf, placeOf, Work } from './work.ts'

interface NodeSpec {
  readonly unschedulable?: boolean
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
}

export function startScheduler({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => place(key, cluster), onError)
  const isWaiting = (pod: ApiObject): boolean =>
    (specOf(pod).nodeName ?? '') === '' && specOf(pod).schedulerName === 'default-scheduler' && !isTerminating(pod) && !isOver(pod)
  const addAll = (): void =>
    cluster
      .list('pods')
      .filter(isWaiting)
      .forEach((pod) => work.add(keyOf(pod)))
  const stops = [
    cluster.subscribe('pods', ({ type, object }) => {
      if (type !== 'DELETED' && isWaiting(object)) work.add(keyOf(object))
    }),
    // A node that comes, or opens, may take those who wait.
    cluster.subscribe('nodes', addAll),
  ]
  addAll()
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

function place(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const pod = cluster.get('pods', namespace, name)
  if (pod === undefined || (specOf(pod).nodeName ?? '') !== '') return
  const fitting = cluster.list('nodes').filter((node) => fits(node, pod))
  const load = new Map<string, number>()
  for (const { nodeName = '' } of cluster.list('pods').map(specOf)) load.set(nodeName, (load.get(nodeName) ?? 0) + 1)
  // The node with the fewest pods is the next in turn; the name decides among equals.
  const [next] = fitting.toSorted((a, b) => (load.get(a.metadata.name) ?? 0) - (load.get(b.metadata.name) ?? 0) || (a.metadata.name < b.metadata.name ? -1 : 1))
  if (next !== undefined) cluster.bind({ namespace, name }, next.metadata.name)
}

function fits(node: ApiObject, pod: ApiObject): boolean {
  const { unschedulable, taints = [] } = node['spec'] as NodeSpec
  const { tolerations = [], nodeSelector = {} } = specOf(pod)
  if (!isReady(node) || unschedulable === true || node.metadata.deletionTimestamp !== undefined) return false
  if (Object.entries(nodeSelector).some(([key, value]) => node.metadata.labels?.[key] !== value)) return false
  const blocking = taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
  return blocking.every((taint) =>
    tolerations.some(
      ({ key, operator = 'Equal', effect, value }) =>
        (key === undefined || key === taint.key) && (effect === undefined || effect === taint.effect) && (operator === 'Exists' || value === taint.value),
    ),
  )
}
