/** The local provider as the core meets it: steps become frontends, failures are named by what has to be done about them, and what is held can be read back. */
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Reach } from '../../../providers/local/client.ts'
import { localProvider } from '../../../providers/local/provider.ts'
import { parsePools } from '../../../providers/local/config.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import { partsOf } from '../../../src/provider/engine/stage.ts'
import { at, backends, owner, wish } from '../../contract/wish.ts'
import { FakeDataPlane } from './fake-data-plane.ts'
import { FakeMemory } from './fake-memory.ts'

const { signal } = new AbortController()
const web = owner('web')
let plane: FakeDataPlane
beforeEach(() => void (plane = new FakeDataPlane()))

const provider = (reach: Reach = { kind: 'direct' }, portOffset = 0, memory = new FakeMemory()) =>
  localProvider({ dataPlane: plane, reach, pools: parsePools(['127.0.10.0/24', 'fd00::/120']), lowestPort: async () => 1, portOffset, kubeProxy: true, memory })

async function run(cloud: ReturnType<typeof provider>, intents: readonly Intent<never>[]): Promise<void> {
  let view = await cloud.observe('local', signal)
  for (const stage of cloud.plan(intents, view).stages) {
    const folds = await Promise.all(stage.map(async (step) => partsOf(await cloud.apply(step, view, undefined, signal)).fold))
    view = folds.reduce((known, fold) => fold(known), view)
  }
  expect(cloud.plan(intents, view).stages).toEqual([])
  expect(cloud.plan(intents, await cloud.observe('local', signal)).stages, 'what is observed differs from what was folded').toEqual([])
}

const sockets = () =>
  [...plane.frontends.values()]
    .map(({ address, port, protocol, rule }) => `${address} ${port}/${protocol} -> ${rule.targets.map(({ name }) => name).join(' ')}`)
    .toSorted()

it('opens, changes and closes frontends, and reads back what it holds', async () => {
  const cloud = provider()
  const want = wish({ listeners: ['80/TCP', '53/UDP'], families: ['IPv4', 'IPv6'] })
  await run(cloud, [{ owner: web, want, published: [] }])
  expect(sockets()).toEqual([
    '127.0.10.1 53/UDP -> 10.244.0.1:8053',
    '127.0.10.1 80/TCP -> 10.244.0.1:8080',
    'fd00::1 53/UDP -> 10.244.0.1:8053',
    'fd00::1 80/TCP -> 10.244.0.1:8080',
  ])
  const view = await cloud.observe('local', signal)
  expect(cloud.owners(view)).toEqual([web])
  expect(cloud.status(view, web)).toEqual({ places: at('127.0.10.1', 'fd00::1') })
  await run(cloud, [{ owner: web, follow: backends({ '80/TCP': ['[fd00:1::9]:80'], '53/UDP': [] }) }])
  expect(sockets()).toEqual(['127.0.10.1 53/UDP -> ', '127.0.10.1 80/TCP -> [fd00:1::9]:80', 'fd00::1 53/UDP -> ', 'fd00::1 80/TCP -> [fd00:1::9]:80'])
  await run(cloud, [{ owner: web, gone: true }])
  expect(sockets()).toEqual([])
})

it('a frontend that the data plane lost is opened again', async () => {
  const cloud = provider()
  await run(cloud, [{ owner: web, want: wish(), published: [] }])
  plane.frontends.clear()
  await run(cloud, [{ owner: web, want: wish(), published: at('127.0.10.1') }])
  expect(sockets()).toEqual(['127.0.10.1 80/TCP -> 10.244.0.1:8080'])
})

describe('what the process before had served', () => {
  const restarted = async (intents: readonly Intent<never>[]): Promise<ReturnType<typeof provider>> => {
    const memory = new FakeMemory()
    await run(provider({ kind: 'direct' }, 0, memory), intents)
    await memory.flush()
    plane = new FakeDataPlane()
    return provider({ kind: 'direct' }, 0, memory)
  }
  const narrow = wish({ sourceRanges: ['10.0.0.0/8'] })

  it('is held from the first look on, without backends', async () => {
    const cloud = await restarted([{ owner: web, want: narrow, published: [] }])
    const view = await cloud.observe('local', signal)
    expect(cloud.status(view, web)).toEqual({ places: at('127.0.10.1') })
    expect(sockets()).toEqual(['127.0.10.1 80/TCP -> '])
    const [step] = cloud.plan([{ owner: owner('other'), want: wish(), published: at('127.0.10.1') }], view).stages.flat()
    expect(step?.part.address, 'nobody else gets its address').toBe('127.0.10.2')
  })

  it('is served again with its settings when it is followed', async () => {
    const cloud = await restarted([{ owner: web, want: narrow, published: [] }])
    await run(cloud, [{ owner: web, follow: backends({ '80/TCP': ['10.244.0.9:80'] }) }])
    expect(sockets()).toEqual(['127.0.10.1 80/TCP -> 10.244.0.9:80'])
    expect([...plane.frontends.values()].map(({ rule }) => rule.sourceRanges)).toEqual([['10.0.0.0/8']])
  })

  it('becomes what is wanted now', async () => {
    const cloud = await restarted([{ owner: web, want: narrow, published: [] }])
    await run(cloud, [{ owner: web, want: wish({ listeners: ['80/TCP', '81/TCP'] }), published: at('127.0.10.1') }])
    expect(sockets()).toEqual(['127.0.10.1 80/TCP -> 10.244.0.1:8080', '127.0.10.1 81/TCP -> 10.244.0.1:8081'])
    expect([...plane.frontends.values()].map(({ rule }) => rule.sourceRanges)).toEqual([undefined, undefined])
  })

  it('goes with its owner, for good', async () => {
    const cloud = await restarted([{ owner: web, want: narrow, published: [] }])
    await run(cloud, [{ owner: web, gone: true }])
    expect(sockets()).toEqual([])
  })

  it('holds no address of a Service that was released, even when the process ends the moment after', async () => {
    const memory = new FakeMemory()
    const first = provider({ kind: 'direct' }, 0, memory)
    await run(first, [{ owner: web, want: narrow, published: [] }])
    await memory.flush()
    await run(first, [{ owner: web, gone: true }])
    await run(first, [{ owner: owner('other'), want: wish(), published: [] }])
    plane = new FakeDataPlane()
    await run(provider({ kind: 'direct' }, 0, memory), [{ owner: owner('other'), want: wish(), published: at('127.0.10.1') }])
    expect(sockets()).toEqual(['127.0.10.1 80/TCP -> 10.244.0.1:8080'])
  })
})

