/** Waits until a server has nothing to do for its clients any more. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiServer } from '../../../emulators/kubernetes/index.ts'

const QUIET_MS = 2_000

/** Resolves when for two seconds nobody has asked for anything: events are sent long after what they tell of. */
export async function untilQuiet({ journal }: ApiServer): Promise<void> {
  for (let asked = -1; asked !== journal.entries.length;) {
    asked = journal.entries.length
    await sleep(QUIET_MS)
  }
}
