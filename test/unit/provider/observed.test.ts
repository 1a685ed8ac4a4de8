/** The view of a Stack that has to be observed first. */
import { expect, test } from 'vitest'
import { silentLog } from '../../../src/model/log.ts'
import { type Observed, observing } from '../../../src/provider/engine/observed.ts'
import { inMemoryCloud, type InMemoryCloud, inMemoryProvider } from '../../in-memory/index.ts'
import type { InMemoryStep, View } from '../../in-memory/view.ts'
import { until } from '../../until.ts'

const STACK = 'balancer-internal'
const signal = new AbortController().signal

function observed(cloud: InMemoryCloud): Observed<View, InMemoryStep> {
  return observing(inMemoryProvider(cloud), silentLog)
}

test('is observed once for all who ask at the same time', async () => {
  const cloud = inMemoryCloud()
  const { view } = observed(cloud)
  const views = await Promise.all([view(STACK, signal), view(STACK, signal), view(STACK, signal)])
  expect(cloud.journal.reads).toEqual([`observe ${STACK}`])
  expect(new Set(views).size).toBe(1)
})

test('is observed once more when it falls in doubt meanwhile', async () => {
  const cloud = inMemoryCloud()
  const gate = Promise.withResolvers<void>()
  cloud.journal.onCall = () => gate.promise
  const { view, mirror } = observed(cloud)
  const first = view(STACK, signal)
  await until(() => cloud.journal.reads.length === 1)
  mirror.doubt(STACK)
  const second = view(STACK, signal)
  gate.resolve()
  await Promise.all([first, second])
  expect(cloud.journal.reads).toHaveLength(2)
  expect(mirror.isInDoubt(STACK)).toBe(false)
})

test('a failure is reported to all who asked, and the next one observes anew', async () => {
  const cloud = inMemoryCloud()
  const failure = new Error('no answer')
  cloud.journal.onCall = () => Promise.reject(failure)
  const { view } = observed(cloud)
  await expect(Promise.all([view(STACK, signal), view(STACK, signal)])).rejects.toBe(failure)
  cloud.journal.onCall = () => Promise.resolve()
  await view(STACK, signal)
  expect(cloud.journal.reads).toHaveLength(2)
})
