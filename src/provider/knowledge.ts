/** A provider, and what is known of its cloud: what the turns of all Stacks share. */
import type { Log } from '../model/log.ts'
import { Mirror } from './mirror.ts'
import type { Provider, StackId, Step } from './provider.ts'

export interface Knowledge<View, S extends Step> {
  readonly provider: Provider<unknown, View, S>
  readonly mirror: Mirror<View>
  readonly log: Log
  /** The view of a Stack, observed first where it is unknown or in doubt. Throws what the provider throws. */
  readonly view: (stack: StackId, signal: AbortSignal) => Promise<View>
}

export function knowledgeOf<View, S extends Step>(provider: Provider<unknown, View, S>, log: Log): Knowledge<View, S> {
  const mirror = new Mirror<View>(provider.merge.bind(provider))
  const view = async (stack: StackId, signal: AbortSignal): Promise<View> => {
    for (;;) {
      const known = mirror.sure(stack)
      if (known !== undefined) return known
      const began = mirror.moment
      mirror.observed(stack, await provider.observe(stack, signal), began)
    }
  }
  return { provider, mirror, log, view }
}
