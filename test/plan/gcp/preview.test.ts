/**
 * What `fairlead plan` shows is what is done then: all of it, though Google names an address only when it has made what is at it. Where changes take their time, a
 * firewall rule may be changed in more steps.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { IMMEDIATE } from '../../../emulators/gcp/index.ts'
import { walkParameters } from '../../cloud/plan-walk.ts'
import { type GcpWorld, openGcpWorld, type Reported } from './gcp-world.ts'
import { asks, type GcpAsk, nodes, want } from './random-asks.ts'

const ON = nodes(1, 2)
const asked = (ask: GcpAsk, published: readonly string[] = []): { readonly web: Reported } => ({ web: { want: want({ ...ask, on: ON }), published } })

async function shownAndDone(before: GcpAsk | undefined, after: GcpAsk): Promise<{ readonly shown: readonly string[]; readonly done: readonly string[] }> {
  const world: GcpWorld = await openGcpWorld(IMMEDIATE)
  try {
    if (before !== undefined) await world.run(asked(before))
    const then = asked(after, world.places('web'))
    const shown = await world.shown(then)
    const lines = await world.run(then)
    return { shown: shown.toSorted(), done: lines.filter((line) => /^(create|update|delete) /.test(line)).toSorted() }
  } finally {
    await world.close?.()
  }
}

/** Of what all Services stand on. */
const isOfAll = (line: string): boolean => line.includes('-nodes-')

const parameters = walkParameters(15)

it('shows every step of a new Service, those of what all Services stand on first', async () => {
  await fc.assert(
    fc.asyncProperty(asks, async (ask) => {
      const { shown, done } = await shownAndDone(undefined, ask)
      expect(shown).toEqual(done)
    }),
    parameters,
  )
})

it('shows every step of a change', async () => {
  await fc.assert(
    fc.asyncProperty(asks, asks, async (before, after) => {
      const { shown, done } = await shownAndDone(before, after)
      // A firewall rule may be changed once more, or go and come back, while what it is about goes.
      const own = (lines: readonly string[]): readonly string[] =>
        [...new Set(lines.filter((line) => !isOfAll(line)).map((line) => line.replace(/^\w+ (?=firewall)/, '')))].toSorted()
      expect(own(shown)).toEqual(own(done))
      // What all stand on may grow for the time between, and shrinks afterwards.
      expect(shown.filter((line) => isOfAll(line) && !done.includes(line))).toEqual([])
    }),
    parameters,
  )
})
