/** All that the steps of one plan are made from. */
import type { NamedOwner } from '../../../src/model/owner.ts'
import type { StackId } from '../../../src/provider/provider.ts'
import type { Naming } from '../names.ts'
import type { AwsView, Mark, Network } from '../view.ts'
import type { WantedBalancer } from './wanted/balancer.ts'
import type { Parties } from './parties.ts'
import type { BalancerSettings } from './accept/shared-settings.ts'
import type { WantedParts } from './wanted/wanted-parts.ts'

export interface PlannerConfig {
  readonly clusterId: string
  readonly clusterName?: string
}

export interface PlanContext {
  readonly config: PlannerConfig
  readonly view: AwsView
  /** Undefined: it has not been read. */
  readonly network: Network | undefined
  /** Of the cluster's back-end group, once it is there. */
  readonly backendId: string | undefined
  readonly parties: Parties
  /** Absent where no configuration is carried out. */
  readonly wantedStack?: WantedStack
}

/** What is known before it is decided which configurations are carried out. */
export type PlanInput = Pick<PlanContext, 'config' | 'view' | 'network'>

/** What the Services whose configurations are carried out are to have. */
export interface WantedStack {
  readonly stack: StackId
  readonly naming: Naming
  readonly isShared: boolean
  /** Of the load balancer as a whole. */
  readonly settings: BalancerSettings
  readonly balancer: WantedBalancer
  /** What each of them has on it. */
  readonly services: readonly WantedParts[]
  /** Their owners. */
  readonly owners: readonly NamedOwner[]
  /** Fingerprint of the load balancer's own settings: what its one owner has, or on a shared one its own. */
  readonly fingerprint: string
}

/** The mark of what belongs to the load balancer as a whole: a shared one names no owner. */
export function balancerMark({ stack, isShared, owners: [owner] }: WantedStack): Mark {
  return { stack, ...(isShared || owner === undefined ? {} : { owner }) }
}
