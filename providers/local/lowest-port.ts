/** Notices that the machine allows other ports than before: `sysctl net.ipv4.ip_unprivileged_port_start` changes it under a process that runs. */
import type { Clock, Timer } from '../../src/model/clock.ts'
import { findLowestPort } from './config.ts'

/** The system reports no change of it. */
const LOOK_MS = 5_000

export interface WatchOptions {
  readonly clock: Clock
  readonly changed: () => void
  readonly find?: () => Promise<number>
}

/** Calls `changed` each time it is another one. Answers how to stop. */
export function watchLowestPort({ clock, changed, find = findLowestPort }: WatchOptions): () => void {
  let [isOver, timer, known] = [false, undefined as Timer | undefined, undefined as number | undefined]
  const look = async (): Promise<void> => {
    const found = await find()
    if (isOver) return
    if (known !== undefined && known !== found) changed()
    known = found
    timer = clock.setTimeout(() => void look(), LOOK_MS)
  }
  void look()
  return () => {
    isOver = true
    timer?.cancel()
  }
}
