/** What is changed of the playground's nodes while they run: the clock of session affinity, the mode of their proxies, the weights of pods. Over real sockets. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { ask, type Cluster, control, expose, found, hold, podIps, podOf, runPods, startCluster, udpClient } from './cluster.ts'

let cluster: Cluster
/** Where the cluster IP of the Service is here. */
let plain: string
let nodePort: number

const here = (address = ''): string => found(cluster.machines, address)
const onPod = (name: string): string => here(podIps(cluster.server, name)[0])
const NODE_2 = '172.18.0.3'

beforeAll(async () => {
  cluster = await startCluster()
  await runPods(cluster, { a: 'node-1' }, { 'playground.fairlead.dev/weight': '3' })
  await runPods(cluster, { b: 'node-2', c: 'node-3' })
  const exposed = await expose(cluster, 'plain', { type: 'NodePort' })
  plain = here(exposed.clusterIPs[0])
  nodePort = exposed.nodePort
  await until(async () => (await ask(plain)).startsWith('a ') && (await ask(here(NODE_2), nodePort)).startsWith('a '))
})
afterAll(() => cluster.close())

/** The pods that answer one client after the other. */
async function answers(count: number, address = plain, from?: string, port?: number): Promise<string> {
  const pods: string[] = []
  for (let i = 0; i < count; i++) pods.push(podOf(await ask(address, port, from)))
  return pods.join('')
}

const set = (mode: string, scheduler?: string): ReturnType<typeof control> => control(cluster, 'PUT', 'proxy', { mode, scheduler })

describe('the mode', () => {
  test('is shown, and changes what is said of it alone', async () => {
    expect(await control(cluster, 'GET', 'proxy')).toEqual([200, { mode: 'iptables', scheduler: 'rr' }])
    expect(await control(cluster, 'PUT', 'proxy', { scheduler: 'sed' })).toEqual([200, { mode: 'iptables', scheduler: 'sed' }])
    expect(await set('ipvs')).toEqual([200, { mode: 'ipvs', scheduler: 'sed' }])
    expect(await control(cluster, 'GET', 'proxy')).toEqual([200, { mode: 'ipvs', scheduler: 'sed' }])
  })

  // The random number of this test is always the same.
  test.each([
    ['iptables', 'rr', 'aaaaaa'],
    ['nftables', 'rr', 'aaaaaa'],
    ['userspace', 'rr', 'abcabc'],
    ['ipvs', 'rr', 'abcabc'],
    ['ipvs', 'wrr', 'aaabca'],
    ['ipvs', 'lc', 'abcabc'],
    ['ipvs', 'wlc', 'abcaaa'],
    ['ipvs', 'sed', 'aaaaaa'],
  ])('%s with scheduler %s holds for cluster IPs and node ports, on each node by itself', async (mode, scheduler, order) => {
    await set(mode, scheduler)
    expect(await answers(6)).toBe(order)
    expect(await answers(6, here(NODE_2), undefined, nodePort)).toBe(order)
    expect(await answers(6, plain, onPod('c'))).toBe(order)
  })

  test('ipvs counts connections that are open', async () => {
    await set('ipvs', 'sed')
    const held = Array.from({ length: 4 }, () => hold(plain))
    expect((await Promise.all(held.map(({ answer }) => answer))).map(podOf).join('')).toBe('aaab')
    // Those that are over do not count: c has none that is open.
    expect(await answers(2)).toBe('cc')
    for (const { socket } of held) socket.destroy()
    await until(async () => podOf(await ask(plain)) === 'a')
  })

  test('ipvs refuses where all weights are 0, and a weight that is none is reported with its Pod', async () => {
    await set('ipvs', 'rr')
    const weigh = (weight: string | null): void => {
      const annotations = { 'playground.fairlead.dev/weight': weight }
      for (const name of ['a', 'b', 'c']) cluster.server.cluster.patch('pods', { namespace: 'default', name }, { metadata: { annotations } })
    }
    weigh('0')
    expect(await answers(1)).toBe('ECONNRESET')
    weigh(null)
    cluster.server.cluster.patch('pods', { namespace: 'default', name: 'b' }, { metadata: { annotations: { 'playground.fairlead.dev/weight': '-1' } } })
    expect(await answers(3)).toBe('abc')
    await until(() => cluster.complaints.length > 0)
    expect(cluster.complaints).toEqual([
      'pod default/b: the annotation playground.fairlead.dev/weight is "-1"; allowed: a whole number from 0 to 65535; until then its weight is 1',
    ])
  })

  test('userspace tries the next endpoint where one does not answer, and shows the pod its own node', async () => {
    const closed = createServer().listen(0, onPod('a'))
    await until(() => closed.address() !== null)
    const { port } = closed.address() as { readonly port: number }
    await new Promise((resolve) => closed.close(resolve))
    const slice = (ip: string, to: number, name: string): void => {
      const metadata = { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'half' } }
      const endpoints = [{ addresses: [ip] }]
      cluster.server.cluster.create('endpointslices', {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType: 'IPv4',
        ports: [{ name: '', port: to }],
        endpoints,
      })
    }
    slice(podIps(cluster.server, 'a')[0] ?? '', port, 'half-1')
    slice(podIps(cluster.server, 'b')[0] ?? '', 80, 'half-2')
    const { metadata, spec } = cluster.server.cluster.create('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'half', namespace: 'default' },
      spec: { ports: [{ port: 80, protocol: 'TCP' }] },
    })
    expect(metadata.name).toBe('half')
    const half = here((spec as { readonly clusterIP?: string }).clusterIP)
    await until(async () => (await ask(half)) !== 'ECONNREFUSED')
    await set('userspace')
    expect([await ask(half), await ask(half)]).toEqual(Array.from({ length: 2 }, () => 'b (10.244.2.2) to 172.18.0.2: hello'))
    await set('iptables')
    expect(await ask(half)).toBe('closed')
  })
})

