/** The AWS provider: the contract, answered by the half that decides and the half that calls. A Stack is a network load balancer with all that belongs to it. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { stepName } from '../../src/provider/plan-text.ts'
import type { Provider, StackId } from '../../src/provider/provider.ts'
import type { Account } from './account.ts'
import { apply } from './apply.ts'
import { because } from './cause.ts'
import { targetHealth } from './health.ts'
import { inspect } from './inspect.ts'
import { inventory } from './inventory.ts'
import { networkReader } from './network.ts'
import { observe } from './observe.ts'
import type { AwsOptions } from '../../annotations/aws.ts'
import type { AwsPlanner } from './plan/index.ts'
import type { AwsStep } from './steps.ts'
import type { AwsView } from './view.ts'

export interface AwsProviderOptions {
  readonly account: Account
  readonly planner: AwsPlanner
  readonly annotations: AnnotationSet<AwsOptions>
  readonly capabilities: Capabilities
}

export interface AwsProvider extends Provider<AwsOptions, AwsView, AwsStep> {
  /** One Stack with everything that no list shows: a call for each object. */
  inspect(stack: StackId, signal: AbortSignal): Promise<AwsView>
}

export function awsProvider({ account, planner, annotations, capabilities }: AwsProviderOptions): AwsProvider {
  const readNetwork = networkReader(account)
  return {
    name: 'aws',
    capabilities,
    annotations,
    defaultTargets: 'nodes',
    ...planner,
    async *inventory(signal) {
      yield* await because('inventory', () => Array.fromAsync(inventory(account, readNetwork, signal)))
    },
    observe: (stack, signal) => because(`observe ${stack}`, () => observe(account, readNetwork, stack, signal)),
    inspect: (stack, signal) => because(`inspect ${stack}`, () => inspect(account, readNetwork, stack, signal)),
    health: (view, owners, signal) => because('health of targets', () => targetHealth(account, view, owners, signal)),
    apply: (step, view, base, signal) => because(stepName(step), () => apply(step, { account, view, base, signal })),
  }
}
