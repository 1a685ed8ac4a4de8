import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/model/clock.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const FIFTY_DAYS_MS = 50 * 86_400_000

test('a timer longer than Node can hold fires when it is due, and not at once', () => {
  const fired = vi.fn<() => void>()
  systemClock.setTimeout(fired, FIFTY_DAYS_MS)
  vi.advanceTimersByTime(FIFTY_DAYS_MS - 1)
  expect(fired).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(fired).toHaveBeenCalledTimes(1)
})

test('it can be cancelled in every part of its wait', () => {
  const fired = vi.fn<() => void>()
  const timer = systemClock.setTimeout(fired, FIFTY_DAYS_MS)
  vi.advanceTimersByTime(30 * 86_400_000)
  timer.cancel()
  vi.advanceTimersByTime(FIFTY_DAYS_MS)
  expect(fired).not.toHaveBeenCalled()
})
