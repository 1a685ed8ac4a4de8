import { describe, expect, test } from 'vitest'
import { Queue, type ReconcileResult } from '../../../src/controller/queue.ts'
import type { Priority } from '../../../src/provider/kit/budget.ts'
import { ManualClock } from '../../clock.ts'

interface Bench {
  readonly clock: ManualClock
  readonly queue: Queue<string>
  /** `key priority` in the order of the starts. */
  readonly log: string[]
  readonly broken: string[]
  /** Lets the turn of a key end, with an outcome. */
  readonly finish: (key: string, turn?: ReconcileResult | Error) => Promise<void>
}

/** A queue whose turns last until the test ends them, or end at once with what `answers` holds for the key. */
function bench(options: { concurrency?: number; answers?: Record<string, ReconcileResult[]> } = {}): Bench {
  const clock = new ManualClock()
  const log: string[] = []
  const broken: string[] = []
  const running = new Map<string, PromiseWithResolvers<ReconcileResult>>()
  const work = (key: string, priority: Priority): Promise<ReconcileResult> => {
    if (running.has(key)) throw new Error(`two workers on ${key}`)
    log.push(`${key} ${priority}`)
    const ready = options.answers?.[key]
    if (ready !== undefined) return Promise.resolve(ready.shift() ?? { kind: 'done' })
    const ends = Promise.withResolvers<ReconcileResult>()
    running.set(key, ends)
    return ends.promise
  }
  const queue = new Queue<string>({
    clock,
    random: () => 1,
    concurrency: options.concurrency ?? 1,
    keyOf: (key) => key,
    work,
    onError: (key) => broken.push(key),
  })
  const finish = async (key: string, turn: ReconcileResult | Error = { kind: 'done' }): Promise<void> => {
    const ends = running.get(key)
    if (ends === undefined) throw new Error(`${key} is not worked on`)
    running.delete(key)
    if (turn instanceof Error) ends.reject(turn)
    else ends.resolve(turn)
    await clock.advance(0)
  }
  return { clock, queue, log, broken, finish }
}

