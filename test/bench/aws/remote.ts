/** Starts what stands opposite the controller in a process of its own, so that the two do not share a core or a heap. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AwsOptions } from '../../../emulators/aws/index.ts'
import type { Place } from './account.ts'

export interface WorldOptions {
  /** Of nodes with instances behind them; further instances may be there for nodes that join. */
  readonly instances: number
  readonly account: AwsOptions
  /** With an API server beside the account, and this many nodes and Services in it; absent: the account alone. */
  readonly cluster?: { readonly nodes: number; readonly services: number }
}

export interface World {
  readonly place: Place
  /** Of the API server. */
  readonly api?: string
}

export type Reported = World | { readonly servedAt: number }

export interface RemoteWorld extends World, AsyncDisposable {
  /** Resolves with the time, in milliseconds since the epoch, at which all Services have been served. */
  served(): Promise<number>
}

export async function startRemoteWorld(options: WorldOptions): Promise<RemoteWorld> {
  const child = fork(fileURLToPath(new URL('world-process.ts', import.meta.url)), [JSON.stringify(options)], { execArgv: [] })
  const reported = await next(child)
  if (!('place' in reported)) throw new Error('the emulated account tells no address')
  return {
    ...reported,
    async served() {
      const answer = next(child)
      child.send('served')
      const said = await answer
      if (!('servedAt' in said)) throw new Error('the process tells something else')
      return said.servedAt
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function next(child: ChildProcess): Promise<Reported> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the emulators' process ended with ${String(code)}`)))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Reported]
  return message
}
