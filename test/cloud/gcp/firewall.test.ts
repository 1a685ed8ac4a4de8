/** Who may come: what no range names stays out, also of the other family, also of another port, and also where other rules of the network let it in. */
import { expect, test } from 'vitest'
import { hostOf } from '../cluster.ts'
import { port, STRANGER } from '../live-changes.ts'
import { CLIENT } from '../world.ts'
import { insert } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
const BOTH = ['10.244.1.1', 'fd00:244::1']
const CLIENT6 = '2001:db8:c::5'
const STRANGER6 = '2001:db8:d::5'
const COLLEAGUE = '10.0.200.9'

/** As the default network of a project has it: all that is inside reaches all. */
function openInside({ gcp }: World): void {
  insert(gcp, 'firewalls', {
    name: 'default-allow-internal',
    network: gcp.cloud.ids.network,
    priority: 65_534,
    allowed: [{ IPProtocol: 'all' }],
    sourceRanges: ['10.128.0.0/9', '10.0.0.0/9'],
  })
}

test('ranges of one family open nothing to the other', async () => {
  const world = await open()
  await world.start()
  await world.cluster.create('web', { spec: { ipFamilyPolicy: 'RequireDualStack', loadBalancerSourceRanges: ['203.0.113.0/24'] } }, BOTH)
  await world.untilReason('web', 'Ready')
  const [four = '', six = ''] = await addressesOf(world)
  expect([world.send(four), world.send(four, 80, STRANGER)]).toEqual(['web', expect.not.stringMatching(/^web$/)])
  expect([world.send(six, 80, CLIENT6), world.send(six, 80, STRANGER6)]).not.toContain('web')
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['2001:db8:c::/48'] } })
  await world.until('the other family is open', () => world.send(six, 80, CLIENT6) === 'web')
  await world.pass(60_000)
  expect([world.send(four), world.send(six, 80, STRANGER6)]).not.toContain('web')
})

test('a port has its own ranges; those of the Service hold for the others', async () => {
  const world = await open()
  await world.start()
  await world.cluster.create('web', {
    annotations: { 'fairlead.dev/source-ranges.81': '198.51.100.0/24' },
    spec: { ports: [port(80), port(81)], loadBalancerSourceRanges: ['203.0.113.0/24'] },
  })
  await world.untilReason('web', 'Ready')
  const who = async (from: string) => [(await world.reach('web', 80, from)) === 'web', (await world.reach('web', 81, from)) === 'web']
  expect([await who(CLIENT), await who(STRANGER), await who('192.0.2.1')]).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ])
})

test('another rule of the network that lets all inside in does not let them past the ranges of a Service', async () => {
  const world = await open()
  openInside(world)
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/scheme': 'internal' }, spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } })
  await world.untilReason('web', 'Ready')
  expect([await world.reach('web', 80, COLLEAGUE), await world.reach('web', 80, '10.0.201.9')]).toEqual(['web', expect.not.stringMatching(/^web$/)])
  expect(partsOf(world, 'web', 'firewalls').map(({ settings }) => [settings['priority'], 'denied' in settings])).toEqual(
    expect.arrayContaining([
      [999, false],
      [1_000, true],
    ]),
  )
})

test('what denies is made after what allows, and taken away before it: traffic never stops', async () => {
  const world = await open()
  openInside(world)
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.untilReason('web', 'Ready')
  const host = hostOf(await world.cluster.get('web')) ?? ''
  const check = ({ action }: { readonly action: string }) => expect(world.send(host, 80, COLLEAGUE), `after ${action}`).toBe('web')
  world.onWrite = check
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } })
  await world.until('others are out', () => world.send(host, 80, '10.0.201.9') !== 'web')
  await world.pass(60_000)
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: null } })
  await world.until('all are in', () => world.send(host, 80, '10.0.201.9') === 'web')
  await world.pass(60_000)
  expect(partsOf(world, 'web', 'firewalls').filter(({ settings }) => 'denied' in settings)).toEqual([])
})

test('no rule of a Service is for another address, nor for machines that are no nodes', async () => {
  const world = await open()
  world.gcp.cloud.addMachine({ name: 'database', tags: ['database'] })
  await world.start()
  await world.cluster.create('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.untilReason('web', 'Ready')
  const rules = partsOf(world, 'web', 'firewalls')
  expect(rules).not.toEqual([])
  for (const { settings } of rules) expect(settings).toMatchObject({ destinationRanges: [expect.any(String)], targetTags: [world.gcp.cloud.ids.nodeTag] })
})
