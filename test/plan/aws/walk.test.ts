/** Whatever is wished for, in whatever order, and wherever a process ends: what is planned is what AWS takes, it settles, and nothing is left over. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asks } from './random-wishes.ts'
import { effect, leftOver, type Moment, moments, Walk } from './walk.ts'

interface Trouble {
  readonly after: number
  readonly isRestart: boolean
}

const troubles = fc.record({ after: fc.nat({ max: 14 }), isRestart: fc.boolean() })
const RUNS = 40
/** One that repeats: whoever looks for new cases takes others, and more runs. */
const SEED = 1

describe('a Stack on its walk', () => {
  it('of one owner: settles after every wish, also when a process ends midway, and leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ moment: moments, trouble: troubles }), { minLength: 1, maxLength: 5 }), (steps) => {
        const walk = new Walk()
        for (const { moment, trouble } of steps) stumble(walk, { web: moment }, trouble)
        walk.settle({ web: { kind: 'gone' } })
        expect(leftOver(walk)).toEqual([])
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })

  it('of two owners that share a load balancer', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ web: moments, dns: moments, trouble: troubles }), { minLength: 1, maxLength: 4 }), (steps) => {
        const walk = new Walk('default/edge')
        for (const { web, dns, trouble } of steps) stumble(walk, { web, dns }, trouble)
        walk.settle({ web: { kind: 'gone' }, dns: { kind: 'gone' } })
        expect(leftOver(walk)).toEqual([])
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })

  it('ends where a fresh start would have ended', () => {
    fc.assert(
      fc.property(asks, asks, troubles, (before, after, trouble) => {
        const last = { ...after, scheme: 'internal', schemeIsExplicit: true, subnets: ['subnet-a', 'subnet-b'], addressNames: [] } as const
        const [lived, fresh] = [new Walk(), new Walk()]
        stumble(lived, { web: { kind: 'want', ask: before } }, trouble)
        const told = lived.settle({ web: { kind: 'want', ask: last } })
        fc.pre(!told.some((line) => line.startsWith('refused')))
        fresh.settle({ web: { kind: 'want', ask: last } })
        expect(effect(lived)).toEqual(effect(fresh))
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })
})

/** A process that ends after some steps, and the next one, which knows what is listed. */
function stumble(walk: Walk, moment: Readonly<Record<string, Moment>>, { after, isRestart }: Trouble): void {
  walk.world.run(walk.told(moment), after)
  if (isRestart) walk.world.restart()
  walk.settle(moment)
}
