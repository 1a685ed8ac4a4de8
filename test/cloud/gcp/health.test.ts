/** The health of nodes behind a Service on Google Cloud, as `fairlead explain` shows it. */
import { expect, test, vi } from 'vitest'
import type { Trouble } from '../../../emulators/cloud/faults.ts'
import { IMMEDIATE } from '../../../emulators/gcp/index.ts'
import type { ServiceParts } from '../cluster.ts'
import { explained as explainedAnywhere } from '../commands.ts'
import { noted, port } from '../live-changes.ts'
import { idOf, insert, reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { manyMachines } from './machines.ts'
import { partsOf, rulesOf } from './look.ts'
import { looking, type World, type WorldOptions } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const INTERNAL = noted({ 'fairlead.dev/scheme': 'internal' })

const explained = (world: World, name = 'web') => explainedAnywhere(looking(world), name)

/** `80/TCP node-1 healthy`, sorted. */
async function targets(world: World, name = 'web'): Promise<readonly string[]> {
  const { providers } = (await explained(world, name)).explanation
  return providers
    .flatMap((one) => one.targets ?? [])
    .map(({ listener, target, state }) => `${listener} ${target} ${state}`)
    .toSorted()
}

async function served(parts: ServiceParts = {}, options?: WorldOptions): Promise<World> {
  const world = await open(options)
  await world.start()
  await world.cluster.create('web', parts)
  await world.untilReason('web', 'Ready')
  await world.pass(60_000)
  return world
}

const all = (listener: string, state = 'healthy'): readonly string[] => [1, 2, 3].map((node) => `${listener} node-${node} ${state}`)

test('every node of every zone is named for every port; where probes do not come through, with what Google says', async () => {
  const world = await served({ spec: { ports: [port(80), port(53, 'UDP')] } })
  expect(await targets(world)).toEqual([...all('53/UDP'), ...all('80/TCP')])
  insert(world.gcp, 'firewalls', { name: 'no-probes', network: world.gcp.cloud.ids.network, priority: 0, denied: [{ IPProtocol: 'tcp', ports: ['10256'] }] })
  await world.pass(60_000)
  expect(await targets(world)).toEqual([...all('53/UDP', 'unhealthy'), ...all('80/TCP', 'unhealthy')])
  expect((await explained(world)).text).toMatch(/\n {2}80\/TCP +\S+ +1 +0 +0 +3 +0\n[\s\S]*node-1 +80\/TCP +unhealthy +.* fails \(UNHEALTHY\)\n/)
})

test('a node that Google has not checked yet is named as initial', async () => {
  const world = await served({}, { delays: { ...IMMEDIATE, registration: 600_000 } })
  expect(await targets(world)).toEqual(all('80/TCP', 'initial'))
  expect((await explained(world)).text).toMatch(/node-1 +80\/TCP +initial +Google has not checked its health yet\n/)
  await world.pass(600_000)
  expect(await targets(world)).toEqual(all('80/TCP'))
})

test('with policy Local the nodes with a pod are healthy, and that the others are not is said to be so on purpose', async () => {
  const world = await served({ spec: { externalTrafficPolicy: 'Local' } })
  expect(await targets(world)).toEqual(['80/TCP node-1 healthy', '80/TCP node-2 unhealthy', '80/TCP node-3 unhealthy'])
  const { text, explanation } = await explained(world)
  expect(text).toMatch(/; 1 of 3 targets are healthy\.\n[\s\S]*node-3 +80\/TCP +unhealthy [\s\S]*externalTrafficPolicy: Local/)
  expect(explanation).toMatchObject({ verdict: { level: 'good' }, next: [] })
})

test('one forwarding rule that takes all ports stands for the ports of the Service', async () => {
  const world = await open()
  reserve(world.gcp, 'single', { addressType: 'INTERNAL', subnetwork: idOf(world.gcp, 'subnetworks', 'nodes') })
  await world.start()
  const named = noted({ 'fairlead.dev/scheme': 'internal', 'fairlead.dev/address-names': 'single' })
  await world.cluster.create('web', { ...named, spec: { ports: [port(80), port(443), port(53, 'UDP')] } })
  await world.untilReason('web', 'Ready')
  await world.pass(60_000)
  expect(partsOf(world, 'web', 'forwardingRules').map(({ settings }) => settings['allPorts'])).toEqual([true])
  expect(await targets(world)).toEqual(['443/TCP', '53/UDP', '80/TCP'].flatMap((listener) => all(listener)))
})

test('a port that a rule still forwards, though the Service does not have it any more, is not named', async () => {
  const world = await served({ spec: { ports: [port(80), port(81)] } })
  await world.cluster.change('web', { spec: { ports: [port(80)] } })
  await world.pass(60_000)
  expect(rulesOf(world, 'web')).toEqual(['TCP 80,81'])
  expect(await targets(world)).toEqual(all('80/TCP'))
})

test('of endpoint groups their part of the nodes is named', async () => {
  const world = await served(INTERNAL, { machines: (gcp) => manyMachines(gcp, 253) })
  const found = await targets(world)
  expect(found).toHaveLength(24)
  expect(new Set(found.map((text) => text.split(' ')[2]))).toEqual(new Set(['healthy']))
})

test('Services of one address are each asked about for themselves', async () => {
  const shared = { 'fairlead.dev/share': 'edge' }
  const world = await served({ ...noted(shared), spec: { ports: [port(80)] } })
  await world.cluster.create('mail', { ...noted(shared), spec: { ports: [port(25)], externalTrafficPolicy: 'Local' } })
  await world.untilReason('mail', 'Ready')
  await world.pass(60_000)
  const { mark } = world.gcp.journal
  expect(await targets(world)).toEqual(all('80/TCP'))
  const asked = world.gcp.journal.since(mark).filter(({ action }) => action === 'regionBackendServices.getHealth')
  expect(asked.length, 'one question for each zone, by each form of the command').toBe(2 * 3)
  expect(await targets(world, 'mail')).toEqual(['25/TCP node-1 healthy', '25/TCP node-2 unhealthy', '25/TCP node-3 unhealthy'])
})

test.for<[what: string, kind: Exclude<Trouble, string>, said: RegExp]>([
  [
    'is not allowed',
    { code: 'forbidden', status: 403, message: "Required 'compute.regionBackendServices.get' permission for 'projects/fairlead/regions/us-central1/x/y'" },
    /health of targets: not known: .*compute\.regionBackendServices\.get/,
  ],
  ['is throttled', { code: 'rateLimitExceeded', status: 403 }, /health of targets: not known: .*fewer calls/],
  ['fails', { code: 'backendError', status: 503 }, /health of targets: not known: .*failed at Google/],
])('the question about health %s: explain says so beside all the rest, and names the nodes when it is answered again', async ([, kind, said]) => {
  const world = await served()
  const end = world.gcp.faults.inject({ match: { action: 'regionBackendServices.getHealth' }, kind, times: 1_000 })
  const { text, explanation } = await explained(world)
  expect(text).toMatch(said)
  expect(text).toMatch(/fairlead\.dev\/Ready: True/)
  expect(explanation.providers).toMatchObject([{ provider: 'gcp', manages: true, nodes: 3 }])
  end()
  expect(await targets(world)).toEqual(all('80/TCP'))
})

test('what was deleted since the cluster was read has no targets, and the rest of the report is there', async () => {
  const world = await served()
  world.gcp.faults.inject({ match: { action: 'regionBackendServices.getHealth' }, kind: { code: 'notFound', status: 404 }, times: 1_000 })
  const { text } = await explained(world)
  expect(text).toMatch(/fairlead\.dev\/Ready: True/)
  expect(text).not.toMatch(/ TARGET /)
})
