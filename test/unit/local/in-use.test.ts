/** Where another program has the addresses of a pool: real sockets, whole turns. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createDataPlane } from '../../../providers/local/balancer/plane.ts'
import type { DataPlane } from '../../../providers/local/balancer/data-plane.ts'
import { parsePools } from '../../../providers/local/config.ts'
import { localProvider } from '../../../providers/local/provider.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { silentLog } from '../../../src/model/log.ts'
import { placeText } from '../../../src/model/status.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Cloud, Outcome } from '../../../src/provider/cloud.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import { at, owner, wish } from '../../contract/wish.ts'
import { ManualClock } from '../../clock.ts'

const NET = '127.239.10'
const opened: (Server | DataPlane)[] = []

afterEach(async () => {
  for (const one of opened.splice(0)) await ('shutdown' in one ? one.shutdown() : closed(one))
})

async function closed(server: Server): Promise<void> {
  if (server.listening) await once(server.close(), 'close')
}

function playground(clock: Clock = new ManualClock()): { readonly cloud: Cloud; readonly serve: (...intents: readonly Intent<never>[]) => Promise<Outcome> } {
  const plane = createDataPlane({ clock, random: Math.random })
  opened.push(plane)
  const pools = parsePools([`${NET}.0/24`])
  const cloud = bind(localProvider({ dataPlane: plane, reach: { kind: 'direct' }, pools, lowestPort: async () => 1, portOffset: 0, kubeProxy: true, clock }), {
    log: silentLog,
  })
  const { signal } = new AbortController()
  return { cloud, serve: (...intents) => cloud.converge({ stack: 'local', intents, now: clock.now(), signal, mayWrite: () => true }) }
}

const web = (name: string, more: Parameters<typeof wish>[0] = {}, published: readonly string[] = []): Intent<never> => {
  return { owner: owner(name), want: wish({ listeners: ['20080/TCP'], ...more }), published: at(...published) }
}

const placesOf = (cloud: Cloud, name: string): readonly string[] => cloud.status('local', owner(name)).places.map(placeText)

async function otherProgram(address: string, port = 20_080): Promise<Server> {
  const server = createServer().listen(port, address)
  opened.push(server)
  await once(server, 'listening')
  return server
}

test('two playgrounds with one pool serve a hundred Services each, in one turn', async () => {
  const names = Array.from({ length: 100 }, (_, i) => `web-${i}`)
  const [one, two] = [playground(), playground()]
  const intents = names.map((name, i) => web(name, { listeners: ['20080/TCP', `${20_081 + (i % 3)}/TCP`, '20053/UDP'] }))
  for (const { serve } of [one, two]) {
    const { served, refused, waiting } = await serve(...intents)
    expect([served.size, [...refused], [...waiting]]).toEqual([100, [], []])
  }
  const addresses = [one, two].flatMap(({ cloud }) => names.flatMap((name) => placesOf(cloud, name)))
  expect(new Set(addresses).size).toBe(200)
})

test('an address in use is passed over at once; when the other program has ended it is given away again', async () => {
  const program = await otherProgram(`${NET}.1`)
  const { cloud, serve } = playground()
  await serve(web('one'))
  expect(placesOf(cloud, 'one')).toEqual([`${NET}.2`])
  await closed(program)
  cloud.doubt('local')
  await serve(web('one', {}, [`${NET}.2`]), web('two'))
  expect([placesOf(cloud, 'one'), placesOf(cloud, 'two')]).toEqual([[`${NET}.2`], [`${NET}.1`]])
})

test('a published address is waited for, as the process before may still have it, and replaced after ten seconds', async () => {
  await otherProgram(`${NET}.7`)
  const clock = new ManualClock()
  const { cloud, serve } = playground(clock)
  for (let waited = 0; waited < 10_000; waited += 2_000) {
    const { waiting } = await serve(web('one', {}, [`${NET}.7`]))
    expect(waiting.get(owner('one').uid)).toMatchObject({
      reason: 'Conflict',
      afterMs: 2_000,
      because: expect.stringContaining(`20080/TCP at ${NET}.7 is in use by another program`),
    })
    await clock.advance(2_000)
  }
  const { served } = await serve(web('one', {}, [`${NET}.7`]))
  expect([served.size, placesOf(cloud, 'one')]).toEqual([1, [`${NET}.1`]])
})

test('a published address that is free again in time is kept', async () => {
  const program = await otherProgram(`${NET}.7`)
  const clock = new ManualClock()
  const { cloud, serve } = playground(clock)
  await serve(web('one', {}, [`${NET}.7`]))
  await closed(program)
  await clock.advance(2_000)
  await serve(web('one', {}, [`${NET}.7`]))
  expect(placesOf(cloud, 'one')).toEqual([`${NET}.7`])
})

test('a Service that lost one port to another program moves, and what still works at the old address is served for a while', async () => {
  const clock = new ManualClock()
  const { cloud, serve } = playground(clock)
  const both = { listeners: ['20080/TCP', '20081/TCP'] } as const
  const empty = wish(both)
  const idle = { ...empty, backends: { ...empty.backends, ports: { ...empty.backends.ports, '20080/TCP': { endpoints: [] } } } } as typeof empty
  await serve({ owner: owner('one'), want: idle, published: [] })
  await otherProgram(`${NET}.1`)
  const wanted = web('one', both, [`${NET}.1`])
  for (let i = 0; i < 6; i++) {
    await serve(wanted)
    await clock.advance(2_000)
  }
  expect(placesOf(cloud, 'one')).toEqual([`${NET}.2`])
  const other = createServer()
  const refused = once(other, 'error')
  other.listen(20_081, `${NET}.1`)
  expect(await refused).toMatchObject([{ code: 'EADDRINUSE' }])
})

test('an address that was asked for by name is refused while another program has it', async () => {
  await otherProgram(`${NET}.7`)
  const { cloud, serve } = playground()
  const { refused } = await serve(web('one', { addresses: [`${NET}.7`] }))
  expect(refused.get(owner('one').uid)?.problem).toMatchObject({ reason: 'Conflict', pace: 'quick' })
  expect(placesOf(cloud, 'one')).toEqual([])
})

test('a program on every address: the Service is refused, and served when that program has ended', async () => {
  const program = await otherProgram('0.0.0.0')
  const clock = new ManualClock()
  const { cloud, serve } = playground(clock)
  const { refused } = await serve(web('one'))
  expect(refused.get(owner('one').uid)?.problem).toMatchObject({ reason: 'Conflict' })
  await closed(program)
  await clock.advance(10_000)
  await serve(web('one'))
  expect(placesOf(cloud, 'one')).toHaveLength(1)
})
