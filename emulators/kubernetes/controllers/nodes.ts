/** Takes the taint `not-ready` off a Node that says it is ready, and puts it back when it no longer says so. */
import type { ApiObject, ClusterAccess } from '../resource.ts'
import type { ControllerProps, Stop } from './controller.ts'
import { isReady } from './pod.ts'
import { keyOf, placeOf, Work } from './work.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'

interface Taint {
  readonly key: string
  readonly effect: string
}

export function startNodes({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(placeOf(key).name, cluster), onError)
  const unsubscribe = cluster.subscribe('nodes', ({ object }) => work.add(keyOf(object)))
  for (const node of cluster.list('nodes')) work.add(keyOf(node))
  return () => {
    unsubscribe()
    work.stop()
  }
}

function reconcile(name: string, cluster: ClusterAccess): void {
  const node: ApiObject | undefined = cluster.get('nodes', undefined, name)
  if (node === undefined) return
  const { taints = [] } = node['spec'] as { taints?: readonly Taint[] }
  const others = taints.filter(({ key }) => key !== NOT_READY)
  const isMarked = others.length < taints.length
  if (isMarked !== isReady(node)) return
  cluster.patch('nodes', { name }, { spec: { taints: isReady(node) ? others : [...others, { key: NOT_READY, effect: 'NoSchedule' }] } })
}
