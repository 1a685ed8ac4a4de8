/** A throw ends what it happened in, and nothing else: neither the process nor its neighbours. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Counts, DataPlane } from '../../../../providers/local/balancer/data-plane.ts'
import { Guard, type Guarded } from '../../../../providers/local/balancer/guard.ts'
import type { NetworkMap } from '../../../../providers/local/balancer/network-map.ts'
import { createDataPlane } from '../../../../providers/local/balancer/plane.ts'
import { type Log, silentLog } from '../../../../src/model/log.ts'
import { ManualClock } from '../../../clock.ts'
import { frontendAt, openClient, type Place, startPlane, tcpBackend, udpBackend, udpClient, until, whoAnswers } from './network.ts'
import { ruleFor, targetAt } from './rule.ts'

const REFUSED = 'ECONNREFUSED'

/** A client is sent away, at once or, where the network is silent, after a while. */
async function refusedTcp(place: Place, clock: ManualClock): Promise<void> {
  const answers: string[] = []
  void whoAnswers(place).then((answer) => answers.push(answer))
  while (answers.length === 0) await clock.advance(500)
}

/** Where the machine has a route, the datagram goes out and no answer comes; then the flow ends when it is idle. */
async function lostDatagram(place: Place, plane: DataPlane, clock: ManualClock): Promise<void> {
  const client = await udpClient(place)
  client.send('1')
  await until(() => plane.states()[0]?.connections === 1)
  while (plane.states()[0]?.targets[0]?.connections !== 0) await clock.advance(1_000)
}

const faults: Guarded[] = []
const counts: Counts = { fault: (what) => void faults.push(what), refusal: () => undefined }
beforeEach(() => void faults.splice(0))

describe('a guarded callback that throws', () => {
  const logged: string[] = []
  const log: Log = { ...silentLog, error: (message, fields) => logged.push(`${message} ${String(fields?.['what'])}`) }
  const clock = new ManualClock()
  const guard = new Guard({ log, now: () => clock.now(), count: counts.fault })

  test('ends its thing with the error, is counted each time, and logged now and then', async () => {
    const ended: string[] = []
    const protect = guard.protect('flow', (error) => ended.push(error.message))
    for (let i = 0; i < 3; i++) expect(protect(() => JSON.parse('{') as unknown)()).toBeUndefined()
    expect(ended).toHaveLength(3)
    expect(faults).toEqual(['flow', 'flow', 'flow'])
    expect(logged).toEqual(['a callback of the local balancer failed; only what it belongs to is ended flow'])
    await clock.advance(10_000)
    protect(() => JSON.parse('{') as unknown)()
    expect(logged).toHaveLength(2)
  })

  test('throws no further when its end throws as well', () => {
    const end = (): never => {
      throw new Error('the end of it')
    }
    expect(() => guard.run('timer', end, end)).not.toThrow()
    expect(faults).toEqual(['timer', 'timer'])
  })
})

describe.each(['TCP', 'UDP'] as const)('a %s target that cannot be dialled', (protocol) => {
  const targets: readonly [string, string, number][] = [
    ['port 0', '127.0.0.1', 0],
    ['port -1', '127.0.0.1', -1],
    ['port 70000', '127.0.0.1', 70_000],
    ['a port that is no number', '127.0.0.1', Number.NaN],
    ['a host name', 'localhost', 80],
    ['nothing', '', 80],
  ]
  test.each(targets)('%s is left out, and alone refuses clients', async (_, ip, port) => {
    const { plane } = startPlane({ counts })
    const frontend = await frontendAt(protocol, ruleFor([targetAt('bad', ip, port)]))
    await plane.open(frontend)
    expect(plane.states()).toMatchObject([{ listening: false, targets: [] }])
    const good = protocol === 'TCP' ? await tcpBackend('a') : await udpBackend('a')
    await plane.change(frontend.key, ruleFor([targetAt('bad', ip, port), good.target]))
    expect(protocol === 'TCP' ? await whoAnswers(frontend) : await (await udpClient(frontend)).ask('1')).toMatch(/^a/)
    expect(faults).toEqual([])
  })

  test.each(['255.255.255.255', 'fe80::1', '240.0.0.1', '::ffff:255.255.255.255'])('%s, to which there is no way, costs its clients alone', async (ip) => {
    const { plane, clock } = startPlane({ counts, limits: { connectTimeoutMs: 500 } })
    const frontend = await frontendAt(protocol, ruleFor([targetAt('unreachable', ip, 80)]))
    await plane.open(frontend)
    if (protocol === 'TCP') await refusedTcp(frontend, clock)
    else await lostDatagram(frontend, plane, clock)
    const good = protocol === 'TCP' ? await tcpBackend('a') : await udpBackend('a')
    await plane.change(frontend.key, ruleFor([good.target]))
    expect(protocol === 'TCP' ? await whoAnswers(frontend) : await (await udpClient(frontend)).ask('1')).toMatch(/^a/)
    expect(faults).toEqual([])
  })
})

