/** Port-forwards of the emulated API server, as our client and the official one speak it. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { KubeConfig, PortForward } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kubeconfig } from '../../../emulators/kubernetes/index.ts'
import { connect, type Connection } from '../../../src/kubernetes/cluster.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { silentLog } from '../../../src/model/log.ts'
import { temporaryFolder } from '../../product/program.ts'
import { startWorld, type World } from './server.ts'

const IP = '10.244.1.7'
const PODS = '/api/v1/namespaces/default/pods'
let world: World
let connection: Connection
let cleanup: AsyncDisposableStack

beforeEach(async () => {
  cleanup = new AsyncDisposableStack()
  world = cleanup.use(await startWorld({ tokens: { 'of-a-test': 'tester' } }))
  const folder = cleanup.use(await temporaryFolder())
  await writeFile(folder.file('kubeconfig'), config())
  connection = await connect({ kubeconfig: folder.file('kubeconfig'), userAgent: 'test', clock: systemClock, log: silentLog })
  cleanup.defer(() => connection.close())
  const backend = createServer((socket) => socket.on('data', (bytes) => socket.write(`pod says ${String(bytes)}`)).on('error', () => socket.destroy()))
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  cleanup.defer(() => void backend.close())
  world.server.reachPods({
    async dial(_, port) {
      const socket = connectTo(port === 8080 ? (backend.address() as AddressInfo).port : 1, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
  })
  const { cluster } = world.server
  cluster.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'c' }] },
  })
  cluster.bind({ namespace: 'default', name: 'web-1' }, 'node-1')
  cluster.patchStatus('pods', { namespace: 'default', name: 'web-1' }, { status: { phase: 'Running', podIP: IP } })
})
afterEach(() => cleanup.disposeAsync())

function config(): string {
  return kubeconfig(world.server, 'of-a-test')
}

describe('a port-forward', () => {
  test('carries bytes both ways, with our client', async () => {
    const stream = await connection.portForward({ namespace: 'default', ip: IP, port: 8080 })
    stream.write('hello')
    expect(String((await once(stream, 'data'))[0])).toBe('pod says hello')
    stream.destroy()
    expect(world.server.journal.entries.at(-1)).toMatchObject({ verb: 'get', resource: 'pods/portforward', name: 'web-1', status: 101 })
  })

  test('carries bytes both ways, with the official client', async () => {
    const official = new KubeConfig()
    official.loadFromOptions({
      clusters: [{ name: 'c', server: world.server.url, skipTLSVerify: true }],
      users: [{ name: 'u', token: 'of-a-test' }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    })
    const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const socket = await new PortForward(official).portForward('default', 'web-1', [8080], output, errors, input)
    input.write('hello')
    const text = async (): Promise<string> => String((await once(output, 'data'))[0]) || text()
    expect(await text()).toBe('pod says hello')
    if ('close' in socket) socket.close()
  })

  test('carries as much as there is, in order', async () => {
    const stream = await connection.portForward({ namespace: 'default', ip: IP, port: 8080 })
    const sent = Buffer.alloc(4_000_000, 'abcdefghij')
    let received = 0
    stream.on('data', (bytes: Buffer) => (received += String(bytes).replaceAll('pod says ', '').length))
    stream.write(sent)
    const { promise, resolve } = Promise.withResolvers<void>()
    stream.on('data', () => received >= sent.length && resolve())
    await promise
    expect(received).toBe(sent.length)
    stream.destroy()
  })

  test('to a closed port breaks off with the reason', async () => {
    const stream = await connection.portForward({ namespace: 'default', ip: IP, port: 81 })
    const [error] = (await once(stream.resume(), 'error')) as [Error]
    expect(error.message).toMatch(/^error forwarding port 81 to pod web-1, uid \S+: connect ECONNREFUSED/)
  })

  test('to a pod that has gone is refused, also where its name was known', async () => {
    const stream = await connection.portForward({ namespace: 'default', ip: IP, port: 8080 })
    stream.destroy()
    world.server.cluster.delete('pods', { namespace: 'default', name: 'web-1' }, { gracePeriodSeconds: 0 })
    await expect(connection.portForward({ namespace: 'default', ip: IP, port: 8080 })).rejects.toThrow('port-forward to default/web-1, port 8080, failed')
    await expect(connection.portForward({ namespace: 'default', ip: IP, port: 8080 })).rejects.toThrow(`no pod of namespace default has the address ${IP}`)
  })

  test('ends with the server', async () => {
    const stream = await connection.portForward({ namespace: 'default', ip: IP, port: 8080 })
    const closed = new Promise((done) =>
      stream
        .resume()
        .on('error', () => undefined)
        .on('close', done),
    )
    await world.server.close()
    await expect(closed).resolves.toBeUndefined()
    cleanup = new AsyncDisposableStack()
  })
})

describe('a port-forward is refused', () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  const knock = async (path: string, protocol: string, token: string): Promise<string> => {
    const headers = { ...upgrade, 'sec-websocket-protocol': protocol, authorization: `Bearer ${token}` }
    const [response] = (await once(request(`${world.server.url}${path}`, { headers }).end(), 'response')) as [IncomingMessage]
    const { message } = (await json(response)) as { readonly message: string }
    return `${response.statusCode} ${message}`
  }
  const cases: readonly [string, { readonly path?: string; readonly protocol?: string; readonly token?: string }, string][] = [
    ['to a pod that is not there', { path: `${PODS}/other/portforward?ports=80` }, '404 pods "other" not found'],
    ['without a port', { path: `${PODS}/web-1/portforward` }, '400 query parameter "port" is required'],
    ['to a port that is none', { path: `${PODS}/web-1/portforward?ports=http` }, '400 invalid port number: "http"'],
    [
      'in the protocol of kubectl',
      { protocol: 'SPDY/3.1+portforward.k8s.io' },
      '400 ports are forwarded over a WebSocket with the subprotocol v4.channel.k8s.io',
    ],
    ['to somebody unknown', { token: 'of-nobody' }, '401 Unauthorized'],
  ]
  test.each(cases)('%s', async (_, { path = `${PODS}/web-1/portforward?ports=8080`, protocol = 'v4.channel.k8s.io', token = 'of-a-test' }, answer) => {
    expect(await knock(path, protocol, token)).toContain(answer)
  })

  test('when it is made to fail', async () => {
    world.server.faults.add({ resource: 'pods/portforward', trouble: { kind: 'status', code: 503 } })
    await expect(connection.portForward({ namespace: 'default', ip: IP, port: 8080 })).rejects.toThrow('failed')
    expect(world.server.journal.entries.at(-1)).toMatchObject({ resource: 'pods/portforward', status: 503 })
  })
})
