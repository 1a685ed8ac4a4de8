/** An HTTP proxy: it passes requests on that name a whole URL, opens tunnels, and tells what it was asked for. */
import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface HttpProxy {
  readonly url: string
  /** `GET http://...` and `CONNECT host:port`, with the credentials that came along. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function startHttpProxy(): Promise<HttpProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const { method = 'GET', url = '', headers } = request
    asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? ''}`.trim())
    const { 'proxy-authorization': _, ...passed } = headers
    const onward = send(url, { method, headers: passed, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('connect', ({ url = '', headers }, client: Socket, head: Buffer) => {
    asked.push(`CONNECT ${url} ${headers['proxy-authorization'] ?? ''}`.trim())
    const [host = '', port] = url.split(':')
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      client.pipe(onward).pipe(client)
    })
    sockets.add(onward)
    const cut = (): void => {
      client.destroy()
      onward.destroy()
    }
    for (const socket of [client, onward]) socket.on('error', cut).on('close', cut)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
