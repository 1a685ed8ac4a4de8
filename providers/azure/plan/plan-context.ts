/** What all parts of one plan are made from. */
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { Follow as FollowOf, Parties as PartiesOf, Want as WantOf } from '../../../src/provider/kit/parties.ts'
import type { AzureConfig } from '../api/config.ts'
import type { AzureView } from '../view.ts'

export type Parties = PartiesOf<AzureOptions>
export type Want = WantOf<AzureOptions>
export type Follow = FollowOf<AzureOptions>

export interface PlanInput {
  readonly config: AzureConfig
  readonly view: AzureView
  /** The owner with its name, where an intent says it. */
  readonly named: (owner: Owner) => Owner
}
