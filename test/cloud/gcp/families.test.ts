/** IPv6: beside IPv4 and alone, from outside and inside; and what of it Google Cloud does not have. */
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/model/address.ts'
import { readyOf, type ServiceParts } from '../cluster.ts'
import { noted } from '../live-changes.ts'
import { CLIENT } from '../world.ts'
import { reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
const canonical = (address: string): string => parseAddress(address) ?? ''
const BOTH = ['10.244.1.1', 'fd00:244::1']
const CLIENT6 = '2001:db8:c::5'
const COLLEAGUE = '10.0.200.9'
const COLLEAGUE6 = 'fd20:db8:0:9::5'
const DUAL: ServiceParts = { spec: { ipFamilyPolicy: 'RequireDualStack' } }
const SIX: ServiceParts = { spec: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] } }
const TIER = 'cloud.google.com/network-tier'

async function created(parts: ServiceParts): Promise<World> {
  const world = await open()
  await world.start()
  await world.cluster.create('web', parts, BOTH)
  return world
}

test('both families, each with an address without a length', async () => {
  const world = await created(DUAL)
  await world.untilReason('web', 'Ready')
  const [four = '', six = '', ...more] = await addressesOf(world)
  expect(more).toEqual([])
  expect([four, six]).toEqual([expect.stringMatching(/^[\d.]+$/), expect.stringMatching(/^[\da-f:]+$/)])
  expect([world.send(four), world.send(six, 80, CLIENT6)]).toEqual(['web', 'web'])
})

test('IPv6 alone', async () => {
  const world = await created(SIX)
  await world.untilReason('web', 'Ready')
  const addresses = await addressesOf(world)
  expect(addresses).toEqual([expect.stringContaining(':')])
  expect(world.send(addresses[0] ?? '', 80, CLIENT6)).toBe('web')
  expect(partsOf(world, 'web', 'forwardingRules').map(({ settings }) => settings['ipVersion'])).toEqual(['IPV6'])
})

test('both families inside the network, in a subnet that has them', async () => {
  const world = await created({ ...DUAL, ...noted({ 'fairlead.dev/scheme': 'internal', 'fairlead.dev/subnets': 'internal' }) })
  await world.untilReason('web', 'Ready')
  const [four = '', six = ''] = await addressesOf(world)
  expect([world.send(four, 80, COLLEAGUE), world.send(six, 80, COLLEAGUE6), world.send(four, 80, CLIENT)]).toEqual([
    'web',
    'web',
    expect.not.stringMatching(/^web$/),
  ])
})

test('a reserved address of each family', async () => {
  const world = await open()
  const six = reserve(world.gcp, 'six', { ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork: world.gcp.cloud.ids.subnetworks['nodes'] ?? '' })
  await world.start()
  await world.cluster.create('web', { ...DUAL, ...noted({ 'fairlead.dev/address-names': 'reserved-1,six' }) }, BOTH)
  await world.untilReason('web', 'Ready')
  expect(await addressesOf(world)).toEqual([world.gcp.cloud.addressOf('reserved-1'), canonical(six)])
  expect(world.send(six, 80, CLIENT6)).toBe('web')
})

test('one family comes and goes: the other keeps its address, and is answered all the time', async () => {
  const world = await created({})
  await world.untilReason('web', 'Ready')
  const [four = ''] = await addressesOf(world)
  world.onWrite = ({ action }) => expect(world.send(four), `after ${action}`).toBe('web')
  await world.cluster.change('web', DUAL)
  await world.until('both are published', async () => (await addressesOf(world)).length === 2)
  await world.pass(60_000)
  await world.cluster.change('web', { spec: { ipFamilyPolicy: 'SingleStack' } })
  await world.until('one is published', async () => (await addressesOf(world)).length === 1)
  await world.pass(600_000)
  expect(await addressesOf(world)).toEqual([four])
  expect(partsOf(world, 'web', 'forwardingRules')).toHaveLength(1)
})

test.for<[what: string, parts: ServiceParts, said: RegExp]>([
  ['IPv6 of the standard tier', { ...DUAL, ...noted({ [TIER]: 'Standard' }) }, /tier/i],
  ['IPv6 inside, in a subnet whose IPv6 is for outside', { ...DUAL, ...noted({ 'fairlead.dev/scheme': 'internal' }) }, /IPv6/],
  ['IPv6 from outside, in a subnet whose IPv6 is for inside', { ...DUAL, ...noted({ 'fairlead.dev/subnets': 'internal' }) }, /IPv6|internal/],
])('%s: refused with what is wrong', async ([, parts, said]) => {
  const world = await created(parts)
  const { message } = readyOf(await world.untilReason('web', 'Invalid')) ?? {}
  expect(message).toMatch(said)
})
