/**
 * Where a pod's connection goes on this machine. Only what the playground itself serves is reached: nothing leaves the machine, and no other program on it is sent
 * anything, not even one that listens on all addresses and so on those that stand for the cluster's.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import type { Found, Networks } from '../networks.ts'

/** Undefined: it is no address of the cluster's networks. `self` is the address of the pod that connects, which is its localhost too. */
export function reach(self: string, { ip, port }: Found, foundAt: Networks['foundAt']): Found | undefined {
  const called = ip === '127.0.0.1' || ip === '::1' ? self : ip
  const at = foundAt(called, port)
  return isIP(called) === 0 || at.ip === called ? undefined : at
}

/** Of Node: a server of this process has taken a connection. */
const ACCEPTED = 'net.server.socket'
/** A connection to this process is taken in the next turns of its loop. */
const MOST_MS = 1_000

export interface Connecting {
  /** On this machine. */
  readonly to: Found
  readonly localAddress: string
  readonly signal: AbortSignal
}

/** Rejects when nothing of this process listens there, or the signal is aborted. */
export async function connectWithin({ to, localAddress, signal }: Connecting): Promise<Socket> {
  const accepted = new Set<string>()
  let check = (): void => undefined
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    accepted.add(placeOf(socket.remoteAddress, socket.remotePort))
    check()
  }
  subscribe(ACCEPTED, note)
  const socket = connect({ host: to.ip, port: to.port, localAddress, noDelay: true })
  try {
    await once(socket, 'connect', { signal })
    const own = placeOf(socket.localAddress, socket.localPort)
    await new Promise<void>((resolve, reject) => {
      check = () => void (accepted.has(own) && resolve())
      AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]).addEventListener('abort', () => reject(new Error('Connection refused')))
      check()
    })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    unsubscribe(ACCEPTED, note)
  }
}

function placeOf(address = '', port = 0): string {
  return `${address.replace(/^::ffff:/, '')} ${port}`
}
