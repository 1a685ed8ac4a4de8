/** One write of a Service's life goes wrong, whichever it is; then the Service is kept, or deleted. */
import { expect } from 'vitest'
import { type AwsOptions, REALISTIC, type Trouble } from '../../emulators/aws/index.ts'
import type { World } from './world.ts'

/** What happens at one write: an answer of AWS that says too little, or the end of the process while it waits for the answer. */
export type Mishap = Exclude<Trouble, object> | 'killed'
export type Deed = 'create' | 'change' | 'delete'
export type Fate = 'kept' | 'deleted'

/** AWS as it is: lists and tags lag behind, a balancer takes minutes, and what was deleted is in use for some time. */
export const LAGGING: AwsOptions = { delays: REALISTIC }

const PORTS = [{ name: 'a', port: 80, nodePort: 30_080 }]
const MORE_PORTS = [
  { name: 'b', port: 443, nodePort: 30_443 },
  { name: 'c', port: 53, nodePort: 30_053, protocol: 'UDP' },
]

async function play(open: (options?: AwsOptions) => Promise<World>, story: Story): Promise<Ending> {
  const world = await open(LAGGING)
  try {
    return await playIn(world, story)
  } finally {
    await world.close()
  }
}

async function playIn(world: World, { deed, mishap, at, fate }: Story): Promise<Ending> {
  await world.start()
  const nodeRules = rulesOfNodes(world)
  if (deed !== 'create') await create(world)
  const isStruck = arm(world, mishap, at)
  if (deed === 'create') await world.cluster.create('web', { spec: { ports: PORTS } })
  else if (deed === 'change') await change(world)
  else await world.cluster.remove('web')
  if (deed !== 'delete') {
    const isEarly = (): boolean => fate === 'deleted' && isStruck()
    await goOn(world, 'as asked for', async () => isEarly() || (await isOver(world, deed)))
    if (fate === 'deleted') {
      // What befalls the writes of a deletion is another story.
      world.befalls = () => undefined
      world.onWrite = () => {}
      await world.cluster.remove('web')
    }
  }
  const isGone = deed === 'delete' || fate === 'deleted'
  if (isGone) await goOn(world, 'gone', async () => !(await world.cluster.isThere('web')))
  await world.pass(20 * 60_000)
  const mark = world.aws.journal.mark
  await world.pass(3_600_000)
  expect(
    world.aws.journal.since(mark).filter(({ kind }) => kind === 'write'),
    'at rest',
  ).toEqual([])
  if (isGone) expect(rulesOfNodes(world)).toEqual(nodeRules)
  return { isStruck: isStruck(), shape: shapeOf(world) }
}

export interface Story {
  readonly deed: Deed
  /** Absent: all goes well. */
  readonly mishap?: Mishap
  /** Which write it is, from 1 on. */
  readonly at: number
  readonly fate: Fate
}

export interface Ending {
  /** False: there were not so many writes. */
  readonly isStruck: boolean
  /** What is left, without what differs from one namespace to the next. */
  readonly shape: readonly string[]
}

/** Lets the write with this number, counted from now, go wrong. Answers whether it did. */
function arm(world: World, mishap: Mishap | undefined, at: number): () => boolean {
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
async function goOn(world: World, what: string, isSo: () => Promise<boolean>): Promise<void> {
  await world.until(what, async () => {
    if (world.alive().length === 0) {
      await world.clock.advance(LEASE_MS)
      await world.start()
    }
    return isSo()
  })
}

const LEASE_MS = 15_000

async function create(world: World): Promise<void> {
  await world.cluster.create('web', { spec: { ports: PORTS } })
  await world.told('web', 'Ready')
  await world.pass(10 * 60_000)
}

/** A port goes, two come, fewer may come, and targets drain for less long. */
async function change(world: World): Promise<void> {
  await world.cluster.change('web', {
    spec: { ports: MORE_PORTS, loadBalancerSourceRanges: ['203.0.113.0/24'] },
    annotations: { 'fairlead.dev/drain-timeout': '30s' },
  })
}

async function isOver(world: World, deed: Deed): Promise<boolean> {
  if (deed === 'delete') return !(await world.cluster.isThere('web'))
  const port = deed === 'create' ? 80 : 443
  return (await world.reach('web', port)) === 'web' && (await world.isTold('web', 'Ready'))
}

export async function everyWrite(open: (options?: AwsOptions) => Promise<World>, story: Omit<Story, 'at'>): Promise<number> {
  const { mishap: _, ...calm } = story
  const { shape } = await play(open, { ...calm, at: 0 })
  for (let at = 1; ; at++) {
    const ending = await play(open, { ...story, at })
    if (!ending.isStruck) return at - 1
    expect(ending.shape, `${story.mishap} at write ${at}`).toEqual(shape)
  }
}

function rulesOfNodes({ aws }: World): readonly string[] {
  return aws.cloud
    .objects()
    .filter(({ kind, settings }) => kind === 'rule' && settings['group'] === `${aws.cloud.ids.cluster}-node`)
    .map(({ name }) => name)
}

/** Names hold hashes of the Service's UID, and fingerprints those of names. */
function shapeOf(world: World): readonly string[] {
  return world
    .owned()
    .map((text) =>
      text
        .replaceAll(/"fairlead.dev\/settings":"[^"]*"/g, 'SETTINGS')
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
        .replaceAll(/-[0-9a-f]{10}(-[0-9a-f]{8})?/g, 'HASH')
        .replaceAll(world.cluster.namespace, 'NAMESPACE'),
    )
    .toSorted()
}
