/** The laws that every provider obeys, whatever its cloud is like. Each is tried in worlds of its own, as many as it takes. */
import { expect } from 'vitest'
import { OPERATION_TROUBLES, type Trouble } from './faults.ts'
import { Stage } from './stage.ts'
import { LASTING, type Moment, NOTHING, STORY } from './story.ts'
import { STRAY } from './cluster.ts'
import { backends } from './wish.ts'
import type { World } from './world.ts'

/**
 * What happens to a process whatever it asks for. A refusal is no such thing: meanwhile another Service may have got what was asked for. A process that ends after a
 * write mostly leaves what one leaves that ends before the next.
 */
const UNTIMELY: readonly Trouble[] = ['crash before', 'answer lost']
const UNTIMELY_TOO: readonly Trouble[] = ['crash after', 'throttled']
/** The same, where the cloud carries changes out by operations and has documents that others write too. */
const UNTIMELY_OF_OPERATIONS: readonly Trouble[] = ['based on an old view', ...OPERATION_TROUBLES]

export interface Law {
  readonly title: string
  /** Why it does not hold in this world, or says nothing there. */
  excuse?(world: World): string | undefined
  check(open: () => Promise<World>): Promise<void>
}

export const LAWS: readonly Law[] = [
  {
    title: 'what is settled stays: neither a second run nor a day of resyncs attempts a write',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY)
        await stage.steward.mature()
        const before = stage.steward.journal.attempts.length
        for (let hour = 0; hour < 24; hour++) {
          await stage.steward.settle()
          await stage.steward.elapse(3_600_000)
        }
        expect(stage.steward.journal.attempts.slice(before)).toEqual([])
      }),
  },
  {
    title: 'what is settled is found so after a restart, and by the next inventory',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY)
        await stage.steward.mature()
        const owned = stage.world.owned()
        await stage.steward.cloud.learn(new AbortController().signal)
        await stage.steward.settle()
        expect(stage.world.owned()).toEqual(owned)
        await stage.steward.boot()
        await stage.steward.settle()
        expect(stage.world.owned()).toEqual(owned)
      }),
  },
  {
    title: 'a crash at any one write, or no answer to it, or a throttled one, ends in the same state as none: nothing twice, nothing left over',
    async check(open) {
      const { writes, owned, hasOperations } = await playToTheEnd(open)
      const troubles = [
        ...UNTIMELY.flatMap((kind) => atEach(writes, kind)),
        ...UNTIMELY_TOO.flatMap((kind, which) => atEach(writes, kind, { nth: 2, which })),
        ...(hasOperations ? UNTIMELY_OF_OPERATIONS : []).flatMap((kind, which) => atEach(writes, kind, { nth: 3, which })),
      ]
      for (const { at, kind } of troubles) expect((await playToTheEnd(open, { at, kind })).owned, `${kind} at write ${at}`).toEqual(owned)
    },
  },
  {
    title: 'history does not matter: the end is what a fresh start would have built for the same objects',
    async check(open) {
      let published = new Map<string, readonly string[]>()
      const lived = await within(open, async (stage) => {
        await tell(stage, STORY)
        await stage.steward.mature()
        published = new Map([...stage.cluster.services].map(([name]) => [name, stage.steward.places(name)]))
        return { owned: stage.world.owned(), services: new Map(stage.cluster.services), pods: new Map(stage.cluster.pods) }
      })
      const fresh = await within(open, async (stage) => {
        for (const [name, service] of lived.services) stage.cluster.services.set(name, service)
        for (const [name, pod] of lived.pods) stage.cluster.pods.set(name, pod)
        await stage.steward.mature()
        return stage.world.owned()
      })
      expect(published.size).toBeGreaterThan(0)
      expect(fresh).toEqual(lived.owned)
    },
  },
  {
    title: 'removing everything leaves nothing owned, and touches nothing foreign',
    check: (open) =>
      within(open, async (stage) => {
        const foreign = stage.world.foreign()
        await tell(stage, STORY)
        expect(stage.world.owned()).not.toEqual([])
        await tell(stage, [NOTHING])
        await stage.steward.mature()
        expect(stage.world.owned()).toEqual([])
        expect(stage.world.foreign()).toEqual(foreign)
      }),
  },
  {
    title: 'a view of the cluster that does not show a living Service takes nothing of it away',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY.slice(0, 1))
        const owned = stage.world.owned()
        const { ask, pods } = stage.cluster.services.get('web') ?? { ask: {}, pods: [] }
        stage.cluster.service('web', ask, pods, { isHidden: true })
        await stage.steward.mature()
        expect(stage.world.owned()).toEqual(owned)
        await answersOf(stage, 'web', 8080, ['a', 'b'])
      }),
  },
  {
    title: 'a Service whose request may not be carried out still answers after all its pods were replaced',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY.slice(0, 1))
        const { ask } = stage.cluster.services.get('web') ?? { ask: {} }
        stage.cluster.service('web', ask, ['x', 'y'], { mode: 'follow' })
        for (const name of ['a', 'b']) stage.cluster.pods.delete(name)
        stage.cluster.pod('x', 1)
        stage.cluster.pod('y', 2)
        stage.cluster.service('steady', { listeners: ['7000/TCP'] }, ['y'])
        await stage.steward.settle()
        await answersOf(stage, 'web', 8080, ['x', 'y'])
        expect(await stage.ask('steady', 7000)).toBe('y')
      }),
  },
  {
    title: 'a Service whose request may not be carried out still answers, and others leave it what it has, after the process and all its pods were replaced',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY.slice(0, 2))
        const { ask } = stage.cluster.services.get('web') ?? { ask: {} }
        const places = stage.steward.places('web')
        stage.cluster.service('web', ask, ['x', 'y'], { mode: 'follow' })
        for (const name of ['a', 'b']) stage.cluster.pods.delete(name)
        stage.cluster.pod('x', 1)
        stage.cluster.pod('y', 2)
        stage.cluster.service('steady', { listeners: ['7000/TCP'] }, ['y'])
        stage.cluster.service('newcomer', { listeners: ['8080/TCP'] }, ['y'])
        await stage.steward.boot()
        await stage.steward.settle()
        await answersOf(stage, 'web', 8080, ['x', 'y'])
        await answersOf(stage, 'web', 8443, ['x', 'y'])
        expect(stage.steward.places('web')).toEqual(places)
        expect([await stage.ask('steady', 7000), await stage.ask('newcomer', 8080)]).toEqual(['y', 'y'])
        const owned = stage.world.owned()
        stage.cluster.service('web', ask, ['x', 'y'])
        await stage.steward.settle()
        expect(stage.world.owned(), 'its settings had been kept').toEqual(owned)
      }),
  },
  {
    title: 'a request that the provider refuses leaves what was served served, and its backends follow',
    excuse: ({ unserved }) => (unserved === undefined ? 'it refuses nothing itself' : undefined),
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY.slice(0, 1))
        const refused = stage.cluster.service('web', { listeners: ['8080/TCP'], ...stage.world.unserved }, ['c'])
        stage.cluster.pod('c', 2)
        await stage.steward.settle()
        expect(stage.steward.refused.get(refused.uid)?.problem).toBeDefined()
        expect([await stage.ask('web', 8080), await stage.ask('steady', 7000)]).toEqual(['c', 'a'])
        const before = stage.steward.journal.attempts.length
        await stage.steward.settle()
        expect(stage.steward.journal.attempts.slice(before)).toEqual([])
      }),
  },
  {
    title: 'any one write refused: traffic that flowed still flows, or the step before said what it interrupts, and no other Service notices',
    async check(open) {
      const { writes } = await play(open, STORY)
      for (const kind of ['refused', 'refused, nobody is named'] as const) {
        for (let at = 0; at < writes; at++) {
          await within(open, async (stage) => {
            stage.steward.journal.troubleAt(at, kind)
            for (const [moment, tale] of STORY.entries()) {
              const lasting = await flowing(stage, moment)
              stage.steward.journal.afterEach = () => stillFlow(stage, lasting, `${kind} at write ${at}, moment ${moment}`)
              tale(stage)
              await stage.steward.settle()
            }
          })
        }
      }
    },
  },
  {
    title: 'whatever waits or is refused: within one turn what left the cluster is out, what was closed is closed, and other Services are published',
    async check(open) {
      const { writes, owned } = await close(open)
      expect(writes).toBeGreaterThan(0)
      for (const { at, kind } of OBSTACLES.flatMap((obstacle, which) => atEach(writes, obstacle, { nth: 2, which })))
        expect((await close(open, { at, kind })).owned, `${kind} at write ${at}, afterwards`).toEqual(owned)
    },
  },
  {
    title: 'no request leaves after the Lease, however long it waited for its turn; what was left is done by the next leader',
    async check(open) {
      const { owned } = await play(open, STORY.slice(0, 2))
      const writes = await within(open, async (stage) => {
        let waited = 0
        stage.steward.journal.limiter = async () => void waited++
        await turns(stage, STORY.slice(0, 2))
        return waited
      })
      expect(writes).toBeGreaterThan(0)
      for (let at = 0; at < writes; at++) {
        await within(open, async (stage) => {
          const { steward, world } = stage
          let waited = 0
          let atTheEnd: unknown
          // What was begun before still comes into force where changes take their time.
          const found = () => [world.requests?.(), world.operations === undefined ? world.owned() : undefined]
          steward.journal.limiter = async () => {
            if (waited++ === at) {
              steward.mayWrite = () => false
              atTheEnd = found()
            }
          }
          await turns(stage, STORY.slice(0, 2))
          expect(found(), `the Lease ran out before write ${at}`).toEqual(atTheEnd)
          steward.journal.limiter = async () => {}
          steward.mayWrite = () => true
          await steward.boot()
          await steward.mature()
          expect(world.owned(), `the next leader after write ${at}`).toEqual(owned)
        })
      }
    },
  },
  {
    title: 'a remedy outside Kubernetes is taken up within one drift interval, and a change of the Service at once',
    async check(open) {
      const { writes, owned } = await play(open, STORY.slice(0, 1))
      for (const [which, kind] of (['refused', 'refused, nobody is named', 'denied'] as const).entries()) {
        // With one of the two remedies, in turn.
        for (const [i, trouble] of atEach(writes, kind, { nth: 2, which }).entries()) {
          const remedy = (i + which) % 2 === 0 ? 'outside' : 'on the Service'
          await within(open, (stage) => remedied(stage, { ...trouble, remedy }, owned))
        }
      }
    },
  },
  {
    title: 'a backend that the cloud does not take delays nothing, is named, and is tried again seldom',
    excuse: ({ refusedBackend }) => (refusedBackend === undefined ? 'it takes every backend' : undefined),
    check: (open) =>
      within(open, async (stage) => {
        const { cluster, steward, world } = stage
        await tell(stage, STORY.slice(0, 1))
        const { refusedBackend } = world
        if (refusedBackend === undefined) throw new Error('nothing is refused here')
        if ('pod' in refusedBackend) cluster.pod('bad', 1, 'ready', refusedBackend.pod)
        else cluster.addNode(refusedBackend.node)
        narrow(stage, ['bad', 'c'])
        await steward.turn()
        await steward.complete()
        await expectClosed(stage, 'one turn')
        await steward.settle()
        await answersOf(stage, 'web', 8080, ['c'])
        await answersOf(stage, 'late', 7100, ['c'])
        expect(await stage.ask('web', 8444), 'an added port').toBe('c')
        const name = 'pod' in refusedBackend ? refusedBackend.pod : `Node ${refusedBackend.node.name}`
        expect(steward.notes('web').join(' ')).toContain(name)
        const before = steward.journal.attempts.length
        for (let minute = 0; minute < 60; minute++) {
          await steward.elapse(60_000)
          await steward.settle()
        }
        expect(steward.journal.attempts.length - before, 'attempts in an hour').toBeLessThanOrEqual(10 * steward.cluster.services.size * 3)
        if ('pod' in refusedBackend) cluster.pods.delete('bad')
        else cluster.removeNode(refusedBackend.node.name)
        await steward.settle()
        expect(steward.notes('web')).toEqual([])
      }),
  },
  {
    title: 'backends that are unknown to the cluster leave those that are there',
    check: (open) =>
      within(open, async (stage) => {
        await tell(stage, STORY.slice(0, 1))
        const { ask, pods } = stage.cluster.services.get('web') ?? { ask: {}, pods: [] }
        stage.cluster.service('web', { ...ask, backends: { ...backends({}), nodes: { nodes: stage.world.nodes } } }, pods, { mode: 'follow' })
        await stage.steward.settle()
        await answersOf(stage, 'web', 8080, ['a', 'b'])
      }),
  },
  {
    title: 'another writer that changes its part of our documents all the time keeps it, and holds up no one',
    excuse: ({ operations }) => (operations === undefined ? 'it has no documents that others write too' : undefined),
    async check(open) {
      const moments = [...STORY, NOTHING]
      const { owned } = await play(open, moments)
      await within(open, async (stage) => {
        const { steward, world } = stage
        let writes = 0
        steward.journal.limiter = async () => {
          if (++writes % 2 === 0) world.operations?.writeByOthers()
        }
        await tell(stage, moments)
        await steward.mature()
        expect(world.owned()).toEqual(owned)
      })
    },
  },
]

