/** Damage by hand: found by the next inventory at the cost of its pages; repaired, and reported. What is not ours stays as it is. */
import { expect, test } from 'vitest'
import type { BaseWorld } from './world.ts'

export const HOUR_MS = 3_600_000
const NEVER_MS = 1_000 * HOUR_MS

export interface Damage<W extends BaseWorld> {
  readonly what: string
  readonly hurt: (world: W) => void
  /** The calls that put it right. */
  readonly repair: readonly string[]
  /** Reads beside the pages of an inventory: what no list shows any more is looked for by its name. */
  readonly looks?: readonly string[]
  /** Whether a client notices. */
  readonly isFelt: boolean
  /** Whether a neighbour is hurt too, because they share what is damaged. Default false. */
  readonly isShared?: boolean
  /** Whether it is repaired in the base, whose repairs are no Service's event. Default false. */
  readonly isOfBase?: boolean
}

/** Two Services, of which the first gets hurt. */
export async function served<W extends BaseWorld>(open: () => Promise<W>, { annotations = {}, spec = {}, inspectionMs = NEVER_MS }: Serving = {}): Promise<W> {
  const world = await open()
  await world.start({ inspectionMs })
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ]
  await world.cluster.create('web', { spec: { ports, ...spec }, annotations })
  await world.cluster.create('neighbour')
  await world.untilReason('web', 'Ready')
  await world.untilReason('neighbour', 'Ready')
  await world.rest()
  return world
}

export interface Serving {
  readonly annotations?: Readonly<Record<string, string>>
  /** Of the first. Default: two ports. */
  readonly spec?: object
  readonly inspectionMs?: number
}

export function calls(world: BaseWorld, mark: number, kind: 'read' | 'write'): readonly string[] {
  return world.emulator.journal
    .since(mark)
    .filter((call) => call.kind === kind)
    .map(({ action }) => action)
    .toSorted()
}

/** Reads of one inventory of an undamaged world. */
export async function pagesOf(world: BaseWorld): Promise<readonly string[]> {
  const { mark } = world.emulator.journal
  await world.pass(HOUR_MS)
  expect(calls(world, mark, 'write')).toEqual([])
  return calls(world, mark, 'read')
}

export async function reasons(world: BaseWorld, name: string): Promise<readonly string[]> {
  return (await world.cluster.events(name)).map(({ reason }) => reason)
}

export function damages<W extends BaseWorld>(open: () => Promise<W>, all: readonly Damage<W>[], serving: Serving = {}): void {
  test.for(all)(
    '$what: the next inventory finds it, for no call more than its pages and the repair',
    async ({ hurt, repair, looks = [], isFelt, isShared = false, isOfBase = false }) => {
      const world = await served(open, serving)
      const pages = await pagesOf(world)
      const owned = world.owned()
      hurt(world)
      const foreign = world.foreign()
      expect((await world.reach('web')) !== 'web').toBe(isFelt)
      const { mark } = world.emulator.journal
      await world.pass(HOUR_MS)
      await world.until('web answers', async () => (await world.reach('web')) === 'web')
      await world.until('it is reported', async () => isOfBase || (await reasons(world, 'web')).includes('Repaired'))
      expect(calls(world, mark, 'write')).toEqual(repair)
      expect(calls(world, mark, 'read')).toEqual([...pages, ...looks].toSorted())
      expect(world.owned()).toEqual(owned)
      expect(world.foreign()).toEqual(foreign)
      expect((await reasons(world, 'neighbour')).includes('Repaired')).toBe(isShared)
    },
  )
}
