/** Load balancers whose Service does not exist: found, kept for a grace time, and deleted then or on request. */
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { SkippingClock } from './skipping-clock.ts'
import { againstServers } from './support.ts'
import type { Process, World } from './world.ts'

const MINUTE = 60_000

/** A Service leaves while no controller runs, and nobody waits for its finalizer. */
async function orphan(world: World, name: string, before: Process): Promise<void> {
  await world.reported(name, 'NoBackends')
  await before.kill()
  await world.patch(name, { metadata: { finalizers: null } })
  await world.remove(name)
  await world.gone(name)
}

againstServers('orphans', (world) => {
  const shared = { metadata: { annotations: { 'fairlead.dev/share': 'edge' } } }
  const isDeleted = (): Promise<void> => until(() => world().cloud.addresses.length === 0 && world().cloud.rules.length === 0)

  test('one is kept for the grace time after it was first seen, counted and listed as long, and then deleted', async () => {
    await world().create('web')
    await orphan(world(), 'web', await world().start())
    const clock = new SkippingClock()
    const process = await world().start({}, { clock })
    await process.controller.idle()
    const [listed, ...others] = process.controller.orphans() ?? []
    expect(others).toEqual([])
    expect(listed).toMatchObject({ provider: 'memory', namespace: world().namespace, name: 'web', state: 'waiting' })
    expect(listed?.addresses).toHaveLength(1)
    expect(Date.parse(listed?.deletedAt ?? '') - Date.parse(listed?.firstSeen ?? '')).toBe(60 * MINUTE)
    expect(process.warnings).toEqual([
      'found 1 load balancer whose Service does not exist. Deleted in 1 h. `fairlead orphans` lists them, `fairlead orphans --delete` deletes them at once',
    ])
    clock.skip(59 * MINUTE)
    await process.controller.idle()
    expect({ rules: world().cloud.rules.length, gauge: process.orphanGauge() }).toEqual({ rules: 1, gauge: 1 })
    clock.skip(2 * MINUTE)
    await isDeleted()
    await process.controller.idle()
    expect({ gauge: process.orphanGauge(), listed: process.controller.orphans(), warnings: process.warnings.length }).toEqual({
      gauge: 0,
      listed: [],
      warnings: 1,
    })
    await process.stop()
  })

  test('a restart counts the grace time again', async () => {
    await world().create('web')
    await orphan(world(), 'web', await world().start())
    const first = new SkippingClock()
    const before = await world().start({}, { clock: first })
    first.skip(40 * MINUTE)
    await before.stop()
    const clock = new SkippingClock()
    const process = await world().start({}, { clock })
    clock.skip(40 * MINUTE)
    await process.controller.idle()
    expect(world().cloud.rules).toHaveLength(1)
    clock.skip(21 * MINUTE)
    await isDeleted()
    await process.stop()
  })

  test('a grace time of 0 deletes at once, and one without end keeps', async () => {
    await world().create('web')
    await orphan(world(), 'web', await world().start())
    const clock = new SkippingClock()
    const keeping = await world().start({ orphanGraceMs: Number.POSITIVE_INFINITY }, { clock })
    clock.skip(30 * 24 * 60 * MINUTE)
    await keeping.controller.idle()
    expect(keeping.controller.orphans()).toMatchObject([{ name: 'web', state: 'kept', deletedAt: null }])
    await keeping.stop()
    const process = await world().start({ orphanGraceMs: 0 })
    await isDeleted()
    await process.stop()
  })

  test('a request deletes the one it names at once, and no other', async () => {
    await world().create('web')
    await world().create('shop')
    const before = await world().start()
    await world().reported('shop', 'NoBackends')
    await orphan(world(), 'web', before)
    await world().patch('shop', { metadata: { finalizers: null } })
    await world().remove('shop')
    const process = await world().start()
    await process.controller.idle()
    const uid = process.controller.orphans()?.find(({ name }) => name === 'web')?.uid ?? ''
    process.controller.deleteOrphans(['a uid of nothing', uid])
    await until(() => process.controller.orphans()?.length === 1)
    await process.controller.idle()
    expect(process.controller.orphans()).toMatchObject([{ name: 'shop', state: 'waiting' }])
    expect(process.orphanGauge()).toBe(1)
    await process.stop()
  })

  test('a request does nothing to a Service that exists', async () => {
    const process = await world().start()
    await world().create('web')
    const { metadata } = await world().reported('web', 'NoBackends')
    process.controller.deleteOrphans([metadata.uid])
    await process.controller.idle()
    expect(world().cloud.rules).toHaveLength(1)
    await process.stop()
  })

  test('other Services of the same Stack are served as ever, and serve on when the orphan is deleted', async () => {
    await world().create('web', shared)
    await world().create('shop', { ...shared, spec: { ports: [{ port: 81, protocol: 'TCP' }] } })
    const before = await world().start()
    await world().reported('shop', 'NoBackends')
    await orphan(world(), 'web', before)
    const clock = new SkippingClock()
    const process = await world().start({}, { clock })
    await world().endpoints('shop', ['10.1.0.1'])
    await world().reported('shop', 'Ready')
    expect(await world().reach('shop', 81)).toBe('node')
    expect(process.controller.orphans()).toMatchObject([{ name: 'web' }])
    const rules = world().cloud.rules.length
    clock.skip(61 * MINUTE)
    await until(() => process.controller.orphans()?.length === 0)
    await process.controller.idle()
    expect(world().cloud.rules.length).toBe(rules - 1)
    expect(await world().reach('shop', 81)).toBe('node')
    await process.stop()
  })

  test('a Service that this process saw leave is not an orphan, also when its finalizer was removed by hand', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { metadata: { finalizers: null } })
    await world().remove('web')
    await isDeleted()
    expect(process.controller.orphans()).toEqual([])
    await process.stop()
  })

  test('a Service that was being deleted when the process before was killed goes at once', async () => {
    const first = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await first.kill()
    await world().remove('web')
    const process = await world().start()
    await world().gone('web')
    await isDeleted()
    expect(process.warnings.filter((warning) => warning.startsWith('found'))).toEqual([])
    await process.stop()
  })
})
