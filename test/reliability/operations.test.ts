/** A shared document whose changes are operations that run for 30 s: who is served when, what is polled, and what becomes of an operation that fails. */
import { describe, expect, test } from 'vitest'
import { service, wish } from '../in-memory/wishes.ts'
import type { Services } from './process.ts'
import { documents, many, portsOf, STACK } from './shared-document.ts'
import { OPERATION_MS, TimedProcess } from './timed-process.ts'

const placesOf = (timed: TimedProcess, name: string): number => timed.process.cloud.status(STACK, service(name)).places.length
const answers = (timed: TimedProcess, name: string, port: number): boolean => {
  const ip = timed.cloud.addresses.find(({ owner }) => owner?.name === name)?.ip ?? ''
  return !('dropped' in timed.cloud.deliver({ from: '192.0.2.9', to: ip, port, protocol: 'TCP' }))
}
const withPort = (services: Services, name: string, ...ports: readonly number[]): Services =>
  new Map([...services, [service(name), wish(ports, { settings: { targets: 'nodes' } })]])

describe('while an operation runs', () => {
  test('the turn ends, those whose part changes wait for it and are not published, and it is polled once a turn', async () => {
    const timed = new TimedProcess()
    await timed.turn(many(3))
    expect(timed.outcome).toMatchObject({ served: new Set(), refused: new Map(), againAfterMs: 5_000, applied: { length: 4 } })
    expect(timed.outcome.waiting.get('uid-s0')).toEqual({ reason: 'Progressing', because: 'the document is being updated', afterMs: 5_000 })
    expect([timed.polls(), placesOf(timed, 's0'), documents(timed.cloud)]).toEqual([1, 0, 1])
    timed.now = 5_000
    await timed.turn(many(3))
    expect([timed.polls(), documents(timed.cloud)]).toEqual([2, 1])
    timed.now = OPERATION_MS
    await timed.turn(many(3))
    expect([timed.polls(), placesOf(timed, 's0'), documents(timed.cloud), timed.outcome.served.size]).toEqual([3, 1, 1, 3])
  })

  test('who was served before stays published, and who needs no change is served', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(2))
    await timed.turn(many(2, (i) => (i === 0 ? [1000, 2000] : [1001])))
    expect([timed.outcome.served, [...timed.outcome.waiting.keys()]]).toEqual([new Set(['uid-s1']), ['uid-s0']])
    expect([placesOf(timed, 's0'), placesOf(timed, 's1')]).toEqual([1, 1])
  })

  test('newcomers are all taken up by one write when it is over', async () => {
    const timed = new TimedProcess()
    await timed.turn(many(2))
    for (let i = 3; i < 10; i++) {
      timed.now += 1_000
      await timed.turn(many(i))
      expect(timed.outcome.waiting.has(`uid-s${i - 1}`)).toBe(true)
    }
    await timed.settle(many(9))
    expect([documents(timed.cloud), timed.outcome.served.size]).toEqual([2, 9])
  })

  test('what closes and leaves does not wait: a write supersedes the operation and contains what it was to do', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(2, (i) => [1000 + i, 2000 + i]))
    await timed.turn(many(3, (i) => [1000 + i, 2000 + i]))
    timed.now += 5_000
    await timed.turn(many(3, (i) => (i === 0 ? [1000] : [1000 + i, 2000 + i])))
    expect(portsOf(timed.cloud, 's0')).toEqual([1000])
    expect([...timed.outcome.waiting.keys()].toSorted()).toEqual(['uid-s0', 'uid-s2'])
    timed.now += OPERATION_MS
    await timed.turn(many(3, (i) => (i === 0 ? [1000] : [1000 + i, 2000 + i])))
    expect([answers(timed, 's0', 1000), answers(timed, 's0', 2000), answers(timed, 's2', 2002), timed.outcome.served.size]).toEqual([true, false, true, 3])
  })

  test('a process that starts finds it by what the cloud shows, and begins no other', async () => {
    const timed = new TimedProcess()
    await timed.turn(many(3))
    const process = timed.begin()
    await process.learn()
    const before = documents(timed.cloud)
    await timed.settle(many(3))
    expect([documents(timed.cloud) - before, timed.outcome.served.size, timed.now]).toEqual([0, 3, OPERATION_MS])
  })

  test('a document that goes is waited for, with the addresses that it uses', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(2))
    await timed.settle(new Map())
    expect([timed.cloud.rules, timed.cloud.addresses, timed.cloud.groups]).toEqual([[], [], []])
    expect(timed.cloud.journal.writes.filter((write) => write.startsWith('delete'))).toHaveLength(4)
  })
})

