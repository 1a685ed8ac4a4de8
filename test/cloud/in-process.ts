/** A client and an emulated cloud in one process: requests and answers are as they are on the wire, without a socket between the two. */
import type { Visit } from '../../emulators/cloud/http/serve.ts'

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Rejects as a client over HTTP does: when the connection breaks, and when it is given up. */
export function callInProcess(handle: (visit: Visit) => void, { method, url, headers, body }: Asked, signal?: AbortSignal): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
    if (signal?.aborted === true) return giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    const settle = (end: () => void): void => {
      signal?.removeEventListener('abort', giveUp)
      // Never before the caller has gone on, as over a socket.
      setImmediate(end)
    }
    let head: Pick<Answered, 'status' | 'headers'> = { status: 200, headers: {} }
    const response: Visit['response'] = {
      writeHead: (status, all) => (head = { status, headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])) }),
      end: (text = '') => settle(() => resolve({ ...head, body: text })),
      destroy: () => settle(() => reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))),
    }
    handle({ request: { method, url, headers }, response, body })
  })
}
