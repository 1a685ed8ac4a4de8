/** The weight of a Pod for IPVS. kube-proxy gives every server weight 1; an annotation that only the playground has lets weighted schedulers be seen. */
import type { ApiObject, ClusterAccess } from '../kubernetes/resource.ts'
import type { Endpoint } from './endpoints.ts'

export const WEIGHT = 'playground.fairlead.dev/weight'
const DEFAULT_WEIGHT = 1
/** The kernel takes more, kube-proxy none; a loop over weights has to end. */
const LARGEST_WEIGHT = 65_535

/** Undefined: it is none. */
export function readWeight(text: string): number | undefined {
  const weight = Number(text)
  return /^\d{1,5}$/.test(text) && weight <= LARGEST_WEIGHT ? weight : undefined
}

export function weightOf(cluster: ClusterAccess, { pod }: Endpoint): number {
  const text = pod === undefined ? undefined : cluster.get('pods', pod.namespace, pod.name)?.metadata.annotations?.[WEIGHT]
  return (text === undefined ? undefined : readWeight(text)) ?? DEFAULT_WEIGHT
}

/** Reports each annotation that is no weight when it comes. Answers how to stop. */
export function reportBadWeights(cluster: ClusterAccess, report: (message: string) => void): () => void {
  return cluster.subscribe('pods', ({ type, object, old }) => {
    const text = annotationOf(object)
    if (type === 'DELETED' || text === undefined || text === annotationOf(old) || readWeight(text) !== undefined) return
    const { namespace, name } = object.metadata
    const remedy = `allowed: a whole number from 0 to ${LARGEST_WEIGHT}; until then its weight is ${DEFAULT_WEIGHT}`
    report(`pod ${namespace}/${name}: the annotation ${WEIGHT} is ${JSON.stringify(text.slice(0, 80))}; ${remedy}`)
  })
}

function annotationOf(pod: ApiObject | undefined): string | undefined {
  return pod?.metadata.annotations?.[WEIGHT]
}
