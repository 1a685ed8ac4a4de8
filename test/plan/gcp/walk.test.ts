/** Whatever is asked for, in whatever order, and wherever a process ends: what is planned is what Google Cloud takes, it settles, and nothing is left over. */
import { walkParameters } from '../../cloud/plan-walk.ts'
import { planWalks } from '../../cloud/plan-walks.ts'
import { asks, type GcpAsk } from './random-asks.ts'
import { effect, gcpWalk, leftOver, moments } from './walk.ts'

planWalks(
  {
    open: gcpWalk,
    asks,
    moments,
    decided: (ask): GcpAsk => (ask.scheme === undefined ? { ...ask, scheme: 'internet-facing', schemeIsExplicit: true } : ask),
    leftOver,
    effect,
  },
  walkParameters(25),
)
