import { describe, expect, test } from 'vitest'
import { type Budget, createBudget, type Priority } from '../../../src/provider/kit/budget.ts'
import { ManualClock, settle } from '../../clock.ts'

const forever = new AbortController().signal

function world(
  perSecond = 2,
  burst = 3,
): { clock: ManualClock; budget: Budget<'write' | 'read'>; done: string[]; ask: (name: string, priority?: Priority) => void } {
  const clock = new ManualClock()
  const budget = createBudget({ write: { perSecond, burst }, read: { perSecond: 10, burst: 10 } }, clock)
  const done: string[] = []
  const ask = (name: string, priority: Priority = 'change'): void => {
    void budget.withPriority(priority, () => budget.take('write', forever)).then(() => done.push(name))
  }
  return { clock, budget, done, ask }
}

describe('a budget', () => {
  test('lets a burst pass, then as many as the rate allows, in the order in which they came', async () => {
    const { clock, done, ask } = world()
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name)
    await settle()
    expect(done).toEqual(['a', 'b', 'c'])
    await clock.advance(500)
    expect(done).toEqual(['a', 'b', 'c', 'd'])
    await clock.advance(500)
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('says how many tokens are left, and how many calls wait for one', async () => {
    const { clock, budget, ask } = world()
    expect(budget.levels()).toEqual([
      { family: 'write', left: 3, waiting: 0 },
      { family: 'read', left: 10, waiting: 0 },
    ])
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name, name === 'e' ? 'drift' : 'change')
    await settle()
    expect(budget.levels()[0]).toEqual({ family: 'write', left: 0, waiting: 2 })
    await clock.advance(500)
    expect(budget.levels()[0]).toEqual({ family: 'write', left: 0, waiting: 1 })
  })

  test('a call that counts against two families takes a token of each', async () => {
    const clock = new ManualClock()
    const budget = createBudget({ subscription: { perSecond: 1, burst: 1 }, network: { perSecond: 10, burst: 2 } }, clock)
    const done: string[] = []
    for (const name of ['a', 'b']) void budget.take(['subscription', 'network'], forever).then(() => done.push(name))
    void budget.take('network', forever).then(() => done.push('network alone'))
    await settle()
    expect(done).toEqual(['a'])
    await clock.advance(100)
    expect(done).toEqual(['a', 'network alone'])
    await clock.advance(900)
    expect(done).toEqual(['a', 'network alone', 'b'])
  })

  test("serves a user's change before node churn before drift, whoever came first", async () => {
    const { clock, done, ask } = world(1, 1)
    ask('first')
    ask('drift', 'drift')
    ask('churn', 'churn')
    ask('change', 'change')
    await clock.advance(3_000)
    expect(done).toEqual(['first', 'change', 'churn', 'drift'])
  })

  test('pauses when the cloud throttles, goes on at half the rate, and recovers', async () => {
    const { clock, budget, done, ask } = world(2, 1)
    ask('a')
    await settle()
    budget.throttled('write', 5_000)
    for (const name of ['b', 'c', 'd']) ask(name)
    await clock.advance(5_000)
    expect(done).toEqual(['a'])
    await clock.advance(1_000)
    expect(done).toEqual(['a', 'b'])
    await clock.advance(60_000)
    done.length = 0
    for (const name of ['e', 'f', 'g']) ask(name)
    await clock.advance(1_000)
    expect(done).toEqual(['e', 'f', 'g'])
  })

  describe('that the cloud throttles for a call of two families', () => {
    const both = ['subscription', 'network'] as const
    /** How many calls of the network alone are made at once. */
    async function madeAtOnce(throttled: (budget: Budget<(typeof both)[number]>, clock: ManualClock) => Promise<void>): Promise<number> {
      const clock = new ManualClock()
      const budget = createBudget({ subscription: { perSecond: 1, burst: 2 }, network: { perSecond: 0.1, burst: 10 } }, clock)
      for (let i = 0; i < 2; i++) await budget.take(both, forever)
      await throttled(budget, clock)
      let made = 0
      for (let i = 0; i < 10; i++) void budget.take('network', forever).then(() => made++)
      await clock.advance(1_000)
      return made
    }

    test('slows down the one that has fewer tokens left, however many such calls were under way', async () => {
      const made = await madeAtOnce(async (budget) => {
        for (let i = 0; i < 3; i++) budget.throttled(both, 1_000)
      })
      expect(made).toBe(8)
    })

    test('slows down both when it is throttled again', async () => {
      const made = await madeAtOnce(async (budget, clock) => {
        budget.throttled(both, 1_000)
        await clock.advance(1_500)
        budget.throttled(both, 1_000)
      })
      expect(made).toBe(0)
    })
  })

  test('one family does not wait for another', async () => {
    const { budget, done, ask } = world(1, 1)
    ask('a')
    ask('b')
    await budget.take('read', forever)
    await settle()
    expect(done).toEqual(['a'])
  })

  test('who gives up waiting costs no token', async () => {
    const { clock, budget, done, ask } = world(1, 1)
    ask('a')
    const giveUp = new AbortController()
    const given = budget.take('write', giveUp.signal)
    ask('b')
    giveUp.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await clock.advance(1_000)
    expect(done).toEqual(['a', 'b'])
    expect(clock.pending).toBe(0)
  })

  test('says how each family stands: what is left, spent, waited for and throttled', async () => {
    const { clock, budget, ask } = world()
    for (const name of ['a', 'b', 'c', 'd']) ask(name)
    await settle()
    expect(budget.families()).toEqual([
      { family: 'write', perSecond: 2, burst: 3, tokens: 0, share: 1, waiting: 1, pauseMs: 0, taken: 3, throttles: 0 },
      { family: 'read', perSecond: 10, burst: 10, tokens: 10, share: 1, waiting: 0, pauseMs: 0, taken: 0, throttles: 0 },
    ])
    budget.throttled('write', 2_000)
    await clock.advance(1_500)
    expect(budget.families()[0]).toMatchObject({ waiting: 1, pauseMs: 500, throttles: 1 })
  })
})
