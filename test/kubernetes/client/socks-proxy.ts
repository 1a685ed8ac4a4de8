/** A SOCKS5 proxy (RFC 1928) without authentication, for IPv4 addresses and names: enough for a client to be led through. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SocksProxy {
  readonly url: string
  /** `host:port` of every connection that was asked for. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function startSocksProxy(): Promise<SocksProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => client.destroy())
    client.once('data', () => {
      client.write(Buffer.from([5, 0]))
      client.once('data', (request: Buffer) => {
        const { host, port } = destinationOf(request)
        asked.push(`${host}:${port}`)
        const onward = connect(port, host, () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))
          client.pipe(onward).pipe(client)
        })
        sockets.add(onward)
        onward.on('error', () => client.destroy())
      })
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function destinationOf(request: Buffer): { readonly host: string; readonly port: number } {
  const isName = request[3] === 3
  const end = isName ? 5 + (request[4] ?? 0) : 8
  const host = isName ? request.subarray(5, end).toString() : [...request.subarray(4, end)].join('.')
  return { host, port: request.readUInt16BE(end) }
}
