/** Somebody else's AWS on loopback: `moto_server`, where it is on the machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const PROGRAM = 'moto_server'

/** Why there is none; undefined where there is one. */
export function noMoto(): string | undefined {
  const { error, status } = spawnSync(PROGRAM, ['--help'], { stdio: 'ignore' })
  return error === undefined && status === 0 ? undefined : `there is no ${PROGRAM} on the PATH`
}

export interface Moto {
  readonly url: string
  stop(): Promise<void>
}

/** On a port that the system chooses. */
export async function startMoto(): Promise<Moto> {
  const child = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    // The program on the PATH may be a wrapper that starts the real one: the group is ended, which is ours alone.
    process.kill(-child.pid)
    await ended
  }
  return { url: await addressOf(child), stop }
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('moto has no output to read')
  for await (const line of createInterface({ input: stderr })) {
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (url === undefined) continue
    stderr.resume()
    return url
  }
  throw new Error('moto ended before it listened')
}
