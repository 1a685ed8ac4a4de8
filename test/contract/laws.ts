/** The laws that every provider obeys, whatever its cloud is like. Each is tried in worlds of its own, as many as it takes. */
import { expect } from 'vitest'
import type { Trouble } from './faults.ts'
import { Stage } from './stage.ts'
import { LASTING, type Moment, NOTHING, STORY } from './story.ts'
import { backends } from './wish.ts'
import type { World } from './world.ts'

/** What befalls a process whatever it asks for. A refusal is no such thing: meanwhile another Service may have got what was asked for. */
const UNTIMELY: readonly Trouble[] = ['crash before', 'crash after', 'answer lost', 'throttled']

export interface Law {
  readonly title: string
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
      const moments = [...STORY, NOTHING]
      for (const last of [STORY.length, moments.length]) {
        const played = moments.slice(0, last)
        const { writes, owned } = await play(open, played)
        for (const kind of UNTIMELY) {
          for (let at = 0; at < writes; at++) {
            const troubled = await play(open, played, { at, kind })
            expect(troubled.owned, `${kind} at write ${at}`).toEqual(owned)
          }
        }
      }
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
    title: 'a Service whose wish may not be carried out still answers after all its pods were replaced',
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
    title: 'a Service whose wish may not be carried out still answers, and others leave it what it has, after the process and all its pods were replaced',
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
    title: 'a wish that the provider refuses leaves what was served served, and its backends follow',
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
]

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
    return await act(await Stage.open(world))
  } finally {
    await world.close()
  }
}

async function tell(stage: Stage, moments: readonly Moment[]): Promise<void> {
  for (const moment of moments) {
    moment(stage)
    await stage.steward.settle()
  }
}

/** Plays moments to their very end, with one trouble or none. */
function play(
  open: () => Promise<World>,
  moments: readonly Moment[],
  trouble?: { at: number; kind: Trouble },
): Promise<{ writes: number; owned: readonly string[] }> {
  return within(open, async (stage) => {
    if (trouble !== undefined) stage.steward.journal.troubleAt(trouble.at, trouble.kind)
    await tell(stage, moments)
    const writes = stage.steward.journal.attempts.length
    await stage.steward.mature()
    const owned = stage.world.owned()
    expect(owned.filter((text, i) => owned.indexOf(text) !== i)).toEqual([])
    return { writes, owned }
  })
}