/** The default of `drift-interval`. */
const DRIFT_MS = 600_000
/** A cloud may need some seconds for a load balancer that it was not refused. */
const AT_ONCE_MS = 60_000

interface Remedied extends TroubleAt {
  readonly remedy: 'outside' | 'on the Service'
}

/** A write goes wrong for an hour, so that its delays are at their longest; then its cause is removed. */
async function remedied(stage: Stage, { at, kind, remedy }: Remedied, owned: readonly string[]): Promise<void> {
  const { steward, world } = stage
  const label = `${kind} at write ${at}, remedy ${remedy}`
  steward.journal.lastingTroubleAt(at, kind)
  STORY[0]?.(stage)
  await steward.turn()
  await steward.live(3_600_000)
  steward.journal.lift()
  const { now } = steward
  if (remedy === 'outside') await steward.live(DRIFT_MS)
  else {
    steward.touch()
    await steward.settle()
    expect(steward.now - now, `${label}: at once`).toBeLessThan(AT_ONCE_MS)
  }
  expect([...steward.refused.values()], `${label}: refused`).toEqual([])
  expect([await stage.ask('steady', 7000), await stage.ask('brief', 9000)], `${label}: answers`).toEqual(['a', 'a'])
  await answersOf(stage, 'web', 8080, ['a', 'b'])
  await steward.mature()
  expect(world.owned(), `${label}: in the end`).toEqual(owned)
}

