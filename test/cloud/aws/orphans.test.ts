/** A Service leaves while no process runs and nothing waits for its finalizer: its part of the cloud is kept for the grace time, by virtual time. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'

const open = onServer()
const MINUTE_MS = 60_000

test('an orphan beside a Service that shares the base: kept whole for the grace time, then nothing of it is left', async () => {
  const world = await open()
  const first = await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.rest()
  const owned = world.ownedObjects().flatMap(({ name, id }) => (/-web-/.test(name) ? [id] : []))
  expect(owned.length).toBeGreaterThan(0)
  first.strike()
  await world.server.user('PATCH', `/api/v1/namespaces/${world.cluster.namespace}/services/web`, { metadata: { finalizers: null } })
  await world.cluster.remove('web')

  const second = await world.start()
  await world.cluster.create('neighbour')
  await world.untilReason('neighbour', 'Ready')
  await world.rest()
  const served = await world.reach('neighbour')
  const [orphan, ...others] = second.controller.orphans() ?? []
  expect(others).toEqual([])
  expect(orphan).toMatchObject({ provider: 'aws', name: 'web', state: 'waiting', addresses: [expect.stringMatching(/amazonaws\.com$/)] })
  expect(orphan?.holds).toEqual(['load balancer', 'security group', 'target group'].map((kind) => expect.stringMatching(new RegExp(`^${kind} .*web-`))))
  await world.pass(50 * MINUTE_MS)
  expect(world.ownedObjects().map(({ id }) => id)).toEqual(expect.arrayContaining(owned))
  expect(world.send(orphan?.addresses[0] ?? ''), 'packets get through to the node, which has no such node port any more').toMatch(/^nothing answers at i-/)
  await world.pass(20 * MINUTE_MS)
  await world.until('nothing of the orphan is left', () => second.controller.orphans()?.length === 0)
  await world.rest()
  expect(world.ownedObjects().filter(({ name }) => /-web-/.test(name))).toEqual([])
  expect(await world.reach('neighbour')).toBe(served)
})
