/** What `fairlead plan` shows is what is done then: all of it, though a cloud names an address only when it has made what is at it. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AskedOf, PlanWorld, WalkParameters } from './plan-walk.ts'

export interface PreviewWorld<Asked> extends PlanWorld<Asked> {
  /** The steps that are shown for all Stacks before anything is done. */
  shown(asked: AskedOf<Asked>): Promise<readonly string[]>
}

export interface PreviewedPlanner<Ask, Asked> {
  /** A new world, in which changes are over at once: while one runs, more steps may be needed. */
  readonly open: () => Promise<PreviewWorld<Asked>>
  readonly asks: fc.Arbitrary<Ask>
  /** Of one Service, on nodes that stay the same. */
  readonly asked: (ask: Ask, published: readonly string[]) => Asked
  /** Whether a step is of what all Services stand on, which may grow for the time between, and shrinks afterwards. */
  readonly isOfAll?: (line: string) => boolean
  /** A step of a change, without what may differ. */
  readonly comparable?: (line: string) => string
}

export function planPreviews<Ask, Asked>(planner: PreviewedPlanner<Ask, Asked>, parameters: WalkParameters): void {
  const { asks, isOfAll = () => false, comparable = (line) => line } = planner

  it('shows every step of a new Service, those of what all Services stand on first', async () => {
    await fc.assert(
      fc.asyncProperty(asks, async (ask) => {
        const { shown, done } = await shownAndDone(planner, undefined, ask)
        expect(shown).toEqual(done)
      }),
      parameters,
    )
  })

  it('shows every step of a change', async () => {
    const own = (lines: readonly string[]): readonly string[] => [...new Set(lines.filter((line) => !isOfAll(line)).map(comparable))].toSorted()
    await fc.assert(
      fc.asyncProperty(asks, asks, async (before, after) => {
        const { shown, done } = await shownAndDone(planner, before, after)
        expect(own(shown)).toEqual(own(done))
        expect(shown.filter((line) => isOfAll(line) && !done.includes(line))).toEqual([])
      }),
      parameters,
    )
  })
}

async function shownAndDone<Ask, Asked>(
  { open, asked }: PreviewedPlanner<Ask, Asked>,
  before: Ask | undefined,
  after: Ask,
): Promise<{ readonly shown: readonly string[]; readonly done: readonly string[] }> {
  const world = await open()
  try {
    if (before !== undefined) await world.run({ web: asked(before, []) })
    const then = { web: asked(after, world.places('web')) }
    const shown = await world.shown(then)
    const lines = await world.run(then)
    return { shown: shown.toSorted(), done: lines.filter((line) => /^(create|update|delete) /.test(line)).toSorted() }
  } finally {
    await world.close?.()
  }
}
