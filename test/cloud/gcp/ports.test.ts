/** Which ports forwarding rules have: those of the Service and no others, in as few rules as there can be; and where that cannot be, the firewall keeps the others out. */
import { expect, test } from 'vitest'
import { hostOf } from '../cluster.ts'
import { port } from '../live-changes.ts'
import { CLIENT } from '../world.ts'
import { idOf, reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf, rulesOf, serviceOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
const COLLEAGUE = '10.0.200.9'

type Numbered = readonly [port: number, protocol?: 'TCP' | 'UDP']

async function withPorts(
  all: readonly Numbered[],
  annotations: Readonly<Record<string, string>> = {},
  before: (world: World) => void = () => {},
): Promise<World> {
  const world = await open()
  before(world)
  await world.start()
  await world.cluster.create('web', { annotations, spec: { ports: all.map(([...one]) => port(...one)) } })
  await world.untilReason('web', 'Ready')
  return world
}

/** Which of these ports a client is answered on. */
async function answeredOn(world: World, all: readonly Numbered[], from = CLIENT): Promise<readonly Numbered[]> {
  const host = hostOf(await world.cluster.get('web')) ?? ''
  return all.filter(([number, protocol = 'TCP']) => world.send(host, number, from, protocol) === 'web')
}

const tcp = (...numbers: readonly number[]): readonly Numbered[] => numbers.map((number) => [number])
const run = (from: number, to: number): readonly Numbered[] => tcp(...Array.from({ length: to - from + 1 }, (_, i) => from + i))

test.for<[what: string, ports: readonly Numbered[], rules: readonly string[]]>([
  ['five ports are in one rule', tcp(80, 81, 443, 8080, 9000), ['TCP 80,81,443,8080,9000']],
  ['a sixth is in a second', tcp(80, 90, 443, 8080, 9000, 9090), ['TCP 80,90,443,8080,9000', 'TCP 9090']],
  ['six or more one after the other are a range', run(8_000, 8_006), ['TCP 8000-8006']],
  ['a range and others are side by side', [...run(8_000, 8_006), [443]], ['TCP 443', 'TCP 8000-8006']],
  ['each protocol has a rule of its own', [[53], [53, 'UDP']], ['TCP 53', 'UDP 53']],
])('%s', async ([, asked, rules]) => {
  const world = await withPorts(asked)
  expect(rulesOf(world, 'web')).toEqual(rules)
  expect(await addressesOf(world)).toHaveLength(1)
  const near = asked.flatMap(([number]) => [number - 1, number + 1]).filter((number) => !asked.some(([one]) => one === number))
  expect(await answeredOn(world, [...asked, ...tcp(...near)])).toEqual(asked)
  expect(serviceOf(world, 'web')['protocol']).toBe(new Set(asked.map(([, protocol = 'TCP']) => protocol)).size > 1 ? 'UNSPECIFIED' : 'TCP')
})

test('an internal Service with five ports has them in its rule', async () => {
  const world = await withPorts(tcp(80, 81, 443, 8080, 9000), INTERNAL)
  expect(rulesOf(world, 'web')).toEqual(['TCP 80,81,443,8080,9000'])
})

test('an internal Service with more ports than one rule lists has two, at an address that is reserved for several', async () => {
  const asked = tcp(80, 90, 443, 8080, 9000, 9090)
  const world = await withPorts(asked, INTERNAL)
  expect(rulesOf(world, 'web')).toEqual(['TCP 80,90,443,8080,9000', 'TCP 9090'])
  expect(await answeredOn(world, [...asked, ...tcp(22, 81, 65_000)], COLLEAGUE)).toEqual(asked)
  expect(partsOf(world, 'web', 'addresses').map(({ settings }) => settings['purpose'])).toEqual(['SHARED_LOADBALANCER_VIP'])
})

test('an internal address of the user that only one rule may have: all ports are forwarded, and the firewall keeps the others out', async () => {
  const asked = tcp(80, 90, 443, 8080, 9000, 9090)
  const world = await withPorts(asked, { ...INTERNAL, 'fairlead.dev/address-names': 'single' }, ({ gcp }) => {
    reserve(gcp, 'single', { addressType: 'INTERNAL', subnetwork: idOf(gcp, 'subnetworks', 'nodes') })
  })
  expect(rulesOf(world, 'web')).toEqual(['TCP all'])
  expect(await answeredOn(world, [...asked, ...tcp(22, 81, 65_000)], COLLEAGUE)).toEqual(asked)
})

test('an internal Service with two protocols: all are forwarded, and the firewall keeps the others out', async () => {
  const asked: readonly Numbered[] = [[53], [53, 'UDP']]
  const world = await withPorts(asked, INTERNAL)
  expect(await answeredOn(world, [...asked, [54], [54, 'UDP']], COLLEAGUE)).toEqual(asked)
  expect(await addressesOf(world)).toHaveLength(1)
})

test('a port is added beside the rule that is there: the address stays, and traffic never stops', async () => {
  const world = await withPorts(tcp(80, 81, 443, 8080, 9000))
  const [before = ''] = await addressesOf(world)
  world.onWrite = ({ action }) => expect(world.send(before), `after ${action}`).toBe('web')
  await world.cluster.change('web', { spec: { ports: [80, 81, 443, 8080, 9000, 9090].map((number) => port(number)) } })
  await world.until('the new port answers', () => world.send(before, 9_090) === 'web')
  await world.pass(300_000)
  expect(rulesOf(world, 'web')).toEqual(['TCP 80,81,443,8080,9000', 'TCP 9090'])
  expect(await addressesOf(world)).toEqual([before])
})

test('more and more ports: an internal Service that had a rule for its ports has one for all, and keeps its address', async () => {
  const world = await withPorts(tcp(80), INTERNAL)
  const [before = ''] = await addressesOf(world)
  const asked = tcp(80, 81, 90, 443, 8_080, 9_000)
  await world.cluster.change('web', { spec: { ports: asked.map(([...one]) => port(...one)) } })
  await world.until('all answer', async () => (await answeredOn(world, asked, COLLEAGUE)).length === asked.length)
  await world.untilReason('web', 'Ready')
  expect(rulesOf(world, 'web')).toEqual(['TCP all'])
  expect(await addressesOf(world)).toEqual([before])
})
