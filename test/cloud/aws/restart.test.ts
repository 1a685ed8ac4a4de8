/** A start after another process, of which no Lease tells when it ended. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
const SERVICES = ['one', 'two', 'three', 'four']
const NODE_PORTS = { 'fairlead.dev/targets': 'nodes' }

/** How often each action was called since, for a look in full at Stacks or for anything else. */
function readsSince({ aws }: World, mark: number, isLook: boolean): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { kind, action, cause } of aws.journal.since(mark)) {
    if (kind === 'read' && (cause?.startsWith('inspect') === true) === isLook) counts[action] = (counts[action] ?? 0) + 1
  }
  return counts
}

async function served(world: World): Promise<void> {
  const first = await world.start()
  for (const name of SERVICES) await world.cluster.create(name, { annotations: NODE_PORTS })
  for (const name of SERVICES) await world.untilReason(name, 'Ready')
  await world.rest()
  await first.stop()
}

test('costs the pages of the inventory and one read for each target group, and then a look in full whose pages all Stacks share', async () => {
  const world = await open()
  await served(world)
  const mark = world.aws.journal.mark
  await world.start()
  await world.rest()
  const { DescribeTargetHealth: groups, ...pages } = readsSince(world, mark, false)
  expect(groups).toBe(SERVICES.length)
  expect(Object.values(pages).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(10)
  expect(readsSince(world, mark, true), 'at once').toEqual({})
  await world.pass(5 * 60_000)
  expect(readsSince(world, mark, true)).toMatchObject({
    DescribeSecurityGroups: 1,
    GetResources: 1,
    DescribeLoadBalancers: 1,
    DescribeTargetGroups: 1,
    DescribeTags: 1,
  })
  expect(world.aws.journal.since(mark).filter(({ kind }) => kind === 'write')).toEqual([])
})

test('finds what joined and what left the backends while no process ran, without calling it a repair', async () => {
  const world = await open()
  const first = await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/targets': 'pods' } })
  await world.cluster.pods('web', ['10.244.1.7', '10.244.1.8'])
  await world.untilReason('web', 'Ready')
  await world.until('both pods are registered', () => targets(world).length === 2)
  await world.rest()
  await first.stop()
  await world.cluster.pods('web', ['10.244.1.8', '10.244.1.9'])
  await world.start()
  await world.until('the pods that are there are registered', () => targets(world).join() === '10.244.1.8:8080,10.244.1.9:8080')
  await world.rest()
  expect((await world.cluster.events('web')).map(({ reason }) => reason)).not.toContain('Repaired')
})

function targets(world: World): readonly string[] {
  return world
    .ownedObjects()
    .flatMap(({ kind, settings }) => (kind === 'target group' ? (settings['targets'] as readonly string[]) : []))
    .toSorted()
}
