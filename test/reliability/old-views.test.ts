/** Calls that were based on an old view, and steps that have to wait: what one turn does about them, and how often it asks. */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { Process } from './process.ts'
import { answerAll, documents, many, STACK, start } from './shared-document.ts'

const stale = (): CloudError => new CloudError('stale', { reason: 'CloudUnavailable', publicMessage: 'the document was changed meanwhile' })
const observed = (reads: readonly string[]): number => reads.filter((read) => read === `observe ${STACK}`).length

describe('a write based on an old view', () => {
  test.each([1, 2, 3])('%i times: the Stack is looked at and planned again in the same turn, without a word', async (times) => {
    const cloud = inMemoryCloud()
    const said: unknown[] = []
    const log: Log = { ...silentLog, warn: (...text) => void said.push(text), error: (...text) => void said.push(text) }
    const process = new Process(bind(inMemoryProvider(cloud), { log }))
    await process.reconcile(many(2))
    const before = observed(cloud.journal.reads)
    let left = times
    cloud.answer = ({ kind }) => (kind === 'document' && left-- > 0 ? stale() : undefined)
    await process.turn(many(3))
    expect(process.outcomes.get(STACK)).toMatchObject({ served: new Set(['uid-s0', 'uid-s1', 'uid-s2']), refused: new Map(), waiting: new Map() })
    expect(process.outcomes.get(STACK)).not.toHaveProperty('stopped')
    expect([observed(cloud.journal.reads) - before, cloud.rules.length, said]).toEqual([times, 3, []])
  })

  test('four times: the turn ends, no Service is blamed, and it is retried like any failure', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(2))
    answerAll(cloud, ({ kind }) => kind === 'document', stale())
    const before = documents(cloud)
    await process.turn(many(3))
    expect(documents(cloud) - before).toBe(4)
    expect(process.outcomes.get(STACK)).toMatchObject({
      stopped: { message: 'the document was changed meanwhile', afterMs: 5_000 },
      refused: new Map(),
      served: new Set(['uid-s0', 'uid-s1']),
    })
  })

  test('what another writer changed in between is repaired in the same turn', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(2))
    cloud.replaceRules(STACK, (rules) => rules.slice(1))
    await process.turn(many(3))
    expect(cloud.rules).toHaveLength(3)
  })
})

describe('a step that has to wait', () => {
  test('is asked for once a turn, also when nothing else is left of its Service', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(2))
    answerAll(cloud, ({ verb }) => verb === 'delete', new CloudError('later', { reason: 'Waiting', publicMessage: 'it is still in use', afterMs: 5_000 }))
    const before = cloud.journal.writes.length
    await process.turn(many(1))
    expect(cloud.journal.writes.slice(before)).toEqual([`update document ${STACK}`, 'delete address uid-s1-internet-facing'])
    expect(process.outcomes.get(STACK)).toMatchObject({ againAfterMs: 5_000, served: new Set(['uid-s0']) })
    expect([...(process.outcomes.get(STACK)?.waiting.keys() ?? [])]).toEqual(['uid-s1'])
  })
})

test('the provider says how many steps run side by side', async () => {
  const cloud = inMemoryCloud()
  let [running, most] = [0, 0]
  cloud.journal.onCall = async (what) => {
    if (!what.startsWith('create address')) return
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
  }
  await new Process(bind({ ...inMemoryProvider(cloud), stepsAtOnce: 50 })).reconcile(many(101))
  expect(most).toBe(50)
})
