/** Backends that AWS does not take, and more of them than a quota allows: they are left out and named, and delay nothing else. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AwsOptions } from '../../../emulators/aws/index.ts'
import { hostOf, readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import { CLIENT } from '../world.ts'
import type { World } from './world.ts'

const open = onServer()
const STRANGER = '198.51.100.77'
const PODS = { annotations: { 'fairlead.dev/targets': 'pods' } }
const OUTSIDE = '203.0.113.7'
const HOUR = 3_600_000

const message = async (world: World, name = 'web'): Promise<string> => readyOf(await world.cluster.get(name))?.message ?? ''
const calls = ({ aws }: World, action: string): number => aws.journal.calls.filter((call) => call.action === action).length

/** Ids of what is registered, by the port of the listener. */
function registered({ aws }: World): Readonly<Record<string, readonly string[]>> {
  const groups = aws.cloud.objects().filter(({ kind, tags }) => kind === 'target group' && 'fairlead.dev/listener' in tags)
  return Object.fromEntries(
    groups.map(({ tags, settings }) => [
      tags['fairlead.dev/listener'] ?? '',
      (settings['targets'] as readonly string[]).map((target) => target.split(/[: ]/)[0] ?? ''),
    ]),
  )
}

describe('a Node whose instance AWS does not know', () => {
  /** The API server is the next world's, too. */
  async function addGhost(world: World): Promise<void> {
    await world.cluster.addGhost({ name: 'ghost', providerId: `aws:///${world.aws.cloud.region}a/i-0123456789abcdef0`, ip: '10.0.64.99' })
    onTestFinished(() => world.cluster.removeNode('ghost').catch(() => undefined))
  }

  test('a new Service is published and says which Node gets no traffic, and the Node is tried at most six times in 40 minutes', async () => {
    const world = await open()
    await addGhost(world)
    await world.start()
    await world.cluster.create('web')
    const web = await world.untilReason('web', 'Ready')
    expect(hostOf(web)).toBeDefined()
    expect(await world.reach('web')).toBe('web')
    expect(await message(world)).toMatch(/Node ghost is left out for 80\/TCP: .*i-0123456789abcdef0/)
    const before = calls(world, 'RegisterTargets')
    await world.pass(40 * 60_000)
    expect(calls(world, 'RegisterTargets') - before).toBeLessThanOrEqual(6)
    expect(readyOf(await world.cluster.get('web'))?.status).toBe('True')
    await world.cluster.removeNode('ghost')
    await world.until('the note is gone', async () => !(await message(world)).includes('ghost'))
  })

  test('a range is closed, a port is added and a Node excluded at once', async () => {
    const world = await open()
    await world.start()
    const ports = (...numbers: readonly number[]) => numbers.map((number) => ({ name: `p${number}`, port: number, protocol: 'TCP' }))
    await world.cluster.create('web', { spec: { ports: ports(80) } })
    await world.untilReason('web', 'Ready')
    await world.pass(60_000)
    await addGhost(world)
    await world.cluster.label('node-a', { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' })
    onTestFinished(() => world.cluster.label('node-a', { 'node.kubernetes.io/exclude-from-external-load-balancers': null }))
    await world.cluster.change('web', { spec: { ports: ports(80, 81), loadBalancerSourceRanges: ['203.0.113.0/24'] } })
    await world.until('the port answers', async () => (await world.reach('web', 81)) === 'web')
    await world.pass(5_000)
    expect([await world.reach('web', 80, CLIENT), (await world.reach('web', 80, STRANGER)) === 'web']).toEqual(['web', false])
    for (const ids of Object.values(registered(world))) expect(ids.toSorted()).toEqual(['i-0000000000000000b', 'i-0000000000000000c'])
  })

  test('a stopped instance is taken when it runs again', async () => {
    const world = await open()
    world.aws.cloud.setInstanceState('i-0000000000000000a', 'stopped')
    await world.start()
    await world.cluster.create('web')
    await world.untilReason('web', 'Ready')
    expect(await message(world)).toMatch(/Node node-a is left out for 80\/TCP: .*not in a running state/)
    world.aws.cloud.setInstanceState('i-0000000000000000a', 'running')
    await world.pass(15 * 60_000)
    expect(await message(world)).not.toContain('node-a')
    expect(registered(world)['80/TCP']).toHaveLength(3)
  })
})

test('pods of which AWS does not take one: the others serve, and when all are replaced those that are gone are out', async () => {
  const world = await open()
  await world.start()
  const spec = { loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] }
  await world.cluster.create('web', { ...PODS, spec }, ['10.244.1.1', '10.244.1.2', OUTSIDE])
  await world.untilReason('web', 'Ready')
  expect(registered(world)['80/TCP']).toEqual(['10.244.1.1', '10.244.1.2'])
  expect(await message(world)).toMatch(/Pod 203\.0\.113\.7 is left out for 80\/TCP: .*not a private address/)
  await world.cluster.pods('web', ['10.244.2.1', '10.244.2.2', OUTSIDE])
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.until('the new pods serve', () => registered(world)['80/TCP']?.includes('10.244.2.2') === true)
  await world.pass(5_000)
  expect(registered(world)['80/TCP']).toEqual(['10.244.2.1', '10.244.2.2'])
  expect(await world.reach('web', 80, STRANGER)).not.toBe('web')
  expect(await world.reach('web')).toBe('web')
})

describe('more targets than a quota allows', () => {
  const pods = (zone: number, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `10.0.${zone * 32}.${100 + i}`)
  const spread = (ids: readonly string[] = []): readonly number[] => [2, 3, 4].map((zone) => ids.filter((id) => id.startsWith(`10.0.${zone * 32}.`)).length)
  const quotas: readonly [what: string, quotas: NonNullable<AwsOptions['quotas']>, fits: readonly number[]][] = [
    ['of a target group', { targetsPerTargetGroup: 6 }, [2, 2, 2]],
    ['of a load balancer', { targetsPerLoadBalancer: 6 }, [2, 2, 2]],
    ['of a zone', { targetsPerZone: 2 }, [2, 2, 2]],
  ]

  test.each(quotas)('%s: as many as fit, in all zones; those that go make room for others', async (_, limits, fits) => {
    const world = await open({ quotas: limits })
    await world.start()
    const all = [...pods(2, 5), ...pods(3, 5), ...pods(4, 5)]
    await world.cluster.create('web', PODS, all)
    await world.untilReason('web', 'Ready')
    const before = registered(world)['80/TCP'] ?? []
    expect(spread(before)).toEqual(fits)
    expect(await message(world)).toMatch(/are left out for 80\/TCP: .*maximum number of targets.*when there is room/)
    // Of those that serve, all in one zone go: pods that were left out come in their place at once.
    const [first = ''] = before
    const gone = new Set(before.filter((id) => id.startsWith(first.slice(0, first.lastIndexOf('.')))))
    const rest = all.filter((id) => !gone.has(id))
    await world.cluster.pods('web', rest)
    await world.until('those that are gone are out', () => registered(world)['80/TCP']?.some((id) => gone.has(id)) === false)
    await world.pass(5_000)
    expect(registered(world)['80/TCP']).toHaveLength(6)
    await world.cluster.pods('web', all.slice(0, 2))
    await world.until('fewer than the quota', async () => !(await message(world)).includes('left out'))
    expect(registered(world)['80/TCP']).toEqual(all.slice(0, 2))
  })

  test('at rest it costs few calls', async () => {
    const world = await open({ quotas: { targetsPerTargetGroup: 6 } })
    await world.start()
    await world.cluster.create('web', PODS, [...pods(2, 5), ...pods(3, 5)])
    await world.untilReason('web', 'Ready')
    const before = calls(world, 'RegisterTargets')
    await world.pass(HOUR)
    expect(calls(world, 'RegisterTargets') - before).toBeLessThanOrEqual(9 * 4)
    expect(registered(world)['80/TCP']).toHaveLength(6)
  })
})