/** What may happen to the one write. Of a step that takes nothing away it happens to every attempt. */
const OBSTACLES: readonly Trouble[] = ['refused', 'refused, nobody is named', 'throttled', 'denied', 'answer lost', 'unavailable']
/** Whatever it was that failed, that very step may not be made again in this turn. */
const FINAL = new Set<Trouble>(['denied', 'answer lost', 'unavailable'])

/** A Service gives up a pod, a node, a port and a source range, while it asks for more; another one comes. */
function narrow(stage: Stage, pods: readonly string[]): void {
  const { cluster, steward, world } = stage
  cluster.removePod('a')
  cluster.removePod('b')
  cluster.pod('c', 1)
  const [first] = world.nodes
  if (first !== undefined) cluster.removeNode(first.name)
  steward.lookAtBase()
  cluster.service('web', { listeners: ['8080/TCP', '8444/TCP'], sourceRanges: [`${stage.client(0)}/32`, '203.0.113.128/25'] }, pods)
  cluster.service('steady', { listeners: ['7000/TCP'] }, pods)
  cluster.service('late', { listeners: ['7100/TCP'] }, pods)
}

async function expectClosed(stage: Stage, label: string): Promise<void> {
  // Where a provider has no source ranges, a Service that names some is refused before the provider is asked.
  if (stage.steward.cloud.capabilities['source-ranges'].supported)
    expect(await stage.ask('web', 8080, { from: stage.client(1) }), `${label}: a source range that was taken away`).toBe('dropped')
  expect(await stage.ask('web', 8443), `${label}: a removed port`).toBe('dropped')
  for (const [name, port] of [
    ['web', 8080],
    ['steady', 7000],
  ] as const)
    expect(await stage.askOften(6, name, port), `${label}: what left, behind ${name}`).not.toContain(STRAY)
}

