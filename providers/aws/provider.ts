/** The AWS provider: the contract, answered by the half that decides and the half that calls. A Stack is a network load balancer with all that belongs to it. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { stepName } from '../../src/provider/engine/plan-text.ts'
import type { Depth, Provider, StackId } from '../../src/provider/provider.ts'
import type { Account } from './api/account.ts'
import { apply } from './apply/apply.ts'
import { because } from '../../src/provider/kit/cause.ts'
import { cautions } from './cautions.ts'
import { targetHealth, targetStates } from './read/health.ts'
import { inspect } from './read/inspect.ts'
import { inventory } from './read/inventory.ts'
import { networkReader } from './read/network.ts'
import { observe } from './read/observe.ts'
import type { AwsOptions } from '../../annotations/aws.ts'
import type { AwsPlanner } from './plan/index.ts'
import type { AwsStep } from './steps.ts'
import type { AwsView } from './view.ts'

export interface AwsProviderOptions {
  readonly account: Account
  readonly planner: AwsPlanner
  readonly annotations: AnnotationSet<AwsOptions>
  readonly capabilities: Capabilities
  /** There is one inventory and nothing after it, as for `fairlead plan`. */
  readonly readsOnce: boolean
}

export interface AwsProvider extends Provider<AwsOptions, AwsView, AwsStep> {
  readonly depth: Depth<AwsView> & {
    /** Stacks with everything that no list shows: a call for each object, next to the pages, which are read once for all. */
    inspect(stacks: readonly StackId[], signal: AbortSignal): AsyncGenerator<readonly [StackId, AwsView]>
  }
}

export function awsProvider({ account, planner, annotations, capabilities, readsOnce }: AwsProviderOptions): AwsProvider {
  const readNetwork = networkReader(account, { readsOnce })
  return {
    name: 'aws',
    calledAs: 'AWS',
    capabilities,
    annotations,
    defaultTargets: 'nodes',
    cautions,
    ...planner,
    async *inventory(signal) {
      yield* await because('inventory', () => Array.fromAsync(inventory(account, readNetwork, signal)))
    },
    observe: (stack, signal) => because(`observe ${stack}`, () => observe(account, readNetwork, stack, signal)),
    depth: { ...planner.depth, inspect: (stacks, signal) => inspect(account, stacks, signal) },
    health: {
      pods: (view, owners, signal) => because('health of targets', () => targetHealth(account, view, owners, signal)),
      targets: (view, owners, signal) => because('targets', () => targetStates(account, view, owners, signal)),
    },
    apply: (step, view, base, signal) => because(stepName(step), () => apply(step, { account, view, base, signal })),
  }
}
