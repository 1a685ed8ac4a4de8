/** Reads everything that a cloud holds for this cluster: at the start, so that all of it is managed, and later again, to find what changed outside. */
import type { Snapshot } from '../../model/cluster.ts'
import type { Clock } from '../../model/clock.ts'
import type { Log } from '../../model/log.ts'
import type { Owner } from '../../model/owner.ts'
import { CloudError } from '../../provider/cloud-error.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { READY } from '../../model/names.ts'
import { type Orphan, orphansOf } from './orphans.ts'
import { nameShown } from './unnamed-owners.ts'

export interface InventoryOptions {
  readonly log: Log
  readonly signal: AbortSignal
  readonly snapshot: () => Snapshot
  readonly clock: Pick<Clock, 'now' | 'date'>
  /** Called with those that were not known before. */
  readonly orphansFound: (orphans: readonly Orphan[]) => void
}

/**
 * Returns the Stacks to reconcile: the first time all of them, empty ones too; later those whose view changed. Throws nothing: a
 * failure is kept as the state's trouble until an inventory succeeds, and undefined is answered.
 */
export async function takeInventory(
  state: ProviderState,
  { log, signal, snapshot, clock, orphansFound }: InventoryOptions,
): Promise<readonly StackId[] | undefined> {
  const { cloud, inventory, placements, absences, stacks } = state
  const isFirst = !inventory.isTaken
  let changed: readonly StackId[]
  try {
    changed = await cloud.learn(signal)
  } catch (error) {
    log.warn('the inventory failed', { provider: cloud.name, error })
    inventory.trouble =
      error instanceof CloudError
        ? { reason: error.reason, message: error.publicMessage }
        : { reason: 'CloudUnavailable', message: 'the existing load balancers could not be read' }
    return undefined
  }
  inventory.trouble = undefined
  inventory.isTaken = true
  const found: StackId[] = []
  for (const [stack, owners] of cloud.holdings()) {
    found.push(stack)
    for (const owner of owners) if (placements.of(owner.uid)?.cleared.has(stack) !== true) placements.hold(stack, owner)
  }
  nameShown(placements, snapshot())
  if (isFirst) absences.orphans.keepDeparted((uid) => placements.of(uid) !== undefined)
  const orphans = absences.orphans.take(orphansOf(namedHoldings(state), snapshot()), clock.now(), clock.date())
  if (orphans.length > 0) orphansFound(orphans)
  if (isFirst) return [...new Set([...found, ...placements.stacks()])]
  for (const stack of changed) stacks.noteDrift(stack)
  return changed.filter((stack) => stack !== cloud.baseStack)
}

/** As the cloud holds them, with the names that it may not know. */
function* namedHoldings({ cloud, placements }: ProviderState): Iterable<readonly [StackId, readonly Owner[]]> {
  for (const [stack, owners] of cloud.holdings()) yield [stack, owners.map((owner) => placements.of(owner.uid)?.owner ?? owner)]
}

const REFUSALS: ReadonlySet<string> = new Set(['Conflict', 'Refused', 'LimitReached', 'Invalid'])

/** Owners whose request was refused before this process started: tried last, so that they delay no others. */
export function noteRefusedBefore(state: ProviderState, snapshot: Snapshot): void {
  for (const service of snapshot.services()) {
    const { uid } = service.metadata
    if (state.placements.of(uid)?.home === undefined) continue
    const ready = service.status.conditions?.find(({ type }) => type === READY)
    if (ready !== undefined && REFUSALS.has(ready.reason)) state.services.noteRefusedBefore(uid)
  }
}
