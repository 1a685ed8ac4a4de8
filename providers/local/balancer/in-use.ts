/** Whether another program has a socket: it is opened and closed again at once. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { Frontend } from './data-plane.ts'

export type SocketName = Pick<Frontend, 'address' | 'port' | 'protocol'>

/** Resolves to false also where the socket cannot be had for another reason. */
export function isInUse({ address, port, protocol }: SocketName): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code === 'EADDRINUSE')
    if (protocol === 'UDP') {
      const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only: address.includes(':') })
      socket.once('error', (error) => {
        socket.close()
        failed(error)
      })
      socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(false)))
      return
    }
    const server = createServer((client) => client.destroy())
    server.once('error', failed)
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => server.close(() => resolve(false)))
  })
}
