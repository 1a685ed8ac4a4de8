/** How long until it is worth asking again after a change that runs. A poll counts against the project's quota like any call. */
import type { ObjectStep } from '../steps.ts'
import type { AnyPart } from '../view.ts'

/** In milliseconds. Forwarding rules and deletions take longest; no operation takes less than a second. */
export function pauseOf({ kind }: Pick<ObjectStep, 'kind'>, { operation }: AnyPart): number {
  return kind === 'forwarding rule' || operation?.isDeletion === true ? 3_000 : 2_000
}
