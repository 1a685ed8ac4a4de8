/** All that the steps of one plan are made from. */
import type { Owner } from '../../../src/model/owner.ts'
import type { StackId } from '../../../src/provider/provider.ts'
import type { Naming } from '../names.ts'
import type { AwsView, Mark, Network } from '../view.ts'
import type { WantedBalancer } from './balancer.ts'
import type { Cast } from './cast.ts'
import type { Edge } from './edge.ts'
import type { Seat } from './seats.ts'

export interface PlannerConfig {
  readonly clusterId: string
  readonly clusterName?: string
}

export interface Scene {
  readonly config: PlannerConfig
  readonly view: AwsView
  readonly network: Network | undefined
  /** Of the cluster's back-end group, once it is there. */
  readonly backendId: string | undefined
  readonly cast: Cast
  /** Absent where nobody's wish is carried out. */
  readonly house?: House
}

/** What those whose wishes are carried out have together. */
export interface House {
  readonly stack: StackId
  readonly naming: Naming
  readonly isShared: boolean
  readonly edge: Edge
  readonly balancer: WantedBalancer
  readonly seats: readonly Seat[]
  /** The owners of the seats. */
  readonly owners: readonly Owner[]
  /** Fingerprint of the load balancer's own settings: what its one owner has, or on a shared one its own. */
  readonly print: string
}

/** The mark of what belongs to the load balancer as a whole: a shared one names no owner. */
export function houseMark({ stack, isShared, owners: [owner] }: House): Mark {
  return { stack, ...(isShared || owner === undefined ? {} : { owner }) }
}
