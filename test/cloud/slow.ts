/** A cloud that takes its time. */
import { expect, test } from 'vitest'
import { readyOf } from './cluster.ts'
import type { BaseWorld } from './world.ts'

/** `open`: a world whose writes take long. `mostMs`: of its time, until a Service is ready. */
export function isReadyInTheEnd<W extends BaseWorld>(open: () => Promise<W>, mostMs: number): void {
  test('a Service is ready when its operations have ended, and says meanwhile what is under way', async () => {
    const world = await open()
    await world.start()
    const began = world.clock.now()
    await world.cluster.create('web')
    const seen = new Set<string>()
    await world.until('web is ready', async () => {
      const { reason = '', message = '' } = readyOf(await world.cluster.get('web')) ?? {}
      seen.add(`${reason}: ${message}`)
      return reason === 'Ready'
    })
    expect([...seen].join('\n')).toMatch(/^(Progressing|Waiting): /m)
    expect(world.clock.now() - began).toBeLessThan(mostMs)
    await world.until('it answers', async () => (await world.reach('web')) === 'web')
  })
}
