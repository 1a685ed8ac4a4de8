/** Events on Services whose class no Fairlead can serve: a misspelt name, for which a person would wait without end. Pure. */
import { unservedClassText } from '../desired/unserved-class.ts'
import type { ServiceEvent } from '../kubernetes/events.ts'
import type { Service } from '../model/cluster.ts'
import { classOf } from '../model/names.ts'

/** What a class is compared with. */
export interface ClassNames {
  /** All providers that Fairlead has: another controller of ours may serve a class that this one does not. */
  readonly all: readonly string[]
  /** Those of this controller. */
  readonly running: readonly string[]
}

/** Undefined: the class is none of ours (KEP-1959 leaves it to others), or one that a Fairlead can serve, or was said before. */
export function classEventOf(after: Service | undefined, before: Service | undefined, { all, running }: ClassNames): ServiceEvent | undefined {
  const given = classIn(after)
  const isKnown = before !== undefined && before.metadata.uid === after?.metadata.uid && classIn(before) === given
  if (given === undefined || isKnown || !given.startsWith(classOf('')) || all.some((name) => classOf(name) === given)) return undefined
  return { type: 'Warning', reason: 'Invalid', message: `spec.loadBalancerClass: ${unservedClassText(given, running)}` }
}

function classIn(service: Service | undefined): string | undefined {
  return service?.spec.type === 'LoadBalancer' ? service.spec.loadBalancerClass : undefined
}
