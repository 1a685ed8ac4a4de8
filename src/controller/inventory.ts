/** Takes what a cloud holds into account: at the start, so that everything found is looked after, and later again, so that drift is found. */
import type { Snapshot } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import { CloudError } from '../provider/cloud-error.ts'
import type { StackId } from '../provider/provider.ts'
import type { Ledger } from './ledger.ts'
import { READY } from '../model/names.ts'
import { orphansOf } from './orphans.ts'

/**
 * Answers the Stacks to be converged: at the first time all of them, also those with nobody in it; later those whose view changed. Throws nothing: a
 * failure is kept as the ledger's trouble until an inventory succeeds, and undefined is answered.
 */
export async function takeInventory(
  ledger: Ledger,
  { log, signal, snapshot }: { readonly log: Log; readonly signal: AbortSignal; readonly snapshot: () => Snapshot },
): Promise<readonly StackId[] | undefined> {
  const { cloud, roster } = ledger
  const isFirst = !ledger.isOpen
  let changed: readonly StackId[]
  try {
    changed = await cloud.learn(signal)
  } catch (error) {
    log.warn('the inventory failed', { provider: cloud.name, error })
    ledger.trouble =
      error instanceof CloudError
        ? { reason: error.reason, message: error.publicMessage }
        : { reason: 'CloudUnavailable', message: 'what the cloud holds could not be read' }
    return undefined
  }
  ledger.trouble = undefined
  ledger.isOpen = true
  const found: StackId[] = []
  for (const [stack, owners] of cloud.holdings()) {
    found.push(stack)
    for (const owner of owners) if (roster.of(owner.uid)?.cleared.has(stack) !== true) roster.hold(stack, owner)
  }
  const orphans = orphansOf(cloud.holdings(), snapshot())
  if (orphans.length > 0) log.warn('the cloud holds what belongs to no Service that the cluster shows', { provider: cloud.name, orphans })
  if (isFirst) return [...new Set([...found, ...roster.stacks()])]
  for (const stack of changed) ledger.drifted.add(stack)
  return changed.filter((stack) => stack !== cloud.baseStack)
}

const REFUSALS: ReadonlySet<string> = new Set(['Conflict', 'Refused', 'LimitReached', 'Invalid'])

/** Owners whose wish was refused before this process started: tried last, so that they hold up nobody. */
export function noteLastResort(ledger: Ledger, snapshot: Snapshot): void {
  for (const service of snapshot.services()) {
    const { uid } = service.metadata
    if (ledger.roster.of(uid)?.home === undefined) continue
    const ready = service.status.conditions?.find(({ type }) => type === READY)
    if (ready !== undefined && REFUSALS.has(ready.reason)) ledger.lastResort.add(uid)
  }
}
