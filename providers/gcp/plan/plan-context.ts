/** What all parts of one plan are made from. */
import type { GcpOptions } from '../../../annotations/gcp.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { Follow as FollowOf, Parties as PartiesOf, Want as WantOf } from '../../../src/provider/kit/parties.ts'
import type { GcpConfig } from '../api/config.ts'
import type { GcpView } from '../view.ts'

export type Parties = PartiesOf<GcpOptions>
export type Want = WantOf<GcpOptions>
export type Follow = FollowOf<GcpOptions>

export interface PlanInput {
  readonly config: GcpConfig
  readonly view: GcpView
  /** Undefined: it has not been read. */
  readonly base: GcpView | undefined
  /** The owner with its name, where an intent says it. */
  readonly named: (owner: Owner) => Owner
}
