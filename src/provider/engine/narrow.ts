/** What an owner had, without what it does not ask for any more. Going back to it opens neither a removed port nor a removed source range. Pure. */
import type { Listener } from '../../model/load-balancer.ts'
import { commonRanges } from '../../model/source-ranges.ts'
import type { Desired } from '../provider.ts'

/** Undefined: nothing of it is asked for any more. */
export function narrowed<Options>(accepted: Desired<Options>, asked: Desired<Options>): Desired<Options> | undefined {
  const wanted = new Map(asked.settings.listeners.map((listener) => [listener.key, listener]))
  const sourceRanges = commonRanges(accepted.settings.sourceRanges, asked.settings.sourceRanges)
  const listeners = accepted.settings.listeners.flatMap((listener): Listener[] => {
    const other = wanted.get(listener.key)
    if (other === undefined) return []
    if (listener.sourceRanges === undefined && other.sourceRanges === undefined) return [listener]
    const ranges = commonRanges(rangesOf(accepted, listener), rangesOf(asked, other))
    return [ranges === undefined || ranges === listener.sourceRanges ? listener : { ...listener, sourceRanges: ranges }]
  })
  if (listeners.length === 0) return undefined
  const { sourceRanges: _, ...settings } = accepted.settings
  return { ...accepted, settings: { ...settings, listeners, ...(sourceRanges === undefined ? {} : { sourceRanges }) } }
}

/** The ranges that hold for one listener; undefined: everybody may come. */
export function rangesOf({ settings }: Desired<unknown>, listener: Listener): readonly string[] | undefined {
  return listener.sourceRanges ?? settings.sourceRanges
}
