/** Waits for an operation. The SDK's own wait holds a connection for two minutes and cannot be aborted. */
import { type Clock, wait } from '../../../src/model/clock.ts'
import type { Begun, GcpApi } from './calls.ts'

export interface WaitOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Polls until the operation is done. Rejects with the signal's reason when it is aborted, and as `poll` does. */
export async function finished(api: Pick<GcpApi, 'poll'>, operation: Begun | undefined, { clock, signal }: WaitOptions): Promise<void> {
  if (operation === undefined) return
  for (;;) {
    const polled = await api.poll(operation, signal)
    if (polled.state === 'done') return
    await wait(clock, polled.afterMs, signal)
    signal.throwIfAborted()
  }
}
