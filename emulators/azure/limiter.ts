/** The request rates that Azure allows. */
import type { CloudClock } from '../cloud/clock.ts'
import type { Asked } from '../cloud/journal.ts'
import { type Limiter, type Rate, tokenBuckets } from '../cloud/limiter.ts'

/** What is taken together: by Azure Resource Manager per kind of call, and by Microsoft.Network on top. */
export type CallKind = 'reads' | 'writes' | 'deletes'

/** For a principal in a subscription: "Understand how Azure Resource Manager throttles requests", 2025. */
const MANAGER = {
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
} as const satisfies Readonly<Record<CallKind, Rate>>

/** Per five minutes, in a subscription and region: 10,000 reads and 1,000 writes, deletes among them. */
const NETWORK = {
  'network reads': { burst: 10_000, perSecond: 10_000 / 300 },
  'network writes': { burst: 1_000, perSecond: 1_000 / 300 },
} as const satisfies Readonly<Record<string, Rate>>

/** `action`: `DeleteLoadBalancer`. */
export function callKind({ action, kind }: Asked): CallKind {
  return kind === 'read' ? 'reads' : action.startsWith('Delete') ? 'deletes' : 'writes'
}

export function publishedLimits(clock: CloudClock): readonly Limiter[] {
  return [
    tokenBuckets(clock, MANAGER, (call) => (call.service === 'identity' ? undefined : callKind(call))),
    tokenBuckets(clock, NETWORK, ({ service, kind }) => (service === 'network' ? (kind === 'read' ? 'network reads' : 'network writes') : undefined)),
  ]
}