describe('a frontend that lost its socket', () => {
  it('keeps its address and gets its socket back, whether it is wanted or followed', async () => {
    const want = wish()
    for (const intent of [
      { owner: web, want, published: at('127.0.10.1') },
      { owner: web, follow: want.backends },
    ]) {
      plane = new FakeDataPlane()
      const cloud = provider()
      await run(cloud, [{ owner: web, want, published: [] }])
      plane.lose(`${web.uid}/127.0.10.1/80/TCP`)
      const view = await cloud.observe('local', signal)
      expect(cloud.status(view, web)).toEqual({ places: at('127.0.10.1') })
      expect(cloud.plan([intent], view).stages.flat()).toMatchObject([{ verb: 'update', why: 'the socket of 80/TCP was lost' }])
      await run(cloud, [intent])
      expect(plane.states()).toMatchObject([{ listening: true, lost: false }])
    }
  })
})

it('a port that the machine allows only later is refused alone, and served once it is allowed', async () => {
  let lowest = 1024
  const pools = parsePools(['127.0.10.0/24'])
  const cloud = localProvider({ dataPlane: plane, reach: { kind: 'direct' }, pools, lowestPort: async () => lowest, portOffset: 0, kubeProxy: true })
  const intents = [{ owner: web, want: wish({ listeners: ['80/TCP', '8080/TCP'] }), published: [] }]
  await run(cloud, intents)
  const { refused } = cloud.plan(intents, await cloud.observe('local', signal))
  expect([sockets(), refused.map(({ ports }) => ports)]).toEqual([
    ['127.0.10.1 8080/TCP -> 10.244.0.1:16080'],
    [[{ port: 80, protocol: 'TCP', error: 'fairlead.dev/PortNotPermitted' }]],
  ])
  lowest = 80
  await run(cloud, intents)
  expect(sockets()).toHaveLength(2)
})

it('a port offset moves the socket and nothing that is published, and a note says where the port is found', async () => {
  const cloud = provider({ kind: 'direct' }, 8000)
  await run(cloud, [{ owner: web, want: wish(), published: [] }])
  expect(cloud.cautions?.(wish().settings)).toEqual(['With --port-offset 8000, the published ports are found higher: 80/TCP at 8080.'])
  expect(sockets()).toEqual(['127.0.10.1 8080/TCP -> 10.244.0.1:8080'])
})

describe('a socket that cannot be had', () => {
  const cases: readonly [string, CloudError['consequence'], CloudError['reason'], boolean, RegExp][] = [
    ['EADDRINUSE', 'refused', 'Conflict', true, /127\.0\.10\.1, port 80 is in use by another program/],
    ['EACCES', 'refused', 'Denied', true, /ip_unprivileged_port_start.*setcap.*--port-offset/],
    ['EADDRNOTAVAIL', 'refused', 'Invalid', true, /not this machine's/],
    ['EMFILE', 'later', 'LimitReached', false, /ulimit -n/],
    ['EOTHER', 'refused', 'Refused', true, /EOTHER/],
  ]
  it.each(cases)('%s is %s, %s', async (code, consequence, reason, blamed, message) => {
    plane.unbindable.set('80', code)
    const cloud = provider()
    const view = await cloud.observe('local', signal)
    const [step] = cloud.plan([{ owner: web, want: wish({ addresses: ['127.0.10.1'] }), published: [] }], view).stages.flat()
    const error: unknown = await cloud.apply(step!, view, undefined, signal).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CloudError)
    expect(error).toMatchObject({ consequence, reason, blames: blamed ? [web.uid] : [], publicMessage: expect.stringMatching(message) })
    expect(cloud.owners(await cloud.observe('local', signal))).toEqual([])
  })
})

describe('through the port-forward of the API server', () => {
  const dialled: unknown[] = []
  const reach: Reach = { kind: 'port-forward', dial: async (target) => (dialled.push(target), new PassThrough()) }

  it('pods are dialled by namespace and address', async () => {
    await run(provider(reach), [{ owner: web, want: wish(), published: [] }])
    const [target] = [...plane.frontends.values()].flatMap(({ rule }) => rule.targets)
    expect(target).toMatchObject({ name: '10.244.0.1:8080', via: { kind: 'stream' } })
    if (target?.via.kind === 'stream') await target.via.dial()
    expect(dialled).toEqual([{ namespace: 'default', ip: '10.244.0.1', port: 8080 }])
  })

  it('UDP is no ability, with the reason', () => {
    expect(provider(reach).capabilities.udp).toMatchObject({ supported: false, because: expect.stringContaining('port-forward') })
    expect(provider().capabilities.udp).toMatchObject({ supported: true })
  })
})
