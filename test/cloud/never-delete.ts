/** `--never-delete` keeps what Services that go had, while others change and come. */
import { expect, test } from 'vitest'
import { STRANGER } from './live-changes.ts'
import type { BaseWorld } from './world.ts'

/** `partsOf`: what a Service has, as it is compared. */
export function neverDeletes<W extends BaseWorld>(
  open: () => Promise<W>,
  partsOf: (world: W, service: { readonly name: string; readonly uid: string }) => readonly unknown[],
): void {
  test('with --never-delete source ranges follow, and all of a deleted Service stays while others come', { timeout: 120_000 }, async () => {
    const world = await open()
    await world.start({ neverDelete: true })
    await world.cluster.create('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] } })
    await world.cluster.create('shop')
    await world.untilReason('web', 'Ready')
    await world.untilReason('shop', 'Ready')
    await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
    await world.pass(60_000)
    expect(await world.reach('web', 80, STRANGER)).not.toBe('web')
    expect(await world.reach('web')).toBe('web')
    const { uid } = (await world.cluster.get('shop')).metadata
    const before = partsOf(world, { name: 'shop', uid })
    expect(before).not.toEqual([])
    await world.cluster.remove('shop')
    await world.untilReason('shop', 'Protected')
    await world.cluster.create('late')
    await world.untilReason('late', 'Ready')
    await world.pass(60_000)
    expect(partsOf(world, { name: 'shop', uid })).toEqual(before)
  })
}