describe('a health check that cannot be asked', () => {
  const checks = [
    { protocol: 'http', port: 'traffic', path: '/漢' },
    { protocol: 'http', port: 'traffic', path: '/a b' },
    { protocol: 'https', port: 'traffic', path: '/\n' },
    { protocol: 'http', port: 70_000, path: '/' },
    { protocol: 'tcp', port: -1 },
    { protocol: 'tcp', port: 0 },
  ] as const
  test.each(checks)('%o is a failed check, again and again, and takes no other check its turn', async (check) => {
    const { plane, clock } = startPlane({ counts, limits: { maxProbes: 1 } })
    const [a, b] = [await tcpBackend('a'), await tcpBackend('b')]
    const bad = await frontendAt('TCP', ruleFor([a.target], { healthCheck: { ...check, from: 'annotation' } }))
    await plane.open(bad)
    await until(() => plane.states()[0]?.targets[0]?.healthy === false)
    for (let i = 0; i < 5; i++) await clock.advance(6_000)
    const good = await frontendAt('TCP', ruleFor([b.target], { healthCheck: { protocol: 'tcp', port: b.port, from: 'annotation' } }))
    await plane.open(good)
    await b.close()
    await clock.advance(12_000)
    await until(() => plane.states()[1]?.targets[0]?.healthy === false)
    expect(await whoAnswers(bad), 'a check that fails everywhere is not believed').toBe('a')
    expect(faults).toEqual([])
  })
})

test('what listens for lost sockets may throw', async () => {
  const { plane } = startPlane({ counts, limits: { maxConnections: 1 } })
  plane.onLost(() => {
    throw new Error('who listens')
  })
  const a = await tcpBackend('a')
  const frontend = await frontendAt('TCP', ruleFor([a.target]))
  await plane.open(frontend)
  const client = await openClient(frontend)
  await tcpBackend('thief', undefined, frontend)
  client.socket.destroy()
  await until(() => faults.length > 0)
  expect(faults).toEqual(['listener'])
})

test('a network map that throws ends nothing but what asked it', async () => {
  const clock = new ManualClock()
  const networkMap: NetworkMap = (address) => {
    if (address.ip === '10.0.0.9') throw new Error('no way')
    return address
  }
  const plane = createDataPlane({ clock, random: () => 0.5, networkMap, counts })
  onTestFinished(() => plane.shutdown())
  const frontend = await frontendAt('TCP', ruleFor([targetAt('bad', '10.0.0.9', 80)]))
  await expect(plane.open(frontend)).rejects.toThrow('no way')
  expect(plane.states()).toEqual([])
  expect(clock.pending).toBe(0)
})

test('an answer larger than the client’s network carries is dropped, and the next one arrives', async () => {
  const { plane } = startPlane({ counts })
  const backend = createSocket('udp6')
  backend.bind({ address: '::1', port: 0 })
  await once(backend, 'listening')
  onTestFinished(() => void backend.close())
  backend.on('message', (bytes, from) => backend.send(bytes.toString() === 'much' ? Buffer.alloc(65_520) : 'little', from.port, from.address))
  const frontend = await frontendAt('UDP', ruleFor([targetAt('six', '::1', backend.address().port)]))
  await plane.open(frontend)
  const client = await udpClient(frontend)
  client.send('much')
  expect(await client.ask('some')).toBe('little')
  expect(plane.states()).toMatchObject([{ listening: true, lost: false }])
  expect(faults).toEqual([])
})

test('a client is refused after so many backends that refuse it, not after thousands', async () => {
  const { plane } = startPlane({ counts })
  const dead = Array.from({ length: 5_000 }, (_, i) => targetAt(`dead-${i}`, `127.99.${i >> 8}.${i & 255}`, 9))
  const frontend = await frontendAt('TCP', ruleFor(dead))
  await plane.open(frontend)
  const began = performance.now()
  expect(await whoAnswers(frontend)).not.toBe(REFUSED)
  expect(performance.now() - began).toBeLessThan(2_000)
})
