/** The machines of the playground: what their nodes and pods answer on this machine's own addresses, by what the cluster says. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startControllers, type Controllers } from '../../../emulators/kubernetes/controllers/index.ts'
import { type ApiServer, startApiServer } from '../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../emulators/kubernetes/resources/index.ts'
import type { ServiceObject } from '../../../emulators/machines/endpoints.ts'
import { type Machines, startMachines } from '../../../emulators/machines/index.ts'
import { createPodRunner } from '../../../emulators/machines/pods.ts'
import { readProxyHeader } from '../../../emulators/machines/proxy-header.ts'
import { until } from '../../until.ts'
import { found } from './machines/cluster.ts'

let server: ApiServer
let machines: Machines
let controllers: Controllers
let complaints: string[]

beforeEach(async () => {
  complaints = []
  server = await startApiServer({ resources: RESOURCES })
  machines = await startMachines({ cluster: server.cluster, nodes: 2, random: () => 0, onError: (message) => complaints.push(message) })
  controllers = startControllers(server, { runner: machines.pods, onError: (error) => complaints.push(String(error)) })
})
afterEach(async () => {
  await controllers.stop()
  await machines.close()
  await server.close()
})

const foundAt = (address: string): string => found(machines, address)

interface Pod {
  readonly name: string
  readonly node: string
  readonly ip: string
}

async function deployed(replicas: number): Promise<readonly Pod[]> {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web', ports: [{ containerPort: 8080 }] }] } }
  server.cluster.create('deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template },
  })
  await until(() => pods().length === replicas && pods().every(({ ip }) => ip !== ''))
  return pods()
}

function pods(): readonly Pod[] {
  return server.cluster.list('pods', 'default').map(({ metadata, spec, status }) => {
    const { nodeName = '' } = spec as { readonly nodeName?: string }
    const { podIP = '' }: { readonly podIP?: string } = status ?? {}
    return { name: metadata.name, node: nodeName, ip: podIP }
  })
}

interface NodePorts {
  readonly nodePort: number
  readonly healthCheckNodePort: number
}

async function exposed(spec: object = {}): Promise<NodePorts> {
  const created = server.cluster.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 9090, protocol: 'TCP' }], ...spec },
  })
  const { ports = [], healthCheckNodePort = 0 } = created['spec'] as ServiceObject['spec']
  const nodePort = ports[0]?.nodePort ?? 0
  await until(async () => (await ask(NODE_1, nodePort)) !== 'ECONNREFUSED' || (await ask(NODE_2, nodePort)) !== 'ECONNREFUSED')
  return { nodePort, healthCheckNodePort }
}

const [NODE_1, NODE_2] = ['172.18.0.2', '172.18.0.3']

/** What a client reads who sends `bytes` to an address of the cluster, or the code of what went wrong. */
/** What is answered; the code of the error; or `closed`, as by a node whose last pod goes while it is asked. */
function ask(address: string, port: number, bytes = 'hello\n'): Promise<string> {
  const socket = connect({ host: foundAt(address), port }, () => socket.write(bytes))
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)))
    socket.once('close', () => resolve('closed'))
  })
  return answer.finally(() => socket.destroy())
}

async function statusOf(address: string, port: number): Promise<readonly [number, unknown]> {
  const answer = await fetch(`http://${foundAt(address)}:${port}/`)
  return [answer.status, await answer.json()]
}

