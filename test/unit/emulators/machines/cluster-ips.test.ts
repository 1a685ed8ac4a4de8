/** Cluster IPs of the playground over real sockets: who answers, by where the client is and what the Service asks for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { ask, askUdp, type Cluster, expose, found, hold, podIps, podOf, runPods, startCluster, udpClient } from './cluster.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster()
  await runPods(cluster, { a: 'node-1', b: 'node-2', c: 'node-3' })
})
afterAll(() => cluster.close())

const here = (address = ''): string => found(cluster.machines, address)
const onPod = (name: string, family = 0): string => here(podIps(cluster.server, name)[family])

/** Where the cluster IP of a new Service is here, once it answers a client of pod b. */
async function served(name: string, spec: object = {}, endpoints = 3): Promise<string> {
  const { clusterIPs } = await expose(cluster, name, spec, endpoints)
  const address = here(clusterIPs[0])
  await until(async () => (await ask(address, undefined, onPod('b', clusterIPs[0]?.includes(':') === true ? 1 : 0))) !== 'ECONNREFUSED')
  return address
}

describe('a cluster IP', () => {
  test.each(['ClusterIP', 'NodePort', 'LoadBalancer'])('of a Service of type %s answers over TCP and UDP, of both families', async (type) => {
    const ports = [
      { name: 'tcp', port: 80, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
      { name: 'high', port: 8080, targetPort: 80, protocol: 'TCP' },
    ]
    const { clusterIPs } = await expose(cluster, `both-${type.toLowerCase()}`, { type, ports, ipFamilyPolicy: 'RequireDualStack' })
    const [four = '', six = ''] = clusterIPs.map(here)
    expect([four, six]).toEqual([expect.stringMatching(/^127\./), expect.stringMatching(/^::ffff:127\./)])
    await until(async () => (await ask(six, 8080)) !== 'ECONNREFUSED')
    expect(await Promise.all([ask(four), ask(four, 8080), ask(six), ask(six, 8080)])).toEqual([
      'a (10.244.1.2) to 127.0.0.1: hello',
      'a (10.244.1.2) to 127.0.0.1: hello',
      'a (fd00:244::102) to ::ffff:127.0.0.1: hello',
      'a (fd00:244::102) to ::ffff:127.0.0.1: hello',
    ])
    expect([...(await askUdp(four, ['x', 'y'])), ...(await askUdp(six, ['z']))]).toEqual([
      'a (10.244.1.2) to 127.0.0.1: x',
      'a (10.244.1.2) to 127.0.0.1: y',
      'a (fd00:244::102) to ::ffff:127.0.0.1: z',
    ])
  })

  test('refuses while nothing can be used, opens with the first pod, and closes with the Service', async () => {
    const { clusterIPs } = await expose(cluster, 'empty', { selector: { app: 'later' } }, 0)
    const address = here(clusterIPs[0])
    expect(await ask(address)).toBe('ECONNREFUSED')
    cluster.server.cluster.patch('services', { namespace: 'default', name: 'empty' }, { spec: { selector: { app: 'web' } } })
    await until(async () => (await ask(address)).startsWith('a '))
    cluster.server.cluster.patch('services', { namespace: 'default', name: 'empty' }, { spec: { ports: [{ port: 81, protocol: 'TCP' }] } })
    await until(async () => (await ask(address)) === 'ECONNREFUSED' && (await ask(address, 64_081)).startsWith('a '))
    cluster.server.cluster.delete('services', { namespace: 'default', name: 'empty' })
    await until(async () => (await ask(address, 64_081)) === 'ECONNREFUSED')
  })

  test('shows the pod where the client is', async () => {
    const address = await served('seen')
    expect([await ask(address, undefined, onPod('b')), await ask(address)]).toEqual([
      'a (10.244.1.2) to 10.244.2.2: hello',
      'a (10.244.1.2) to 127.0.0.1: hello',
    ])
    const six = await served('seen-6', { ipFamilies: ['IPv6'] })
    expect(await ask(six, undefined, onPod('b', 1))).toBe('a (fd00:244::102) to fd00:244::202: hello')
  })
})

describe('internalTrafficPolicy Local', () => {
  test.each([
    ['a pod', () => onPod('b'), 'b'],
    ['a node', () => here('172.18.0.4'), 'c'],
    ['anywhere else, which counts as node-1', () => '127.0.0.1', 'a'],
  ])('leads a client of %s to the pods of its node', async (name, from, pod) => {
    const address = await served(`local-${name.length}`, { internalTrafficPolicy: 'Local' })
    expect(podOf(await ask(address, undefined, from()))).toBe(pod)
  })

  test('drops what comes where there is none, over TCP and UDP', async () => {
    const ports = [
      { name: 'tcp', port: 80, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ]
    await runPods(cluster, { alone: 'node-2' }, {}, 'alone')
    const address = await served('dropped', { internalTrafficPolicy: 'Local', selector: { app: 'alone' }, ports }, 1)
    const { socket, answer } = hold(address)
    const datagrams = await udpClient(address)
    const isSilent = await Promise.race([answer.then(() => false), datagrams.ask('lost').then(() => false), askTwice(address)])
    socket.destroy()
    datagrams.close()
    expect(isSilent).toBe(true)
  })

  /** By then an answer would have come to a client that asked before. */
  async function askTwice(address: string): Promise<boolean> {
    for (let i = 0; i < 2; i++)
      expect([await ask(address, undefined, onPod('b')), ...(await askUdp(address, [`${i}`], onPod('b')))].map(podOf)).toEqual(['alone', 'alone'])
    return true
  }
})

describe('hints', () => {
  test('lead to the pods of the same node, or of the same zone, where every ready pod has one', async () => {
    const node = await served('same-node', { trafficDistribution: 'PreferSameNode' })
    const zone = await served('same-zone', { trafficDistribution: 'PreferClose' })
    expect([await ask(node, undefined, onPod('b')), await ask(zone, undefined, onPod('c')), await ask(node)].map(podOf)).toEqual(['b', 'c', 'a'])
  })
})

test('a pod that terminates gets connections only where no other is ready', async () => {
  await runPods(cluster, { old: 'node-1', new: 'node-2' }, {}, 'rolled')
  const address = await served('rolled', { selector: { app: 'rolled' } }, 2)
  expect(podOf(await ask(address))).toBe('new')
  cluster.server.cluster.delete('pods', { namespace: 'default', name: 'new' })
  await until(async () => podOf(await ask(address)) === 'old')
  cluster.server.cluster.delete('pods', { namespace: 'default', name: 'old' })
  await until(async () => podOf(await ask(address)) === 'new')
  cluster.letGo()
  await until(async () => (await ask(address)) === 'ECONNREFUSED')
})

test('a pod that is not ready is one to connect to where the Service says so', async () => {
  const { cluster: objects } = cluster.server
  const containers = [{ name: 'web', image: 'web' }]
  const spec = { nodeName: 'node-1', containers, readinessGates: [{ conditionType: 'example.com/never' }] }
  objects.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'never', namespace: 'default', labels: { app: 'never' } }, spec })
  await until(() => podIps(cluster.server, 'never').length > 0)
  const { clusterIPs } = await expose(cluster, 'not-ready', { selector: { app: 'never' } }, 1)
  expect(await ask(here(clusterIPs[0]))).toBe('ECONNREFUSED')
  expect(podOf(await ask(await served('published', { selector: { app: 'never' }, publishNotReadyAddresses: true }, 1)))).toBe('never')
})

test('nothing was complained about', () => {
  expect(cluster.complaints).toEqual([])
})
