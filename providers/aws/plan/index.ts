/** The half of the adapter that decides: pure, and all that the other half needs to know of it. */
import type { Owner } from '../../../src/model/owner.ts'
import type { Provider } from '../../../src/provider/provider.ts'
import { stackOf } from '../names.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { basePlanner } from './base.ts'
import { remembering } from './memory.ts'
import { merge } from './merge.ts'
import { owners } from './owners.ts'
import { plan } from './plan.ts'
import type { PlannerConfig } from './scene.ts'
import { claims, holds, status } from './status.ts'

export type { PlannerConfig } from './scene.ts'

type AwsProvider = Provider<AwsOptions, AwsView, AwsStep>

export type AwsPlanner = Required<Pick<AwsProvider, 'plan' | 'base' | 'stackOf' | 'claims' | 'holds' | 'owners' | 'status' | 'merge'>>

export function planner(config: PlannerConfig): AwsPlanner {
  return {
    plan: remembering((intents, view, base) => plan(config, intents, view, base)),
    base: basePlanner(config),
    stackOf: (owner: Owner, want) => stackOf(owner, want),
    claims,
    holds,
    owners,
    status,
    merge,
  }
}
