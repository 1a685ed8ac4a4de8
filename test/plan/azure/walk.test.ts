/** Whatever is asked for, in whatever order, and wherever a process ends: what is planned is what Azure takes, it settles, and nothing is left over. */
import { walkParameters } from '../../cloud/plan-walk.ts'
import { planWalks } from '../../cloud/plan-walks.ts'
import { asks, type AzureAsk } from './random-asks.ts'
import { azureWalk, effect, leftOver, moments } from './walk.ts'

planWalks(
  {
    open: azureWalk,
    asks,
    moments,
    decided: (ask): AzureAsk => (ask.scheme === undefined ? { ...ask, scheme: 'internet-facing', schemeIsExplicit: true } : ask),
    leftOver,
    effect,
  },
  walkParameters(),
)