describe('an operation that does not succeed', () => {
  test('half of it came into force: that half is served, the other is refused and tried again', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(1))
    timed.cloud.decideNext('fails halfway')
    const next = withPort(withPort(many(1), 'a', 80), 'b', 81)
    await timed.turn(next)
    timed.now += OPERATION_MS
    await timed.turn(next)
    expect([...timed.outcome.refused.keys()]).toEqual(['uid-b'])
    expect(timed.outcome.refused.get('uid-b')?.problem.wrong).toContain('the operation failed')
    expect([placesOf(timed, 'a'), timed.outcome.served.has('uid-a')]).toEqual([1, true])
    timed.now += 30_000
    await timed.settle(next)
    expect([timed.outcome.refused.size, portsOf(timed.cloud, 'b')]).toEqual([0, [81]])
  })

  test.each(['superseded', 'canceled'] as const)('%s: it is looked at and begun again at once, and no Service is blamed', async (fate) => {
    const timed = new TimedProcess()
    await timed.settle(many(1))
    timed.cloud.decideNext(fate)
    const took = await timed.settle(many(2))
    expect([timed.outcome.refused.size, timed.outcome.served.size, took]).toEqual([0, 2, 2 * OPERATION_MS])
    expect(timed.cloud.othersParts().found).toEqual(timed.cloud.othersParts().expected)
  })

  /** Each operation that contains one of these ports fails, and brings nothing into force. */
  function failing(timed: TimedProcess, isBad: (port: number) => boolean): () => number {
    let failures = 0
    timed.cloud.answer = (step) => {
      if ('rules' in step && step.rules.some(({ port }) => isBad(port))) {
        failures++
        timed.cloud.decideNext('fails')
      }
      return undefined
    }
    return () => failures
  }

  test('because of one of 64 newcomers: it is found by halves, an operation each, and the others are served', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(4))
    const failures = failing(timed, (port) => port === 1042)
    await timed.settle(many(68))
    expect([...timed.outcome.refused.keys()]).toEqual(['uid-s42'])
    expect(timed.outcome.served.size).toBe(67)
    // 13 operations find it, six of them for nothing but the search; one more is its first retry.
    expect([failures(), documents(timed.cloud)]).toEqual([8, 15])
  })

  test('a refused one that is changed and fails again is refused again, after one operation', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(2))
    const failures = failing(timed, (port) => port >= 5_000)
    await timed.settle(withPort(many(2), 'web', 5_000))
    const before = failures()
    await timed.settle(withPort(many(2), 'web', 5_001))
    expect([...timed.outcome.refused.keys()]).toEqual(['uid-web'])
    expect(failures() - before).toBeLessThanOrEqual(2)
  })

  test('the refused one is tried again alone, with longer and longer delays', async () => {
    const timed = new TimedProcess()
    await timed.settle(many(4))
    const failures = failing(timed, (port) => port === 1004)
    await timed.settle(many(5))
    const began = timed.now
    const tries: number[] = []
    while (timed.now - began < 3_600_000) {
      timed.now += 10_000
      const before = failures()
      await timed.turn(many(5))
      if (failures() > before) tries.push(Math.round((timed.now - began) / 1_000))
    }
    const delays = tries.map((at, i) => at - (tries[i - 1] ?? 0))
    expect(tries.length).toBeLessThanOrEqual(10)
    expect(delays.slice(1)).toEqual(delays.slice(1).toSorted((a, b) => a - b))
    expect([...timed.outcome.refused.keys()]).toEqual(['uid-s4'])
  })
})

describe('500 Services created at once: at most 4 writes of the document, and all served within 5 times the time of one', () => {
  test.each([
    { what: 'addresses are there at once', provisioningReads: 0 },
    { what: 'addresses take a while', provisioningReads: 3 },
  ])('$what', async (options) => {
    const one = new TimedProcess(options)
    const timeOfOne = await one.settle(many(1))
    const timed = new TimedProcess(options)
    const took = await timed.settle(many(500))
    expect([timed.outcome.served.size, timed.cloud.rules.length]).toEqual([500, 500])
    expect(documents(timed.cloud)).toBeLessThanOrEqual(4)
    expect(took).toBeLessThanOrEqual(5 * timeOfOne)
  })

  test('and when they arrive one after the other while operations run', async () => {
    const timed = new TimedProcess()
    for (let arrived = 10; arrived <= 500; arrived += 10) {
      timed.now += 1_000
      await timed.turn(many(arrived))
    }
    await timed.settle(many(500))
    expect([timed.outcome.served.size, timed.now <= 5 * OPERATION_MS]).toEqual([500, true])
    expect(documents(timed.cloud)).toBeLessThanOrEqual(4)
  })
})
