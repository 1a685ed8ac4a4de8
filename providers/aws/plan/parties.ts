/** The intents of one plan by owner, as the other parts of the planner see them. */
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { type Follow as FollowOf, isClosed, type Parties as PartiesOf, type Want as WantOf } from '../../../src/provider/kit/parties.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { Mark } from '../view.ts'

export type Parties = PartiesOf<AwsOptions>
export type Want = WantOf<AwsOptions>
export type Follow = FollowOf<AwsOptions>

/** Whether this part of an owner is for a port that the owner does not ask for any more, whatever becomes of the rest. `53/TCP_UDP` is asked for by either. */
export function isPartClosed(parties: Parties, { owner, listener }: Pick<Mark, 'owner' | 'listener'>): boolean {
  return owner !== undefined && listener !== undefined && isClosed(parties, owner.uid, keysOf(listener))
}

function keysOf(listener: string): readonly ListenerKey[] {
  const [number = '', protocols = ''] = listener.split('/')
  return protocols.split('_').map((protocol) => `${number}/${protocol}` as ListenerKey)
}
