/** Which Services of a namespace are within a number: those with an address first, because what is served is not taken away, then the oldest. */
import { classOf, FINALIZERS } from '../model/names.ts'
import type { Service } from '../model/cluster.ts'
import { compareText } from '../model/order.ts'

const RANKS = { true: new WeakMap<readonly Service[], ReadonlyMap<string, number>>(), false: new WeakMap<readonly Service[], ReadonlyMap<string, number>>() }

/**
 * The place of each Service that asks for a load balancer of ours, from 0, by uid. `all`: of one namespace. A Service without a class counts where Fairlead has
 * taken it up, or is the default for such.
 */
export function ranksOf(all: readonly Service[], isDefaultClass: boolean): ReadonlyMap<string, number> {
  const memory = RANKS[`${isDefaultClass}`]
  const known = memory.get(all)
  if (known !== undefined) return known
  const ranked = all
    .filter((service) => isCounted(service, isDefaultClass))
    .map((service) => ({ uid: service.metadata.uid, stage: stageOf(service), createdAt: service.metadata.creationTimestamp ?? '\uffff' }))
    .toSorted((a, b) => a.stage - b.stage || compareText(a.createdAt, b.createdAt) || compareText(a.uid, b.uid))
  const ranks = new Map(ranked.map(({ uid }, i) => [uid, i]))
  memory.set(all, ranks)
  return ranks
}

function isCounted({ spec, metadata }: Service, isDefaultClass: boolean): boolean {
  if (spec.type !== 'LoadBalancer') return false
  return spec.loadBalancerClass === undefined ? isDefaultClass || isTakenUp({ metadata }) : spec.loadBalancerClass.startsWith(classOf(''))
}

/** A tenant can write neither the status of a Service nor, in the right order, everything else that shows that it is served. */
function stageOf({ metadata, status }: Service): number {
  const isPublished = status.loadBalancer?.ingress?.some(({ ip, hostname }) => (ip ?? '') !== '' || (hostname ?? '') !== '') === true
  return isPublished ? 0 : isTakenUp({ metadata }) ? 1 : 2
}

function isTakenUp({ metadata }: Pick<Service, 'metadata'>): boolean {
  return metadata.finalizers?.some((name) => name.startsWith(FINALIZERS)) === true
}
