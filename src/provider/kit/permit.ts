/** Whether a request may leave: asked at the last moment, after every wait for a token and before every retry. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The Lease ran out while a call waited. Nothing was sent by the call that throws it. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted'

  constructor() {
    super('the lease ran out before the request was sent')
  }
}

const permits = new AsyncLocalStorage<() => boolean>()

/** Whatever is called in `work`, and in what it calls, is sent only as long as `mayCall` answers true. */
export function withPermit<T>(mayCall: () => boolean, work: () => T): T {
  return permits.run(mayCall, work)
}

/** To be called right before a request leaves. Throws NotPermitted. */
export function requirePermit(): void {
  if (permits.getStore()?.() === false) throw new NotPermitted()
}