describe('a pod', () => {
  test('answers with its name: a line for a line, HTTP, and the client that a PROXY header tells', async () => {
    const [pod] = await deployed(1)
    const { ip = '', name = '' } = pod ?? {}
    expect(await ask(ip, 8080)).toBe(`${name} (${ip}) to 127.0.0.1: hello\n`)
    expect(await ask(ip, 8080, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(new RegExp(`^HTTP/1.1 200 OK[\\s\\S]*${name}`))
    expect(await ask(ip, 8080, 'PROXY TCP4 203.0.113.9 192.0.2.1 1000 80\r\nhello\n')).toBe(`${name} (${ip}) to 203.0.113.9: hello\n`)
  })

  test('answers on the target port of a Service too, also by UDP, and nowhere once it is gone', async () => {
    const [pod] = await deployed(1)
    const { ip = '', name = '' } = pod ?? {}
    await exposed({
      ports: [
        { name: 't', port: 80, targetPort: 9090, protocol: 'TCP' },
        { name: 'u', port: 53, targetPort: 9053, protocol: 'UDP' },
      ],
    })
    expect(await ask(ip, 9090)).toContain(name)
    const socket = createSocket('udp4')
    const answer = once(socket, 'message') as Promise<[Buffer]>
    socket.send('hello', 9053, foundAt(ip))
    expect((await answer)[0].toString()).toBe(`${name} (${ip}) to 127.0.0.1: hello\n`)
    socket.close()
    server.cluster.delete('deployments', { namespace: 'default', name: 'web' })
    await until(async () => (await ask(ip, 9090)) === 'ECONNREFUSED')
    expect(complaints).toEqual([])
  })
})

test('a pod for which its node has no address left is refused, until one is given back', async () => {
  const runner = createPodRunner({
    cluster: server.cluster,
    podPrefix: () => '10.244.1',
    foundAt: (ip, port) => ({ ip, port }),
    standsFor: () => undefined,
    dns: undefined,
    onError: (message) => complaints.push(message),
  })
  const pod = (i: number): Parameters<typeof runner.start>[0] => ({ metadata: { name: `pod-${i}`, uid: `uid-${i}` }, spec: { nodeName: 'node-1' } }) as never
  for (let i = 0; i < 253; i++) await runner.start(pod(i))
  await expect(runner.start(pod(253))).rejects.toThrow('All 253 pod addresses of the node (10.244.1.0/24) are in use.')
  await runner.stop(pod(7))
  expect(await runner.start(pod(253)), 'one was given back').toMatchObject({ podIP: '10.244.1.9' })
  await runner.close()
})

describe('a node', () => {
  test('sends a node port to any pod of the cluster, and refuses when there is none', async () => {
    await deployed(2)
    const { nodePort } = await exposed()
    await until(async () => (await ask(NODE_1, nodePort)).startsWith('web-') && (await ask(NODE_2, nodePort)).startsWith('web-'))
    server.cluster.delete('deployments', { namespace: 'default', name: 'web' })
    await until(async () => (await ask(NODE_1, nodePort)) === 'ECONNREFUSED' && (await ask(NODE_2, nodePort)) === 'ECONNREFUSED')
    expect(complaints).toEqual([])
  })

  test('with traffic policy Local serves its own pods alone, and tells a health check how many they are', async () => {
    const [pod] = await deployed(1)
    const { nodePort, healthCheckNodePort } = await exposed({ externalTrafficPolicy: 'Local' })
    const [has, lacks] = pod?.node === 'node-1' ? [NODE_1, NODE_2] : [NODE_2, NODE_1]
    expect(await ask(has, nodePort)).toContain(pod?.name)
    expect(await ask(lacks, nodePort)).toBe('ECONNREFUSED')
    const body = { service: { namespace: 'default', name: 'web' }, serviceProxyHealthy: true }
    expect(await statusOf(has, healthCheckNodePort)).toEqual([200, { ...body, localEndpoints: 1 }])
    expect(await statusOf(lacks, healthCheckNodePort)).toEqual([503, { ...body, localEndpoints: 0 }])
  })

  test('says on port 10256 that its proxy is well, until the machines are closed', async () => {
    expect((await statusOf(NODE_1, 10_256))[0]).toBe(200)
    const address = foundAt(NODE_1)
    await machines.close()
    expect(await ask(address, 10_256)).toBe('ECONNREFUSED')
  })

  test('is a Node of the cluster, ready, with its addresses and the range of its pods', () => {
    expect(server.cluster.get('nodes', undefined, 'node-2')).toMatchObject({
      spec: { podCIDR: '10.244.2.0/24' },
      status: { addresses: [{ type: 'InternalIP', address: NODE_2 }, { type: 'Hostname' }], conditions: [{ type: 'Ready', status: 'True' }] },
    })
  })
})

test('two sets of machines stand side by side on addresses of their own', async () => {
  const other = await startApiServer({ resources: RESOURCES })
  const others = await startMachines({ cluster: other.cluster, nodes: 1, random: () => 0, onError: (message) => complaints.push(message) })
  expect(others.networkMap.filter((route) => machines.networkMap.includes(route))).toEqual([])
  expect(others.networkMap.map((route) => route.split('=')[0])).toEqual(machines.networkMap.map((route) => route.split('=')[0]))
  await others.close()
  await other.close()
  expect(complaints).toEqual([])
})

describe('the PROXY header', () => {
  const v2 = (family: number, addresses: readonly number[]): Buffer => {
    const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    return Buffer.from([...signature, 0x21, family, 0, addresses.length, ...addresses, ...Buffer.from('rest')])
  }
  test.each([
    ['version 1, IPv4', Buffer.from('PROXY TCP4 203.0.113.9 192.0.2.1 1000 80\r\nrest'), '203.0.113.9'],
    ['version 1, IPv6', Buffer.from('PROXY TCP6 2001:db8::9 2001:db8::1 1000 80\r\nrest'), '2001:db8::9'],
    ['version 2, IPv4', v2(0x11, [203, 0, 113, 9, 192, 0, 2, 1, 3, 232, 0, 80]), '203.0.113.9'],
    ['version 2, IPv6', v2(0x21, [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 9, ...Array<number>(16).fill(0), 3, 232, 0, 80]), '2001:db8:0:0:0:0:0:9'],
    ['version 2, of no client', v2(0x00, []), undefined],
    ['version 2, IPv4, with too few addresses', v2(0x11, [203]), undefined],
    ['none', Buffer.from('rest'), undefined],
  ])('%s', (_, data, client) => {
    const header = readProxyHeader(data)
    expect([header.client, header.rest.toString()]).toEqual([client, 'rest'])
  })
})
