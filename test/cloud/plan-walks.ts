/** Whatever is asked for, in whatever order, and wherever a process ends: what is planned is what the cloud takes, it settles, and nothing is left over. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Moment, type PlanWalk, type PlanWorld, troubles, type WalkParameters } from './plan-walk.ts'

export interface WalkedPlanner<Ask, Backends, Asked, World extends PlanWorld<Asked>> {
  /** A new world; with a key, all Services share what can be shared. */
  readonly open: (share?: string) => PlanWalk<Ask, Backends, Asked, World> | Promise<PlanWalk<Ask, Backends, Asked, World>>
  readonly asks: fc.Arbitrary<Ask>
  readonly moments: fc.Arbitrary<Moment<Ask, Backends>>
  /** The same with what a fresh start would give and a life before may not: of two choices the one that does not depend on what was there. */
  readonly decided: (ask: Ask) => Ask
  /** Names of all that is there. */
  readonly leftOver: (walk: PlanWalk<Ask, Backends, Asked, World>) => readonly string[]
  /** What there really is, in words that do not depend on how it came to be. */
  readonly effect: (walk: PlanWalk<Ask, Backends, Asked, World>) => unknown
}

const SHARE = 'default/edge'
const GONE = { kind: 'gone' } as const

export function planWalks<Ask, Backends, Asked, World extends PlanWorld<Asked>>(
  { open, asks, moments, decided, leftOver, effect }: WalkedPlanner<Ask, Backends, Asked, World>,
  run: WalkParameters,
): void {
  const opened = new Set<World>()
  const start = async (share?: string): Promise<PlanWalk<Ask, Backends, Asked, World>> => {
    const walk = await open(share)
    opened.add(walk.world)
    return walk
  }
  const closeAll = async (): Promise<void> => {
    for (const world of opened) await world.close?.()
    opened.clear()
  }
  describe('a Stack on its walk', () => {
    it('of one owner: settles after every request, also when a process ends midway, and leaves nothing', async () => {
      await fc.assert(
        fc
          .asyncProperty(fc.array(fc.record({ moment: moments, trouble: troubles }), { minLength: 1, maxLength: 5 }), async (steps) => {
            const walk = await start()
            for (const { moment, trouble } of steps) await walk.stumble({ web: moment }, trouble)
            await walk.settle({ web: GONE })
            expect(leftOver(walk)).toEqual([])
          })
          .afterEach(closeAll),
        run,
      )
    })

    it('of two owners that share a load balancer', async () => {
      await fc.assert(
        fc
          .asyncProperty(fc.array(fc.record({ web: moments, dns: moments, trouble: troubles }), { minLength: 1, maxLength: 4 }), async (steps) => {
            const walk = await start(SHARE)
            for (const { web, dns, trouble } of steps) await walk.stumble({ web, dns }, trouble)
            await walk.settle({ web: GONE, dns: GONE })
            expect(leftOver(walk)).toEqual([])
          })
          .afterEach(closeAll),
        run,
      )
    })

    it('ends where a fresh start would have ended', async () => {
      await fc.assert(
        fc
          .asyncProperty(asks, asks, troubles, async (before, after, trouble) => {
            const last = { kind: 'want', ask: decided(after) } as const
            const [lived, fresh] = [await start(), await start()]
            await lived.stumble({ web: { kind: 'want', ask: before } }, trouble)
            const lines = await lived.settle({ web: last })
            fc.pre(!lines.some((line) => line.startsWith('refused')))
            await fresh.settle({ web: last })
            expect(effect(lived)).toEqual(effect(fresh))
          })
          .afterEach(closeAll),
        run,
      )
    })
  })
}
