/** Says what the program waits for, where a start would otherwise be silent. */
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'

const SILENT_MS = 1_000
const AGAIN_MS = 10_000

/** Answers what `work` answers. While it takes longer than a second, `what` is logged: after that second, and then every 10 seconds. */
export async function withProgress<T>(work: Promise<T>, what: string, { clock, log }: { readonly clock: Clock; readonly log: Log }): Promise<T> {
  const began = clock.now()
  const say = (): void => {
    log.info(what, { seconds: Math.round((clock.now() - began) / 1000) })
    timer = clock.setTimeout(say, AGAIN_MS)
  }
  let timer = clock.setTimeout(say, SILENT_MS)
  try {
    return await work
  } finally {
    timer.cancel()
  }
}
