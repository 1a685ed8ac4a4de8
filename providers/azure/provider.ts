/**
 * The Azure provider: the contract, answered by the half that decides and the half that calls. One Stack holds all that a cluster has: two load balancers, the
 * rules of its security group, and public addresses.
 */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { AzureOptions } from '../../annotations/azure.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { stepName } from '../../src/provider/engine/plan-text.ts'
import { because } from '../../src/provider/kit/cause.ts'
import type { Provider } from '../../src/provider/provider.ts'
import type { Account } from './api/account.ts'
import { apply } from './apply/apply.ts'
import { type AzurePlanner, STACK } from './plan/index.ts'
import { observe } from './read/observe.ts'
import type { AzureStep } from './steps.ts'
import type { AzureView } from './view.ts'

export interface AzureProviderOptions {
  readonly account: Account
  readonly planner: AzurePlanner
  readonly annotations: AnnotationSet<AzureOptions>
  readonly capabilities: Capabilities
}

export type AzureProvider = Provider<AzureOptions, AzureView, AzureStep>

/** Addresses are made side by side; of everything else there is one at a time. */
const STEPS_AT_ONCE = 32

export function azureProvider({ account, planner, annotations, capabilities }: AzureProviderOptions): AzureProvider {
  return {
    name: 'azure',
    calledAs: 'Azure',
    capabilities,
    annotations,
    defaultTargets: 'nodes',
    nodesReachedBy: 'publishedAddress',
    listsAreCurrent: true,
    stepsAtOnce: STEPS_AT_ONCE,
    ...planner,
    async *inventory(signal) {
      const view = await because('inventory', () => observe(account, signal))
      if (!planner.isEmpty(view)) yield [STACK, view]
    },
    observe: (_, signal) => because('observe', () => observe(account, signal)),
    apply: (step, view, _, signal) => because(stepName(step), () => apply(step, { account, view, signal })),
  }
}
