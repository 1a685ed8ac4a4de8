/** The request rates that AWS allows an account in a region. */
import type { CloudClock } from '../cloud/clock.ts'
import type { Asked } from '../cloud/journal.ts'
import { type Limiter, type Rate, tokenBuckets } from '../cloud/limiter.ts'

/** AWS, "API throttling" of ELB and EC2, 2026; the rates of ELB's writes are those that its own controller keeps to. */
const RATES = {
  'elb read': { burst: 40, perSecond: 10 },
  'elb targets': { burst: 20, perSecond: 4 },
  'elb write': { burst: 20, perSecond: 3 },
  'ec2 read': { burst: 100, perSecond: 20 },
  'ec2 write': { burst: 50, perSecond: 5 },
} as const satisfies Readonly<Record<string, Rate>>

function familyOf({ service, action, kind }: Asked): keyof typeof RATES | undefined {
  if (service !== 'elb' && service !== 'ec2') return undefined
  if (action === 'RegisterTargets' || action === 'DeregisterTargets') return 'elb targets'
  return `${service} ${kind}`
}

export function publishedLimits(clock: CloudClock): Limiter {
  return tokenBuckets(clock, RATES, familyOf)
}
