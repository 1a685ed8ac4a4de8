/** In the project `unit` nothing opens a socket or starts a process: what does so is slow, and depends on the machine. */
import { ChildProcess } from 'node:child_process'
import { Socket as Datagrams } from 'node:dgram'
import { Server, Socket } from 'node:net'

function refuse(): never {
  throw new Error('a unit test opens no socket and starts no process; name its file among those that do in vitest.config.ts')
}

for (const [owner, method] of [
  [Server, 'listen'],
  [Socket, 'connect'],
  [Datagrams, 'bind'],
  [ChildProcess, 'spawn'],
] as const)
  Object.defineProperty(owner.prototype, method, { value: refuse })
