/**
 * The Google Cloud provider: the contract, answered by the half that decides and the half that calls. A Stack is a passthrough load balancer of one Service or
 * share key; what all of them stand on is the base.
 */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { GcpOptions } from '../../annotations/gcp.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { stepName } from '../../src/provider/engine/plan-text.ts'
import { because } from '../../src/provider/kit/cause.ts'
import type { Provider } from '../../src/provider/provider.ts'
import type { Account } from './api/account.ts'
import { apply } from './apply/apply.ts'
import type { GcpPlanner } from './plan/index.ts'
import { targetStates } from './read/health.ts'
import { inventory, observe } from './read/observe.ts'
import type { GcpStep } from './steps.ts'
import { emptyView, type GcpView } from './view.ts'

export interface GcpProviderOptions {
  readonly account: Account
  readonly planner: GcpPlanner
  readonly annotations: AnnotationSet<GcpOptions>
  readonly capabilities: Capabilities
}

export type GcpProvider = Provider<GcpOptions, GcpView, GcpStep>

export function gcpProvider({ account, planner, annotations, capabilities }: GcpProviderOptions): GcpProvider {
  return {
    name: 'gcp',
    calledAs: 'Google',
    capabilities,
    annotations,
    defaultTargets: 'nodes',
    nodesReachedBy: 'publishedAddress',
    listsAreCurrent: true,
    emptyView: emptyView(),
    ...planner,
    async *inventory(signal) {
      yield* await because('inventory', () => Array.fromAsync(inventory(account, signal)))
    },
    observe: (stack, signal) => because(`observe ${stack}`, () => observe(account, stack, signal)),
    health: { targets: (view, owners, signal) => because('targets', () => targetStates(account, view, owners, signal)) },
    apply: (step, view, base, signal) => because(stepName(step), () => apply(step, { account, view, base, signal })),
  }
}