describe('the queue', () => {
  test('says how many wait: what is worked on does not, nor what is due later', async () => {
    const { clock, queue, finish } = bench()
    for (const key of ['a', 'b', 'c']) queue.add(key, 'change')
    queue.add('late', 'drift', 60_000)
    await clock.advance(0)
    expect([queue.waiting, queue.depth]).toEqual([2, 3])
    for (const key of ['a', 'b', 'c']) await finish(key)
    expect([queue.waiting, queue.depth]).toEqual([0, 0])
  })

  test('a key asked for several times before its turn is worked on once, with the highest priority', async () => {
    const { clock, queue, log, finish } = bench()
    queue.add('busy', 'change')
    queue.add('a', 'drift')
    queue.add('a', 'change')
    queue.add('a', 'churn')
    await clock.advance(0)
    await finish('busy')
    await finish('a')
    await clock.advance(3_600_000)
    expect(log).toEqual(['busy change', 'a change'])
  })

  test('a key asked for while it is worked on is worked on once more afterwards, never twice at a time', async () => {
    const { clock, queue, log, finish } = bench({ concurrency: 3 })
    queue.add('a', 'change')
    await clock.advance(0)
    queue.add('a', 'change')
    queue.add('a', 'churn')
    await clock.advance(1000)
    expect(log).toEqual(['a change'])
    await finish('a')
    expect(log).toEqual(['a change', 'a change'])
    await finish('a')
    await clock.advance(3_600_000)
    expect(log).toHaveLength(2)
  })

  test("different keys are worked on side by side, up to the limit; a change's change first, then churn, then drift", async () => {
    const { clock, queue, log, finish } = bench({ concurrency: 2 })
    queue.add('one', 'drift')
    queue.add('two', 'drift')
    await clock.advance(0)
    expect(log).toHaveLength(2)
    for (const [key, priority] of [
      ['d', 'drift'],
      ['c', 'churn'],
      ['u', 'change'],
      ['v', 'change'],
    ] as const)
      queue.add(key, priority)
    await finish('one')
    await finish('u')
    await finish('v')
    await finish('c')
    expect(log.slice(2)).toEqual(['u change', 'v change', 'c churn', 'd drift'])
  })

  test('churn is gathered for the delay of its first sign; later signs do not put it off', async () => {
    const { clock, queue, log } = bench({ answers: { a: [] } })
    queue.add('a', 'churn', 200)
    await clock.advance(150)
    queue.add('a', 'churn', 200)
    expect(log).toEqual([])
    await clock.advance(50)
    expect(log).toEqual(['a churn'])
    await clock.advance(1000)
    expect(log).toEqual(['a churn'])
  })

  test("a change's change does not wait for gathered churn", async () => {
    const { clock, queue, log } = bench({ answers: { a: [] } })
    queue.add('a', 'churn', 200)
    queue.add('a', 'change')
    await clock.advance(1000)
    expect(log).toEqual(['a change'])
  })

  test('failures are repeated after 1, 2, 4 ... seconds, five minutes at the most, and a success starts anew', async () => {
    const failures = Array.from({ length: 10 }, (): ReconcileResult => ({ kind: 'failed' }))
    const { clock, queue, log } = bench({ answers: { a: [...failures, { kind: 'done' }, { kind: 'failed' }] } })
    queue.add('a', 'change')
    const waits: number[] = []
    for (let turn = 1; turn <= 10; turn++) {
      await clock.advance(0)
      expect(log).toHaveLength(turn)
      waits.push((clock.next ?? 0) / 1000)
      await clock.advance(clock.next ?? 0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
    queue.add('a', 'change')
    await clock.advance(0)
    expect(clock.next).toBe(1000)
  })

  test("during a backoff churn waits and a change's change does not", async () => {
    const { clock, queue, log } = bench({
      answers: {
        a: [
          { kind: 'failed', afterMs: 30_000 },
          { kind: 'failed', afterMs: 30_000 },
        ],
      },
    })
    queue.add('a', 'change')
    await clock.advance(1000)
    queue.add('a', 'churn')
    await clock.advance(28_000)
    expect(log).toEqual(['a change'])
    queue.add('a', 'change')
    await clock.advance(0)
    expect(log).toEqual(['a change', 'a change'])
    await clock.advance(29_999)
    expect(log).toHaveLength(2)
    await clock.advance(1)
    expect(log).toHaveLength(3)
  })

  test('churn that came during a turn that failed waits for the backoff too', async () => {
    const { clock, queue, log, finish } = bench()
    queue.add('a', 'churn')
    await clock.advance(0)
    queue.add('a', 'churn')
    await finish('a', { kind: 'failed', afterMs: 5000 })
    await clock.advance(4999)
    expect(log).toHaveLength(1)
    await clock.advance(1)
    expect(log).toHaveLength(2)
  })

  test('"look again" happens once, and is forgotten when the key was worked on before', async () => {
    const { clock, queue, log } = bench({ answers: { a: [{ kind: 'done', againAfterMs: 10_000, isBackground: true }] } })
    queue.add('a', 'change')
    await clock.advance(5000)
    queue.add('a', 'churn')
    await clock.advance(60_000)
    expect(log).toEqual(['a change', 'a churn'])
  })

  test.for([
    { what: 'a change of a user that has to wait', turn: { kind: 'done', againAfterMs: 3_000 }, expected: 'a change' },
    { what: 'what is only looked at in the background', turn: { kind: 'done', againAfterMs: 3_000, isBackground: true }, expected: 'a drift' },
    { what: 'a change of a user that failed', turn: { kind: 'failed' }, expected: 'a change' },
  ] as const)('$what goes on as $expected', async ({ turn, expected }) => {
    const { clock, queue, log } = bench({ answers: { a: [turn] } })
    queue.add('a', 'change')
    await clock.advance(60_000)
    expect(log).toEqual(['a change', expected])
  })

  test('a change of a user that waits keeps its priority when the key is worked on for another reason', async () => {
    const waits: ReconcileResult = { kind: 'done', againAfterMs: 3_000 }
    const { clock, queue, log } = bench({ answers: { a: [waits, waits] } })
    queue.add('a', 'change')
    await clock.advance(1000)
    queue.add('a', 'drift')
    await clock.advance(60_000)
    expect(log).toEqual(['a change', 'a change', 'a change'])
  })

  test('a time of day that is set forward or back changes no delay', async () => {
    const { clock, queue, log } = bench({ answers: { a: [{ kind: 'done' }], b: [{ kind: 'done' }] } })
    queue.add('a', 'churn', 1000)
    clock.setDate(-3_600_000)
    await clock.advance(999)
    expect(log).toEqual([])
    await clock.advance(1)
    expect(log).toEqual(['a churn'])
    queue.add('b', 'churn', 1000)
    clock.setDate(7_200_000)
    await clock.advance(999)
    expect(log).toEqual(['a churn'])
    await clock.advance(1)
    expect(log).toEqual(['a churn', 'b churn'])
  })

  test('what the work throws is reported and counts as a failure; the queue goes on', async () => {
    const { clock, queue, log, broken, finish } = bench()
    queue.add('a', 'change')
    queue.add('b', 'change')
    await clock.advance(0)
    await finish('a', new Error('a fault of ours'))
    expect(broken).toEqual(['a'])
    await finish('b')
    await clock.advance(1000)
    expect(log).toEqual(['a change', 'b change', 'a change'])
  })

  test('a stop waits for what is worked on and starts nothing else', async () => {
    const { clock, queue, log, finish } = bench()
    queue.add('a', 'change')
    queue.add('b', 'change')
    queue.add('c', 'churn', 1000)
    await clock.advance(0)
    let stopped = false
    const stop = queue.stop().then(() => (stopped = true))
    await clock.advance(5000)
    expect(stopped).toBe(false)
    await finish('a')
    await stop
    queue.add('d', 'change')
    await clock.advance(5000)
    expect(log).toEqual(['a change'])
    expect(clock.pending).toBe(0)
  })

  test('ten thousand keys leave the event loop room between them', async () => {
    const { queue } = bench({ concurrency: 4, answers: new Proxy<Record<string, ReconcileResult[]>>({}, { get: () => [] }) })
    for (let key = 0; key < 10_000; key++) queue.add(`key-${key}`, 'change')
    let turnsOfOthers = 0
    const other = (): void => {
      turnsOfOthers += 1
      if (queue.depth > 0) setImmediate(other)
    }
    setImmediate(other)
    await queue.idle()
    expect(turnsOfOthers).toBeGreaterThan(1000)
  })

  test('says when an item has its next turn', async () => {
    const { clock, queue, finish } = bench()
    expect(queue.nextMs('a')).toBeUndefined()
    queue.add('a', 'churn', 5_000)
    await clock.advance(2_000)
    expect(queue.nextMs('a')).toBe(3_000)
    await clock.advance(3_000)
    expect(queue.nextMs('a')).toBe(0)
    await finish('a', { kind: 'done', againAfterMs: 60_000 })
    expect(queue.nextMs('a')).toBe(60_000)
    await clock.advance(60_000)
    await finish('a')
    expect(queue.nextMs('a')).toBeUndefined()
  })
})
