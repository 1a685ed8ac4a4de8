/** Starts a populated API server in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Population } from './populate.ts'
import type { Reported } from './server-process.ts'

export interface RemoteServer extends AsyncDisposable {
  readonly url: string
  /** Resolves with the time, in milliseconds since the epoch, at which somebody has listed and watches everything, from now on. */
  watched(): Promise<number>
}

export async function startRemoteServer(population: Population): Promise<RemoteServer> {
  const file = fileURLToPath(new URL('server-process.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(population)], { execArgv: [] })
  const reported = await next(child)
  if (!('url' in reported)) throw new Error('the API server tells no address')
  return {
    url: reported.url,
    async watched() {
      const answer = next(child)
      child.send('next')
      const { watchedAt } = (await answer) as Extract<Reported, { watchedAt: number }>
      return watchedAt
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function next(child: ChildProcess): Promise<Reported> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the API server's process ended with ${String(code)}`)))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Reported]
  return message
}
