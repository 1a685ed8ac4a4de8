/** A provider, and what is known of its cloud: what the turns of all Stacks share. */
import type { Log } from '../../model/log.ts'
import { Mirror } from './mirror.ts'
import type { Provider, StackId, Step } from '../provider.ts'

export interface Observed<View, S extends Step> {
  readonly provider: Provider<unknown, View, S>
  readonly mirror: Mirror<View>
  readonly log: Log
  /** The view of a Stack, observed first where it is unknown or in doubt, once for all who ask meanwhile. Throws what the provider throws. */
  readonly view: (stack: StackId, signal: AbortSignal) => Promise<View>
}

export function observing<View, S extends Step>(provider: Provider<unknown, View, S>, log: Log): Observed<View, S> {
  const mirror = new Mirror<View>({
    merge: (known, listed) => provider.depth?.merge(known, listed) ?? listed,
    isEmpty: (view) => provider.isEmpty(view),
  })
  const underWay = new Map<StackId, Promise<void>>()
  const observe = async (stack: StackId, signal: AbortSignal): Promise<void> => {
    const began = mirror.moment
    try {
      const view = await provider.observe(stack, signal)
      if (mirror.last(stack) === undefined && provider.isEmpty(view)) mirror.begun(stack)
      mirror.observed(stack, view, began)
    } finally {
      underWay.delete(stack)
    }
  }
  /** Where lists are current, a Stack that is neither listed nor in doubt is empty. Answers whether it is known now. */
  const beginEmpty = (stack: StackId): boolean => {
    if (provider.emptyView === undefined || !mirror.isComplete || mirror.last(stack) !== undefined || mirror.isInDoubt(stack)) return false
    mirror.begun(stack)
    return mirror.observed(stack, provider.emptyView, mirror.moment)
  }
  // One that is under way since before the doubt does not lift it: then the next round observes anew.
  const view = async (stack: StackId, signal: AbortSignal): Promise<View> => {
    for (;;) {
      const known = mirror.sure(stack)
      if (known !== undefined) return known
      if (beginEmpty(stack)) continue
      const observation = underWay.get(stack) ?? observe(stack, signal)
      underWay.set(stack, observation)
      await observation
    }
  }
  return { provider, mirror, log, view }
}
