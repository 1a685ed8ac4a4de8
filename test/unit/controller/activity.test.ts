import { describe, expect, test } from 'vitest'
import { type Activity, createActivity } from '../../../src/controller/activity.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Call } from '../../../src/provider/kit/instrument.ts'
import type { Step } from '../../../src/provider/provider.ts'
import { ManualClock } from '../../clock.ts'
import { service } from './given.ts'

const WEB: Owner = { namespace: 'default', name: 'web', uid: 'uid-web' }

function step(more: Partial<Step> = {}): Step {
  return { verb: 'create', kind: 'listener', key: 'web:80', serves: [WEB], why: 'the Service asks for 80/TCP', ...more }
}

function call(more: Partial<Call> = {}): Call {
  return { provider: 'memory', operation: 'apply', verb: 'create', kind: 'listener', step: step(), durationMs: 40, result: 'ok', ...more }
}

function all(activity: Activity): readonly string[] {
  return activity.list({ most: 100 }).map(({ kind, what, why, count }) => `${count} ${kind} ${what}: ${why}`)
}

describe('the activity', () => {
  test('has each step that was applied, with its duration and for whom', () => {
    const clock = new ManualClock()
    const activity = createActivity(clock)
    activity.noteCall(call())
    expect(activity.list({ most: 10 })).toEqual([
      {
        id: 1,
        kind: 'applied',
        provider: 'memory',
        what: 'create listener web:80',
        why: 'the Service asks for 80/TCP',
        at: clock.now(),
        firstAt: clock.now(),
        count: 1,
        durationMs: 40,
        isWarning: false,
        service: 'default/web',
        owners: ['uid-web'],
        moreOwners: 0,
      },
    ])
  })

  test('says why a step was refused in the public words, and of any other fault that the log has it', () => {
    const activity = createActivity(new ManualClock())
    const secret = new Error('arn:aws:iam::123456789012:role/x')
    activity.noteCall(
      call({ result: 'refused', error: new CloudError('refused', { reason: 'Refused', publicMessage: 'The cloud has no room.', cause: secret }) }),
    )
    activity.noteCall(call({ result: 'fault', error: secret }))
    expect(all(activity)).toEqual([
      '1 failed create listener web:80: the call failed; the log has the reason',
      '1 refused create listener web:80: The cloud has no room.',
    ])
  })

  test('leaves out reads: those of the inventory, and those that look whether an operation has ended', () => {
    const activity = createActivity(new ManualClock())
    activity.noteCall({ provider: 'memory', operation: 'inventory', durationMs: 1, result: 'ok' })
    activity.noteCall(call({ step: step({ verb: 'read' }), result: 'later' }))
    expect(all(activity)).toEqual([])
  })

  test('counts what repeats, and moves it to the newest', async () => {
    const clock = new ManualClock()
    const activity = createActivity(clock)
    activity.noteEvent(service(), { type: 'Warning', reason: 'Refused', message: 'No room.' })
    activity.noteEvent(service(), { type: 'Normal', reason: 'Ready', message: 'Served.' })
    await clock.advance(60_000)
    activity.noteEvent(service(), { type: 'Warning', reason: 'Refused', message: 'No room.' })
    expect(all(activity)).toEqual(['2 event Refused: No room.', '1 event Ready: Served.'])
    expect(activity.list({ most: 1 })[0]).toMatchObject({ firstAt: clock.now() - 60_000, at: clock.now() })
  })

  test('keeps what a filter held back, what stopped a Stack, and how many steps corrected drift', () => {
    const activity = createActivity(new ManualClock())
    const turn = { provider: 'memory', stack: 'a', owners: [WEB], isRepair: true }
    activity.noteOutcome(turn, {
      applied: [step()],
      held: [step({ verb: 'delete' })],
      stopped: { reason: 'Denied', message: 'A permission is missing.', afterMs: 1 },
    })
    expect(all(activity)).toEqual([
      '1 repaired 1 step in Stack a: corrected a change made outside Fairlead',
      '1 stopped Stack a: Denied: A permission is missing.',
      '1 held delete listener web:80: the Service asks for 80/TCP',
    ])
    expect([...activity.repaired()]).toEqual([['memory', 1]])
    expect(activity.list({ uid: 'uid-web', most: 10 })).toHaveLength(3)
  })

  test('answers what is about one Service, or newer than an entry', () => {
    const activity = createActivity(new ManualClock())
    activity.noteEvent(service({ uid: 'one' }), { type: 'Normal', reason: 'Ready', message: 'Served at one.' })
    activity.noteEvent(service({ uid: 'two' }), { type: 'Normal', reason: 'Ready', message: 'Served at two.' })
    expect(activity.list({ uid: 'one', most: 10 }).map(({ id }) => id)).toEqual([1])
    expect(activity.list({ after: 1, most: 10 }).map(({ id }) => id)).toEqual([2])
  })

  test('stays small whatever happens: texts are cut, owners counted, and the oldest entries leave', () => {
    const activity = createActivity(new ManualClock(), 100)
    const owners = Array.from({ length: 5_000 }, (_, i) => ({ uid: `uid-${i}` }))
    for (let i = 0; i < 1_000; i += 1) activity.noteCall(call({ step: step({ key: `${i} ${'x'.repeat(5_000)}`, why: 'y'.repeat(5_000), serves: owners }) }))
    const entries = activity.list({ most: 10_000 })
    expect(entries).toHaveLength(100)
    expect(JSON.stringify(entries).length).toBeLessThan(200_000)
    expect(entries[0]).toMatchObject({ id: 1_000, moreOwners: 4_936 })
  })

  test('has nothing in it that would act on a terminal or a page', () => {
    const activity = createActivity(new ManualClock())
    activity.noteEvent(service(), { type: 'Normal', reason: 'Ready', message: 'a\u001b[31m\u202eb' })
    expect(all(activity)).toEqual([String.raw`1 event Ready: a\u001b[31m\u202eb`])
  })
})
