/** Request rates that a cloud allows: token buckets, one a family of calls. */
import type { CloudClock } from './clock.ts'
import type { Asked } from './journal.ts'

export interface Limiter {
  /** Takes a token; false: there is none left. */
  admits(call: Asked): boolean
  /** Whole seconds until there is one again, from 1 on. */
  secondsUntil(call: Asked): number
}

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export const noLimits: Limiter = { admits: () => true, secondsUntil: () => 1 }

/** `familyOf`: the bucket a call takes its token from. Undefined: it is not limited. */
export function tokenBuckets<F extends string>(
  clock: CloudClock,
  rates: Readonly<Record<F, Rate>>,
  familyOf: (call: Asked) => NoInfer<F> | undefined,
): Limiter {
  const buckets = new Map<F, { tokens: number; at: number }>()
  const filledNow = (family: F): number => {
    const { burst, perSecond } = rates[family]
    const { tokens, at } = buckets.get(family) ?? { tokens: burst, at: clock.now() }
    return Math.min(burst, tokens + ((clock.now() - at) / 1000) * perSecond)
  }
  return {
    admits(call) {
      const family = familyOf(call)
      if (family === undefined) return true
      const filled = filledNow(family)
      buckets.set(family, { tokens: filled >= 1 ? filled - 1 : filled, at: clock.now() })
      return filled >= 1
    },
    secondsUntil(call) {
      const family = familyOf(call)
      return family === undefined ? 1 : Math.max(1, Math.ceil((1 - filledNow(family)) / rates[family].perSecond))
    },
  }
}
