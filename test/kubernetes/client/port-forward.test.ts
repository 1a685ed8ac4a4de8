import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access } from '../../../src/kubernetes/access.ts'
import { type Dial, portForward } from '../../../src/kubernetes/port-forward.ts'
import { httpTransport } from '../../../src/kubernetes/transport.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { startHttpProxy } from './http-proxy.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Forwarded {
  readonly path: string
  readonly authorization: string | undefined
}

/** An API server that knows one pod, and forwards to a pod that is `behave`. */
async function serve(
  behave: (socket: WebSocket) => void,
  proxy?: string,
): Promise<{ dial: Dial; forwarded: Forwarded[]; lists: string[]; refuse: () => void }> {
  const forwarded: Forwarded[] = []
  const lists: string[] = []
  const http: Server = createServer(({ url = '' }, response) => {
    lists.push(url)
    const items = url.endsWith('10.244.1.7') ? [{ metadata: { name: 'web-1' } }] : []
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ items }))
  })
  let isRefused = false
  const sockets = new WebSocketServer({ server: http, verifyClient: () => !isRefused, handleProtocols: (offered) => [...offered][0] ?? false })
  sockets.on('connection', (socket, { url = '', headers }) => {
    forwarded.push({ path: url, authorization: headers.authorization })
    for (const channel of [0, 1]) socket.send(Buffer.from([channel, 0x90, 0x1f]))
    behave(socket)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const access: Access = {
    server: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    namespace: undefined,
    proxy,
    tls: async () => ({ rejectUnauthorized: true }),
    headers: async () => ({ authorization: 'Bearer of-a-test' }),
    doubt() {},
  }
  const transport = httpTransport({ access, clock: systemClock, userAgent: 'test', limit: { acquire: async () => {} } })
  cleanups.push(async () => {
    await transport.close()
    for (const socket of sockets.clients) socket.terminate()
    http.close()
  })
  return { dial: portForward({ access, transport, signal: new AbortController().signal }), forwarded, lists, refuse: () => void (isRefused = true) }
}

const echo = (socket: WebSocket): void => void socket.on('message', (message: Buffer) => socket.send(message))
const target = { namespace: 'shop', ip: '10.244.1.7', port: 8080 }

test('a server that refuses the stream is reported to the client, and disturbs no other stream', async () => {
  const { dial, refuse } = await serve(echo)
  refuse()
  await expect(dial(target)).rejects.toMatchObject({ name: 'KubernetesError', status: 0, message: 'port-forward to shop/web-1, port 8080, failed' })
})

test('through a proxy, where the kubeconfig names one', async () => {
  const proxy = await startHttpProxy()
  cleanups.push(() => proxy.close())
  const { dial, forwarded } = await serve(echo, proxy.url)
  const stream = await dial(target)
  stream.write('hello')
  expect(String((await once(stream, 'data'))[0])).toBe('hello')
  expect(forwarded).toHaveLength(1)
  expect(proxy.asked).toHaveLength(2)
  stream.destroy()
})

test('what is written arrives at the pod that has the address, and its answer comes back', async () => {
  const { dial, forwarded, lists } = await serve(echo)
  const stream = await dial(target)
  stream.write('hello')
  expect(String((await once(stream, 'data'))[0])).toBe('hello')
  expect(forwarded).toEqual([{ path: '/api/v1/namespaces/shop/pods/web-1/portforward?ports=8080', authorization: 'Bearer of-a-test' }])
  stream.destroy()
  await dial(target).then((again) => again.destroy())
  expect(lists, 'the pod is looked up once').toHaveLength(1)
})

test('the end of the connection is the end of the stream', async () => {
  const { dial } = await serve((socket) => socket.close())
  const stream = await dial(target)
  stream.resume()
  await once(stream, 'end')
  expect(stream.readableEnded).toBe(true)
})

test('what the pod refuses breaks the stream off, with its reason', async () => {
  const { dial } = await serve((socket) => socket.send(Buffer.concat([Buffer.from([1]), Buffer.from('connection refused')])))
  const stream = await dial(target)
  const [error] = (await once(stream, 'error')) as [Error]
  expect(error.message).toBe('connection refused')
})

test('an address that no pod has is reported as such', async () => {
  const { dial } = await serve(echo)
  await expect(dial({ ...target, ip: '10.244.1.8' })).rejects.toMatchObject({ status: 404, message: 'no pod of namespace shop has the address 10.244.1.8' })
})
