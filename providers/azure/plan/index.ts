/** The half of the adapter that decides: pure, and all that the other half needs to know of it. */
import type { AzureOptions } from '../../../annotations/azure.ts'
import { remembering } from '../../../src/provider/kit/plan-memory.ts'
import type { Provider, StackId } from '../../../src/provider/provider.ts'
import type { AzureConfig } from '../api/config.ts'
import { awaited, foreseen } from '../foreseen.ts'
import { isOfCluster } from '../marks.ts'
import { isOurChild, securityMark } from '../names.ts'
import { merge } from './merge.ts'
import type { AzureStep } from '../steps.ts'
import type { AzureView } from '../view.ts'
import { isOurs } from './firewall/rules.ts'
import { listsOf, owners } from './found.ts'
import { narrow } from './narrow.ts'
import { outlook, plan } from './plan.ts'
import { listeners, parts, status } from './status.ts'

type AzureProvider = Provider<AzureOptions, AzureView, AzureStep>

export type AzurePlanner = Required<
  Pick<AzureProvider, 'plan' | 'foreseen' | 'awaited' | 'outlook' | 'stackOf' | 'depth' | 'owners' | 'status' | 'parts' | 'listeners' | 'narrow' | 'isEmpty'>
>

/** All Services of a cluster: they share its load balancers and its security group. */
export const STACK: StackId = 'cluster'

export function planner(config: AzureConfig): AzurePlanner {
  return {
    plan: remembering((intents, view) => plan(config, intents, view)),
    foreseen,
    awaited,
    outlook: (intents, view) => outlook(config, intents, view),
    stackOf: () => STACK,
    depth: { merge },
    owners: (view) => owners(view, config.clusterId),
    status,
    parts: (view, owner) => parts(view, owner, config.clusterId),
    listeners,
    narrow,
    isEmpty: (view) => isEmpty(view, config.clusterId),
  }
}

/** Others may keep something in documents that have nothing of ours. */
function isEmpty({ balancers, securityGroups, addresses }: AzureView, clusterId: string): boolean {
  const hasBalancer = [...balancers.values()].some(
    ({ document }) => isOfCluster(document.tags, clusterId) || listsOf(document).frontendIPConfigurations.some(({ name = '' }) => isOurChild(name)),
  )
  const hasRules = [...securityGroups.values()].some(({ document }) =>
    (document.properties?.securityRules ?? []).some((rule) => isOurs(rule, securityMark(clusterId))),
  )
  return !hasBalancer && !hasRules && ![...addresses.values()].some(({ document }) => isOfCluster(document.tags, clusterId))
}