/** One turn with one obstacle or none, and what there is at last once it is lifted. */
function close(open: () => Promise<World>, obstacle?: TroubleAt): Promise<{ writes: number; owned: readonly string[] }> {
  return within(open, async (stage) => {
    const { steward, cluster } = stage
    await tell(stage, STORY.slice(0, 2))
    cluster.service('web', { ...cluster.services.get('web')?.ask, listeners: ['8080/TCP', '8443/TCP'] }, ['a', 'b'])
    await steward.settle()
    narrow(stage, ['c'])
    const before = steward.journal.attempts.length
    if (obstacle !== undefined) steward.journal.lastingTroubleAt(obstacle.at, obstacle.kind)
    await steward.turn()
    const writes = steward.journal.attempts.length - before
    await steward.complete()
    if (obstacle === undefined) await expectClosed(stage, 'no obstacle')
    else await expectClosedDespite(stage, obstacle)
    steward.journal.lift()
    await steward.mature()
    return { writes, owned: stage.world.owned() }
  })
}

async function expectClosedDespite(stage: Stage, { at, kind }: { readonly at: number; readonly kind: Trouble }): Promise<void> {
  const { troubled } = stage.steward.journal
  const label = `${kind} at write ${at}, ${troubled?.step ?? 'which was not made'}`
  if (troubled?.closes !== true || !FINAL.has(kind)) await expectClosed(stage, label)
  const { operations } = stage.world
  // An address first, then the change that uses it: its own write may be the one that goes wrong.
  if (operations !== undefined) await stage.steward.live(5 * operations.ms)
  const isLatesOwn = stage.steward.journal.wentWrong.some(({ serves }) => serves.some(({ name }) => name === 'late'))
  if (!FINAL.has(kind) && !isLatesOwn) expect(stage.steward.places('late'), `${label}: late is published`).not.toEqual([])
}

