/** What goes around a provider: retries, reports, filters, the text of a plan. */
import { describe, expect, test } from 'vitest'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { type Call, instrument } from '../../../src/provider/kit/instrument.ts'
import { planText } from '../../../src/provider/engine/plan-text.ts'
import { allOf, dryRun, neverDelete } from '../../../src/provider/engine/plan-filters.ts'
import type { Plan, Step } from '../../../src/provider/provider.ts'
import { retryRead, retryWrite } from '../../../src/provider/kit/retry.ts'
import { ManualClock } from '../../clock.ts'
import { inMemoryCloud, inMemoryProvider } from '../../in-memory/index.ts'
import { service } from '../../in-memory/wishes.ts'

const [web, dns] = [service('web'), service('dns')]
const step = (verb: Step['verb'], key: string, ...serves: Step['serves']): Step => ({ verb, kind: 'rule', key, serves, why: 'so' })
const planOf = (...stages: Step[][]): Plan<Step> => ({ stages, refused: [], waiting: [] })
const error = (consequence: CloudError['consequence'], options: { afterMs?: number; reason?: 'Throttled' | 'Waiting'; isDefinite?: true } = {}): CloudError =>
  new CloudError(consequence, {
    reason: options.reason ?? 'Throttled',
    publicMessage: consequence,
    ...(options.afterMs === undefined ? {} : { afterMs: options.afterMs }),
    ...(options.isDefinite === undefined ? {} : { isDefinite: true }),
  })

describe('retries', () => {
  const cases: readonly [what: string, call: 'read' | 'write', error: Error, attempts: number][] = [
    ['a read with an unclear answer', 'read', error('unclear'), 3],
    ['a read of an object that is not found', 'read', error('unclear', { isDefinite: true }), 1],
    ['a read that is throttled for a moment', 'read', error('later', { afterMs: 100 }), 3],
    ['a read that is refused', 'read', error('refused'), 1],
    ['a write with an unclear answer', 'write', error('unclear'), 1],
    ['a write that is throttled for a moment', 'write', error('later'), 3],
    ['a write that is throttled for long', 'write', error('later', { afterMs: 60_000 }), 1],
    ['a write that has to wait for something else', 'write', error('later', { reason: 'Waiting' }), 1],
    ['a mistake of ours', 'read', new RangeError('index'), 1],
  ]
  test.each(cases)('%s', async (_, call, failure, attempts) => {
    let made = 0
    const attempt = (): Promise<never> => {
      made++
      return Promise.reject(failure)
    }
    const repeat = call === 'read' ? retryRead : retryWrite
    const clock = new ManualClock()
    const ended = repeat(attempt, { clock, signal: new AbortController().signal, retries: 2 }).catch((thrown: unknown) => thrown)
    await clock.advance(10_000)
    expect(await ended).toBe(failure)
    expect(made).toBe(attempts)
  })

  test('the pauses are by the clock: doubling, with jitter, and never shorter than the cloud asks for', async () => {
    const clock = new ManualClock()
    const at: number[] = []
    const attempt = (): Promise<never> => {
      at.push(clock.now())
      return Promise.reject(error('later', { afterMs: at.length === 3 ? 1_900 : 0 }))
    }
    const ended = retryRead(attempt, { clock, signal: new AbortController().signal }).catch(() => 'given up')
    await clock.advance(20_000)
    expect(await ended).toBe('given up')
    const [first = 0, second = 0, third = 0] = at.slice(1).map((time, i) => time - (at[i] ?? 0))
    expect(first).toBeGreaterThanOrEqual(200)
    expect(first).toBeLessThan(401)
    expect(second).toBeGreaterThanOrEqual(400)
    expect(second).toBeLessThan(801)
    expect(third).toBeGreaterThanOrEqual(1_900)
  })
})

describe('filters', () => {
  const plan = planOf(
    [step('read', 'r', web)],
    [step('create', 'a', web), step('create', 'b', dns)],
    [step('delete', 'c', web)],
    [step('create', 'd', web), step('update', 'e', dns)],
  )
  const keys = (filtered: Plan<Step>): string[] => filtered.stages.flat().map(({ key }) => key)

  test('a dry run only reads', () => expect(keys(dryRun(plan))).toEqual(['r']))
  test('never delete is about owners who are gone, not about steps', () => {
    expect(keys(neverDelete(plan))).toEqual(['r', 'a', 'b', 'c', 'd', 'e'])
    expect([neverDelete.keepsGone, allOf(dryRun, neverDelete).keepsGone, allOf(dryRun).keepsGone]).toEqual([true, true, undefined])
  })
  test('both', () => expect(keys(allOf(neverDelete, dryRun)(plan))).toEqual(['r']))
  test('stages left without steps go', () => expect(dryRun(plan).stages).toHaveLength(1))
})

test('a plan reads one step a line', () => {
  const plan: Plan<Step> = {
    stages: [[step('create', 'a', web)], [{ ...step('delete', 'b', web), interrupts: 'port 80 for a moment' }]],
    refused: [
      {
        owner: dns,
        ports: [{ port: 53, protocol: 'UDP', error: 'PortHeld' }],
        problem: { reason: 'Conflict', field: 'spec.ports', value: '53/UDP', wrong: 'is held by default/web' },
      },
    ],
    waiting: [{ owner: web, because: 'an address is being provisioned', afterMs: 5_000 }],
  }
  expect(planText(plan)).toBe(
    [
      '1. create rule a: so',
      '2. delete rule b: so INTERRUPTS port 80 for a moment',
      'refused default/dns 53/UDP: spec.ports: "53/UDP" is held by default/web',
      'waiting default/web: an address is being provisioned',
    ].join('\n'),
  )
  expect(planText(planOf())).toBe('nothing to do')
})

test('each call of a provider is reported once, with its end', async () => {
  const cloud = inMemoryCloud()
  const clock = new ManualClock()
  cloud.journal.onCall = () => clock.advance(20)
  const calls: Call[] = []
  const provider = instrument(inMemoryProvider(cloud), clock, (call) => calls.push(call))
  const signal = new AbortController().signal
  const view = await provider.observe('s', signal)
  for await (const [stack] of provider.inventory(signal)) expect.unreachable(stack)
  cloud.answer = () => error('later')
  await expect(provider.apply({ verb: 'create', kind: 'group', key: 'g', nodes: [], serves: [], why: '' }, view, undefined, signal)).rejects.toBeInstanceOf(
    CloudError,
  )
  expect(calls).toMatchObject([
    { provider: 'memory', operation: 'observe', stack: 's', durationMs: 20, result: 'ok' },
    { operation: 'inventory', durationMs: 20, result: 'ok' },
    { operation: 'apply', verb: 'create', kind: 'group', durationMs: 20, result: 'later' },
  ])
})
