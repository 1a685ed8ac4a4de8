/** A call under its limits, to a cloud that answers what a test says. */
import { describe, expect, test } from 'vitest'
import { CloudError } from '../../../../src/provider/cloud-error.ts'
import { createBudget } from '../../../../src/provider/kit/budget.ts'
import { type CallRules, limitedCall } from '../../../../src/provider/kit/limited-call.ts'
import { NotPermitted, withPermit } from '../../../../src/provider/kit/permit.ts'
import { ManualClock } from '../../../clock.ts'

type Family = 'subscription' | 'network'

const forever = new AbortController().signal
const throttled = () => new CloudError('later', { reason: 'Throttled', publicMessage: 'too fast', blames: [] })
const unclear = () => new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })

/** Answers one entry a call: an error that it throws, a function that it calls, or a value. The clock runs while a call waits. */
function world(...answers: unknown[]) {
  const clock = new ManualClock()
  const slowed: string[] = []
  const budget = createBudget<Family>({ subscription: { perSecond: 10, burst: 10 }, network: { perSecond: 10, burst: 10 } }, clock)
  const call = limitedCall<Family>({
    clock,
    budget: {
      take: (families, signal) => budget.take(families, signal),
      throttled: (families, afterMs) => {
        slowed.push(`${[families].flat().join(' and ')} ${afterMs ?? 'usual'}`)
        budget.throttled(families, afterMs)
      },
    },
  })
  let sent = 0
  const send = async (): Promise<unknown> => {
    const answer = answers[sent++]
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? (answer as () => unknown)() : answer
  }
  const make = async (rules: Partial<CallRules<Family>> = {}, signal = forever): Promise<unknown> => {
    const all: CallRules<Family> = { families: 'network', isRead: true, errorOf: (error) => error as CloudError, ...rules }
    const made = call(all, send, signal).catch((error: unknown) => error)
    await clock.advance(20_000)
    return made
  }
  return { make, slowed, sent: () => sent }
}

describe('a limited call', () => {
  test('a read with an unclear answer is made again', async () => {
    const { make, sent } = world(unclear(), 'found')
    expect(await make()).toBe('found')
    expect(sent()).toBe(2)
  })

  test('a write with an unclear answer is not', async () => {
    const { make, sent } = world(unclear(), 'made')
    expect(await make({ isRead: false })).toMatchObject({ consequence: 'unclear' })
    expect(sent()).toBe(1)
  })

  test('a throttled write did not happen, and is made again; what it counts against slows down', async () => {
    const { make, sent, slowed } = world(throttled(), 'made')
    expect(await make({ isRead: false, families: ['subscription', 'network'] })).toBe('made')
    expect(sent()).toBe(2)
    expect(slowed).toEqual(['subscription and network usual'])
  })

  test('the pause that the cloud asks for is kept', async () => {
    const { make, slowed } = world(throttled(), 'found')
    expect(await make({ pauseMs: () => 1_500 })).toBe('found')
    expect(slowed).toEqual(['network 1500'])
  })

  test('the error of the cloud is thrown as ours', async () => {
    const { make } = world(new Error('409 Conflict'))
    const refused = new CloudError('refused', { reason: 'Conflict', publicMessage: 'it exists' })
    expect(await make({ errorOf: () => refused })).toBe(refused)
  })

  test('an aborted call ends with the reason of its signal', async () => {
    const abort = new AbortController()
    const reason = new Error('the process ends')
    const { make, sent } = world(() => {
      abort.abort(reason)
      throw new Error('the connection was closed')
    })
    expect(await make({}, abort.signal)).toBe(reason)
    expect(sent()).toBe(1)
  })

  test('nothing is sent once the Lease ran out, and that is not an error of the cloud', async () => {
    const { make, sent } = world('found')
    expect(
      await withPermit(
        () => false,
        () => make(),
      ),
    ).toBeInstanceOf(NotPermitted)
    expect(sent()).toBe(0)
  })
})