test('datagrams of one client stay with their pod until that goes, and those of the next get another', async () => {
  await set('ipvs', 'rr')
  await runPods(cluster, { x: 'node-1', y: 'node-2' }, {}, 'udp')
  const { clusterIPs } = await expose(cluster, 'udp', { selector: { app: 'udp' }, ports: [{ port: 53, protocol: 'UDP' }] }, 2)
  const address = here(clusterIPs[0])
  const client = await udpClient(address)
  const other = await udpClient(address)
  const pod = podOf(await client.ask('1'))
  expect([await client.ask('2'), await other.ask('3'), await client.ask('4'), await other.ask('5')].map(podOf)).toEqual([
    pod,
    pod === 'x' ? 'y' : 'x',
    pod,
    pod === 'x' ? 'y' : 'x',
  ])
  cluster.server.cluster.patch('pods', { namespace: 'default', name: pod }, { metadata: { labels: { app: 'none' } } })
  let text = 6
  await until(async () => podOf(await client.ask(`${text++}`)) !== pod)
  for (const one of [client, other]) one.close()
})

describe('session affinity', () => {
  test('lasts as long as the Service says, by a clock that can be put forward', async () => {
    await set('ipvs', 'rr')
    const three = await expose(cluster, 'three-hours', { sessionAffinity: 'ClientIP' })
    const short = await expose(cluster, 'minute', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } })
    const [long, minute] = [here(three.clusterIPs[0]), here(short.clusterIPs[0])]
    await until(async () => (await answers(1, minute, onPod('b'))) === 'a' && (await answers(1, long, onPod('b'))) === 'a')
    // One that asks from elsewhere has its own, and each node has its own turns.
    expect([await answers(3, long), await answers(3, minute), await answers(2, long, onPod('b'))]).toEqual(['aaa', 'aaa', 'aa'])
    expect(await control(cluster, 'POST', 'clock', { advanceSeconds: 60 })).toEqual([200, { advancedSeconds: 60, affinityEnded: 2 }])
    expect([await answers(3, long), await answers(3, minute)]).toEqual(['aaa', 'bbb'])
    expect(await control(cluster, 'POST', 'clock', { advanceSeconds: 10_800 })).toEqual([200, { advancedSeconds: 10_800, affinityEnded: 3 }])
    expect([await answers(3, long), await answers(3, minute)]).toEqual(['bbb', 'ccc'])
  })
})

describe('what cannot be done', () => {
  const allowed = 'allowed: {"advanceSeconds": N}, a whole number from 1 to 86400'
  test.each<readonly [method: string, name: string, body: unknown, status: number, message: string]>([
    ['POST', 'clock', { advanceSeconds: 0 }, 400, `advanceSeconds is 0; ${allowed}`],
    ['POST', 'clock', { advanceSeconds: '60' }, 400, `advanceSeconds is "60"; ${allowed}`],
    ['POST', 'clock', { advanceSeconds: 86_401 }, 400, `advanceSeconds is 86401; ${allowed}`],
    ['POST', 'clock', {}, 400, `advanceSeconds is not there; ${allowed}`],
    ['POST', 'clock', { advanceSeconds: 1, by: 'x' }, 400, `there is no field "by"; ${allowed}`],
    ['POST', 'clock', [], 400, `the body is not an object; ${allowed}`],
    ['POST', 'clock', undefined, 400, `the body is not an object; ${allowed}`],
    ['POST', 'clock', '{', 400, 'the body is not JSON: '],
    ['DELETE', 'clock', undefined, 405, '/_fairlead/clock does not take DELETE; allowed: POST'],
    ['PUT', 'proxy', { mode: 'ebpf' }, 400, 'mode is "ebpf"; allowed: iptables, nftables, ipvs, userspace'],
    ['PUT', 'proxy', { scheduler: 'xx' }, 400, 'scheduler is "xx"; allowed: rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, mh, fo, ovf'],
    ['PUT', 'proxy', { modus: 'ipvs' }, 400, 'there is no field "modus"; allowed: mode, scheduler'],
    ['PUT', 'proxy', null, 400, 'the body is not an object; allowed: {"mode": ..., "scheduler": ...}'],
    ['POST', 'proxy', { mode: 'ipvs' }, 405, '/_fairlead/proxy does not take POST; allowed: GET, PUT'],
    ['GET', 'clocks', undefined, 404, '_fairlead "clocks" not found'],
  ])('%s %s %o is answered with the reason', async (method, name, body, status, message) => {
    const before = cluster.machines.proxy.mode()
    expect(await control(cluster, method, name, body)).toEqual([status, expect.stringContaining(message)])
    expect(cluster.machines.proxy.mode()).toEqual(before)
  })
})
