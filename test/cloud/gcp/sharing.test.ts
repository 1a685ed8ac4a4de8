/** Services of one share key: one address, one load balancer, and each keeps its own ports and clients. */
import { expect, test } from 'vitest'
import { readyOf } from '../cluster.ts'
import { noted, port, STRANGER } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf, serviceOf, writesSince } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
const SHARED = { 'fairlead.dev/share': 'edge' }
const count = (world: World, kind: string): number => world.ownedObjects().filter((one) => one.kind === kind).length

async function both(): Promise<World> {
  const world = await open()
  await world.start()
  await world.cluster.create('web', { ...noted(SHARED), spec: { ports: [port(80)] } })
  await world.untilReason('web', 'Ready')
  await world.cluster.create('mail', { ...noted(SHARED), spec: { ports: [port(25)] } })
  await world.untilReason('mail', 'Ready')
  return world
}

test('two Services have one address, reserved for both, and each its own backend service', async () => {
  const world = await both()
  expect(await addressesOf(world, 'mail')).toEqual(await addressesOf(world))
  expect(await addressesOf(world)).toHaveLength(1)
  expect([await world.reach('web', 80), await world.reach('mail', 25), await world.reach('web', 25), await world.reach('mail', 80)]).toEqual([
    'web',
    'mail',
    'mail',
    'web',
  ])
  expect([count(world, 'addresses'), count(world, 'backendServices')]).toEqual([1, 2])
})

test('the ranges of one are not those of the other', async () => {
  const world = await both()
  await world.cluster.change('mail', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.until('strangers are out', async () => (await world.reach('mail', 25, STRANGER)) !== 'mail')
  expect([await world.reach('mail', 25), await world.reach('web', 80), await world.reach('web', 80, STRANGER)]).toEqual(['mail', 'web', 'web'])
})

test('one leaves, and the other keeps the address and is answered all the time; the last takes all with it', async () => {
  const world = await both()
  const before = await addressesOf(world)
  world.onWrite = ({ action }) => expect(world.send(before[0] ?? '', 25), `after ${action}`).toBe('mail')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(600_000)
  world.onWrite = () => {}
  expect(await addressesOf(world, 'mail')).toEqual(before)
  expect(world.send(before[0] ?? '', 80)).not.toBe('web')
  await world.cluster.remove('mail')
  await world.gone('mail')
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
})

test('who asks for a port of another one is refused with whose it is, as nodes would give it the packets of that port', async () => {
  const world = await both()
  await world.cluster.create('late', { ...noted(SHARED), spec: { ports: [port(80), port(81)] } })
  const late = await world.untilReason('late', 'Conflict')
  expect(JSON.stringify(late.status.conditions)).toContain(`${world.cluster.namespace}/web`)
  expect(await addressesOf(world, 'late')).toEqual([])
  expect(await world.reach('web')).toBe('web')
  await world.cluster.change('late', { spec: { ports: [port(81)] } })
  await world.untilReason('late', 'Ready')
  expect([await world.reach('web', 80), await world.reach('late', 81)]).toEqual(['web', 'late'])
})

test('what the address has must be the same for all: who asks for another thing is refused with it', async () => {
  const world = await both()
  await world.cluster.change('web', noted({ 'fairlead.dev/scheme': 'internet-facing' }))
  await world.cluster.create('late', { ...noted({ ...SHARED, 'fairlead.dev/scheme': 'internal' }), spec: { ports: [port(81)] } })
  await world.until('it is refused', async () => readyOf(await world.cluster.get('late'))?.status === 'False')
  const { reason, message } = readyOf(await world.cluster.get('late')) ?? {}
  expect([reason, message]).toEqual(['Conflict', expect.stringMatching(/scheme/)])
  expect([await world.reach('web', 80), await world.reach('mail', 25)]).toEqual(['web', 'mail'])
})

test('what a backend service has is of each Service: policy Local of one leaves the others as they are', async () => {
  const world = await both()
  await world.cluster.change('mail', { spec: { externalTrafficPolicy: 'Local', sessionAffinity: 'ClientIP' } })
  await world.until('it has a health check of its own', () => partsOf(world, 'mail', 'healthChecks').length === 1)
  await world.pass(60_000)
  expect([serviceOf(world, 'web')['sessionAffinity'], serviceOf(world, 'mail')['sessionAffinity']]).toEqual(['NONE', 'CLIENT_IP'])
  expect([await world.reach('web', 80), await world.reach('mail', 25)]).toEqual(['web', 'mail'])
})

test('a Service more costs three writes', async () => {
  const world = await both()
  const { mark } = world.gcp.journal
  await world.cluster.create('dns', { ...noted(SHARED), spec: { ports: [port(54)] } })
  await world.untilReason('dns', 'Ready')
  await world.pass(60_000)
  expect(writesSince(world, mark)).toEqual({ 'firewalls.insert': 1, 'forwardingRules.insert': 1, 'regionBackendServices.insert': 1 })
})
