/** The request rates that AWS allows an account in a region: token buckets, one a family of actions. */
import type { CloudClock } from './clock.ts'
import type { Service } from './journal.ts'

export interface Limiter {
  /** Takes a token; false: there is none left. */
  admits(call: { readonly service: Service; readonly action: string; readonly kind: 'read' | 'write' }): boolean
}

interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** AWS, "API throttling" of ELB and EC2, 2026; the rates of ELB's writes are those that its own controller keeps to. */
const RATES = {
  'elb read': { burst: 40, perSecond: 10 },
  'elb targets': { burst: 20, perSecond: 4 },
  'elb write': { burst: 20, perSecond: 3 },
  'ec2 read': { burst: 100, perSecond: 20 },
  'ec2 write': { burst: 50, perSecond: 5 },
} as const satisfies Readonly<Record<string, Rate>>

type Family = keyof typeof RATES

function familyOf({ service, action, kind }: Parameters<Limiter['admits']>[0]): Family | undefined {
  if (service === 'tagging') return undefined
  if (action === 'RegisterTargets' || action === 'DeregisterTargets') return 'elb targets'
  return `${service} ${kind}`
}

export const noLimits: Limiter = { admits: () => true }

export function publishedLimits(clock: CloudClock): Limiter {
  const buckets = new Map<Family, { tokens: number; at: number }>()
  return {
    admits(call) {
      const family = familyOf(call)
      if (family === undefined) return true
      const [{ burst, perSecond }, now] = [RATES[family], clock.now()]
      const { tokens, at } = buckets.get(family) ?? { tokens: burst, at: now }
      const filled = Math.min(burst, tokens + ((now - at) / 1000) * perSecond)
      buckets.set(family, { tokens: filled >= 1 ? filled - 1 : filled, at: now })
      return filled >= 1
    },
  }
}
