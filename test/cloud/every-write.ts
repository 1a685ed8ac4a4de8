/** One write of a Service's life goes wrong, whichever it is; then the Service is kept, or deleted. */
import { expect, test } from 'vitest'
import type { Trouble } from '../../emulators/cloud/faults.ts'
import type { BaseWorld } from './world.ts'

/** What happens at one write: an answer of the cloud that says too little, or the end of the process while it waits for the answer. */
export type Mishap = Exclude<Trouble, object> | 'killed'
export type Deed = 'create' | 'change' | 'delete'
export type Fate = 'kept' | 'deleted'

/** One cloud, as its real delays are, and what the tests cannot know of it. */
export interface Subject<W extends BaseWorld> {
  /** A world whose lists lag behind, whose balancers take minutes, and where what was deleted is in use for some time. */
  readonly open: () => Promise<W>
  /** What the cluster's own machines let in: after the end of a Service it is what it was before. */
  readonly rulesOfNodes: (world: W) => readonly string[]
  /** Annotations that come with a change. */
  readonly changed: Readonly<Record<string, string>>
  /** What is left, without what differs from one namespace to the next. */
  readonly shapeOf: (world: W) => readonly string[]
}

const PORTS = [{ name: 'a', port: 80, nodePort: 30_080 }]
const MORE_PORTS = [
  { name: 'b', port: 443, nodePort: 30_443 },
  { name: 'c', port: 53, nodePort: 30_053, protocol: 'UDP' },
]

async function play<W extends BaseWorld>(subject: Subject<W>, story: Story): Promise<Ending> {
  const world = await subject.open()
  try {
    return await playIn(subject, world, story)
  } finally {
    await world.close()
  }
}

async function playIn<W extends BaseWorld>({ rulesOfNodes, shapeOf, changed }: Subject<W>, world: W, { deed, mishap, at, fate }: Story): Promise<Ending> {
  await world.start()
  const nodeRules = rulesOfNodes(world)
  if (deed !== 'create') await create(world)
  const isStruck = arm(world, mishap, at)
  if (deed === 'create') await world.cluster.create('web', { spec: { ports: PORTS } })
  else if (deed === 'change') await change(world, changed)
  else await world.cluster.remove('web')
  if (deed !== 'delete') {
    const isEarly = (): boolean => fate === 'deleted' && isStruck()
    await goOn(world, 'as asked for', async () => isEarly() || (await isOver(world, deed)))
    if (fate === 'deleted') {
      // Trouble at the writes of a deletion is another story.
      world.befalls = () => undefined
      world.onWrite = () => {}
      await world.cluster.remove('web')
    }
  }
  const isGone = deed === 'delete' || fate === 'deleted'
  if (isGone) await goOn(world, 'gone', async () => !(await world.cluster.isThere('web')))
  // What is asked for may be there before the last write, which the process may not outlive.
  await world.pass(60_000)
  await goOn(world, 'a process', () => Promise.resolve(true))
  await world.pass(20 * 60_000)
  const mark = world.emulator.journal.mark
  await world.pass(3_600_000)
  expect(
    world.emulator.journal.since(mark).filter(({ kind }) => kind === 'write'),
    'at rest',
  ).toEqual([])
  if (isGone) expect(rulesOfNodes(world)).toEqual(nodeRules)
  return { isStruck: isStruck(), shape: shapeOf(world) }
}

interface Story {
  readonly deed: Deed
  /** Absent: all goes well. */
  readonly mishap?: Mishap
  /** Which write it is, from 1 on. */
  readonly at: number
  readonly fate: Fate
}

interface Ending {
  /** False: there were not so many writes. */
  readonly isStruck: boolean
  /** What is left, without what differs from one namespace to the next. */
  readonly shape: readonly string[]
}

/** Lets the write with this number, counted from now, go wrong. Answers whether it did. */
function arm(world: BaseWorld, mishap: Mishap | undefined, at: number): () => boolean {
  let writes = 0
  let isStruck = false
  world.befalls = () => {
    writes += 1
    if (mishap === undefined || writes !== at) return undefined
    isStruck = true
    return mishap === 'killed' ? undefined : mishap
  }
  world.onWrite = () => {
    if (mishap === 'killed' && isStruck && writes === at) for (const process of world.alive()) process.strike()
  }
  return () => isStruck
}

/** Waits until it is so. After the end of a process another one begins when the Lease of the first has run out. */
async function goOn(world: BaseWorld, what: string, isSo: () => Promise<boolean>): Promise<void> {
  await world.until(what, async () => {
    if (world.alive().length === 0) {
      await world.clock.advance(LEASE_MS)
      await world.start()
    }
    return isSo()
  })
}

const LEASE_MS = 15_000

async function create(world: BaseWorld): Promise<void> {
  await world.cluster.create('web', { spec: { ports: PORTS } })
  await world.untilReason('web', 'Ready')
  await world.pass(10 * 60_000)
}

/** A port goes, two come, fewer may come, and settings of the cloud's own change. */
async function change(world: BaseWorld, annotations: Readonly<Record<string, string>>): Promise<void> {
  await world.cluster.change('web', {
    spec: { ports: MORE_PORTS, loadBalancerSourceRanges: ['203.0.113.0/24'] },
    annotations,
  })
}

async function isOver(world: BaseWorld, deed: Deed): Promise<boolean> {
  if (deed === 'delete') return !(await world.cluster.isThere('web'))
  const port = deed === 'create' ? 80 : 443
  return (await world.reach('web', port)) === 'web' && (await world.hasReason('web', 'Ready'))
}

/** Plays the story once for each of its writes; returns how many there were. */
async function everyWrite<W extends BaseWorld>(subject: Subject<W>, story: Omit<Story, 'at'>): Promise<number> {
  const { mishap: _, ...calm } = story
  const { shape } = await play(subject, { ...calm, at: 0 })
  for (let at = 1; ; at++) {
    const ending = await play(subject, { ...story, at })
    if (!ending.isStruck) return at - 1
    expect(ending.shape, `${story.mishap} at write ${at}`).toEqual(shape)
  }
}

/** What may become of a Service at whose writes something goes wrong. */
export const EVERY_STORY: readonly (readonly [Deed, Fate])[] = [
  ['create', 'kept'],
  ['create', 'deleted'],
  ['change', 'kept'],
  ['change', 'deleted'],
  ['delete', 'deleted'],
]

/** `fewest`: that many writes go wrong in each story, one at a time; fewer would mean that the story is another one than is meant. */
export function mishapAtEveryWrite<W extends BaseWorld>(
  subject: Subject<W>,
  mishap: Mishap,
  { stories = EVERY_STORY, fewest = 2 }: { readonly stories?: typeof EVERY_STORY; readonly fewest?: number } = {},
): void {
  test.for(stories)(`${mishap} at any write of a %s, and the Service %s: nothing leaks, nothing twice`, { timeout: 300_000 }, async ([deed, fate]) => {
    expect(await everyWrite(subject, { deed, mishap, fate })).toBeGreaterThanOrEqual(fewest)
  })
}
