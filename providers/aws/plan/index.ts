/** The half of the adapter that decides: pure, and all that the other half needs to know of it. */
import type { Owner } from '../../../src/model/owner.ts'
import { remembering } from '../../../src/provider/kit/plan-memory.ts'
import type { Provider } from '../../../src/provider/provider.ts'
import { stackOf } from '../names.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { basePlanner } from './wanted/base.ts'
import { awaited } from './awaited.ts'
import { backendsUnread, isEmpty, merge } from './merge.ts'
import { narrow } from './narrow.ts'
import { owners, parts } from './owners.ts'
import { outlook, plan } from './plan.ts'
import type { PlannerConfig } from './plan-context.ts'
import { claims, holds, listeners, status } from './status.ts'

export type { PlannerConfig } from './plan-context.ts'

type AwsProvider = Provider<AwsOptions, AwsView, AwsStep>

export type AwsPlanner = Required<
  Pick<
    AwsProvider,
    'plan' | 'awaited' | 'outlook' | 'base' | 'stackOf' | 'moves' | 'depth' | 'owners' | 'status' | 'parts' | 'listeners' | 'narrow' | 'isEmpty'
  >
>

export function planner(config: PlannerConfig): AwsPlanner {
  return {
    plan: remembering((intents, view, base) => plan(config, intents, view, base)),
    awaited,
    outlook: (intents, view, base) => outlook(config, intents, view, base),
    base: basePlanner(config),
    stackOf: (owner: Owner, want) => stackOf(owner, want),
    moves: { claims, holds },
    depth: { merge, backendsUnread },
    owners,
    status,
    parts,
    listeners,
    narrow,
    isEmpty,
  }
}
