/** AWS takes its time: what a Service waits for is reported, and it ends well. */
import { expect, test } from 'vitest'
import { IMMEDIATE, REALISTIC } from '../../../emulators/aws/index.ts'
import { hostOf, readyOf } from '../cluster.ts'
import { printed } from '../commands.ts'
import { onServer } from './frame.ts'
import { servingWeb } from '../world.ts'
import { looking, type World } from './world.ts'

const open = onServer()
const MINUTE_MS = 60_000

/** All messages that a Service's condition had until it is so. */
async function messagesUntil(world: World, name: string, isSo: () => boolean | Promise<boolean>): Promise<readonly string[]> {
  const messages = new Set<string>()
  await world.until(`${name} is through`, async () => {
    const service = await world.cluster.get(name).catch(() => undefined)
    const ready = service === undefined ? undefined : readyOf(service)
    if (ready !== undefined) messages.add(`${ready.reason}: ${ready.message}`)
    return isSo()
  })
  return [...messages]
}

/** A reservation can be made only when the balancer is active. */
const RESERVED = {
  'fairlead.dev/scheme': 'internet-facing',
  'service.beta.kubernetes.io/aws-load-balancer-minimum-load-balancer-capacity': 'CapacityUnits=2750',
}

test('a balancer is published while AWS still provisions it, and answers when that is done', async () => {
  const world = await servingWeb(open({ delays: REALISTIC }))
  expect(await world.reach('web')).toMatch(/is provisioning/)
  await world.pass(REALISTIC.provisioning)
  await world.until('it answers', async () => (await world.reach('web')) === 'web')
})

test('what can be done only when the balancer is active waits for that', async () => {
  const world = await open({ delays: REALISTIC })
  await world.start()
  const began = world.clock.now()
  await world.cluster.create('web', { annotations: RESERVED })
  const messages = await messagesUntil(world, 'web', () => world.hasReason('web', 'Ready'))
  expect(messages).toContainEqual(
    expect.stringMatching(
      /^Waiting: AWS is still provisioning load balancer \S+, which was created at \d\d:\d\d:\d\d UTC: that usually takes two to four minutes, and what comes next needs it active\. Fairlead checks again automatically within/,
    ),
  )
  const took = world.clock.now() - began
  expect(took).toBeGreaterThanOrEqual(REALISTIC.provisioning)
  expect(took).toBeLessThan(REALISTIC.provisioning + MINUTE_MS)
  expect(await world.reach('web')).toBe('web')
})

test('a balancer that AWS cannot prepare', async () => {
  const world = await open({ delays: REALISTIC })
  await world.start()
  await world.cluster.create('web', { annotations: RESERVED })
  await world.untilReason('web', 'Waiting')
  world.aws.cloud.failLoadBalancer(world.ownedObjects().find(({ kind }) => kind === 'load balancer')?.name ?? '', 'no room in the zone')
  expect(readyOf(await world.untilReason('web', 'Refused'))?.message).toMatch(
    /could not prepare it: no room in the zone; delete it, or the Service, and try again/,
  )
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
})

test('interfaces of a deleted balancer hold the security group', async () => {
  const world = await servingWeb(open({ delays: { ...IMMEDIATE, interfaces: 3 * MINUTE_MS } }))
  const began = world.clock.now()
  await world.cluster.remove('web')
  const messages = await messagesUntil(world, 'web', async () => !(await world.cluster.isThere('web')))
  expect(messages).toContainEqual(expect.stringMatching(/^Waiting: network interfaces still use the security group/))
  expect(world.clock.now() - began).toBeLessThan(4 * MINUTE_MS)
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
})

test('a target group stays in use after its listener is gone: the Service is served, and the group goes later', async () => {
  const world = await open({ delays: { ...IMMEDIATE, targetGroupUse: MINUTE_MS } })
  await world.start()
  const [one, two] = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ]
  await world.cluster.create('web', { spec: { ports: [one, two] } })
  await world.untilReason('web', 'Ready')
  await world.cluster.change('web', { spec: { ports: [two] } })
  const groups = (): number => world.ownedObjects().filter(({ kind }) => kind === 'target group').length
  const messages = await messagesUntil(world, 'web', () => groups() === 1)
  expect(messages.join('\n')).toMatch(/a listener used it a moment ago/)
  expect(await world.reach('web', 81)).toBe('web')
  await world.untilReason('web', 'Ready')
})

test('reserved addresses of a balancer that was just deleted', async () => {
  const world = await open({ delays: { ...IMMEDIATE, interfaces: 2 * MINUTE_MS } })
  await world.start()
  const { publicSubnets, addresses } = world.aws.cloud.ids
  const annotations = { 'fairlead.dev/subnets': publicSubnets.slice(0, 2).join(','), 'fairlead.dev/address-names': addresses.slice(0, 2).join(',') }
  await world.cluster.create('old', { annotations })
  await world.untilReason('old', 'Ready')
  await world.cluster.remove('old')
  await world.until('the old balancer is gone', () => !world.ownedObjects().some(({ kind, name }) => kind === 'load balancer' && name.startsWith('old-')))
  await world.cluster.create('next', { annotations })
  const messages = await messagesUntil(world, 'next', () => world.hasReason('next', 'Ready'))
  expect(messages).toContainEqual(expect.stringMatching(/^Waiting: .*AWS frees the addresses within some minutes/))
  expect(hostOf(await world.cluster.get('next'))).toBeDefined()
  expect(await world.reach('next')).toBe('next')
  await world.gone('old')
})

test('`fairlead plan` says what AWS is still at, and what comes then', async () => {
  const world = await open({ delays: REALISTIC })
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/share': 'edge' } })
  await world.cluster.create('mail', { annotations: { 'fairlead.dev/share': 'edge' }, spec: { ports: [{ name: 'a', port: 25 }] } })
  await world.untilReason('web', 'Ready')
  await world.untilReason('mail', 'Ready')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/share': 'edge', 'fairlead.dev/scheme': 'internal' } })
  await world.untilReason('mail', 'Waiting')
  await world.pass(REALISTIC.provisioning / 2)
  const text = await printed(looking(world), ['plan', 'mail'])
  expect(text).toMatch(/\. waiting \S+\/mail: AWS is still provisioning load balancer \S+, which was created at/)
  expect(text).toMatch(/~ tags \S+: \S+ is published in its place/)
  expect(text).toMatch(/The address changes from \S+ to \S+\.elb\.eu-west-1\.amazonaws\.com\./)
})

test('a plan that is only shown says what it waits for, and is made anew when that is over', async () => {
  const world = await open({ delays: REALISTIC })
  await world.start()
  await world.cluster.create('web', { annotations: RESERVED })
  await world.untilReason('web', 'Waiting')
  await world.cluster.change('web', { annotations: { ...RESERVED, 'fairlead.dev/plan-only': 'true' } })
  const early = readyOf(await world.untilReason('web', 'PlanOnly'))?.message
  expect(early).toMatch(/It would: .*update load balancer capacity .*; wait: AWS is still provisioning load balancer/)
  await world.until('it waits no more', async () => readyOf(await world.cluster.get('web'))?.message.includes('wait:') === false)
  expect(readyOf(await world.cluster.get('web'))?.message).toMatch(/It would: update load balancer capacity/)
})