/** Which of several pods answers is the cloud's choice. */
async function answersOf(stage: Stage, service: string, port: number, pods: readonly string[]): Promise<void> {
  for (const answer of await stage.askOften(4, service, port)) expect(pods).toContain(answer)
}

type Lasting = (typeof LASTING)[number]

/** Who is answered now, and has to be until the end of the moment that begins. */
async function flowing(stage: Stage, moment: number): Promise<readonly Lasting[]> {
  const asked = LASTING.filter(([service, , from, to]) => from < moment && moment <= to && stage.steward.places(service).length > 0)
  const answers = await Promise.all(asked.map(([service, port]) => stage.ask(service, port)))
  return asked.filter((_, i) => answers[i] !== 'dropped')
}

async function stillFlow(stage: Stage, lasting: readonly Lasting[], label: string): Promise<void> {
  const mayStop = new Set(stage.steward.journal.attempts.flatMap(({ interrupts, serves }) => (interrupts === undefined ? [] : serves.map(({ name }) => name))))
  for (const [service, port] of lasting) if (!mayStop.has(service)) expect(await stage.ask(service, port), `${label}: ${service} ${port}`).not.toBe('dropped')
}

async function within<T>(open: () => Promise<World>, act: (stage: Stage) => Promise<T>): Promise<T> {
  const world = await open()
  try {
    const result = await act(await Stage.open(world))
    const parts = world.othersParts?.()
    expect(parts?.found, 'what other writers keep in the same documents').toEqual(parts?.expected)
    return result
  } finally {
    await world.close()
  }
}

/** Plays moments in turns of one length, however much or little is done. */
async function turns(stage: Stage, moments: readonly Moment[]): Promise<void> {
  const { steward, world } = stage
  for (const moment of moments) {
    moment(stage)
    for (let turn = 0; turn < (world.operations === undefined ? 3 : 12); turn++) {
      await steward.turn()
      await steward.complete()
    }
  }
}

async function tell(stage: Stage, moments: readonly Moment[]): Promise<void> {
  for (const moment of moments) {
    moment(stage)
    await stage.steward.settle()
  }
}

/** Tells the moments, and lets all that lingers go. */
function play(open: () => Promise<World>, moments: readonly Moment[]): Promise<{ writes: number; owned: readonly string[] }> {
  return within(open, async (stage) => {
    await tell(stage, moments)
    const writes = stage.steward.journal.attempts.length
    await stage.steward.mature()
    return { writes, owned: ownedOnce(stage) }
  })
}

/** The whole story, and then nothing: what is owned at the end of each. */
function playToTheEnd(open: () => Promise<World>, trouble?: TroubleAt) {
  return within(open, async (stage) => {
    const { journal } = stage.steward
    if (trouble !== undefined) journal.troubleAt(trouble.at, trouble.kind)
    const owned: (readonly string[])[] = []
    for (const moments of [STORY, [NOTHING]]) {
      await tell(stage, moments)
      await stage.steward.mature()
      owned.push(ownedOnce(stage))
    }
    return { writes: journal.attempts.length, owned, hasOperations: stage.world.operations !== undefined }
  })
}

interface TroubleAt {
  readonly at: number
  readonly kind: Trouble
}

/** At each write; of many at each `nth`, with every further trouble at others. */
function atEach(writes: number, kind: Trouble, { nth, which } = { nth: 1, which: 0 }): readonly TroubleAt[] {
  const all = Array.from({ length: writes }, (_, at) => ({ at, kind }))
  return writes <= 12 ? all : all.filter(({ at }) => (at + which) % nth === 0)
}

function ownedOnce(stage: Stage): readonly string[] {
  const owned = stage.world.owned()
  expect(owned.filter((text, i) => owned.indexOf(text) !== i)).toEqual([])
  return owned
}
