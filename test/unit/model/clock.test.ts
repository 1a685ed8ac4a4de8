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

test.each([-3_600_000, 3_700_000])('a time of day that is set by %i ms moves no deadline', (ms) => {
  vi.useRealTimers()
  vi.useFakeTimers({ toFake: ['Date'] })
  const [now, date] = [systemClock.now(), systemClock.date().getTime()]
  vi.setSystemTime(date + ms)
  expect(systemClock.now() - now).toBeLessThan(5_000)
  expect(systemClock.now() - now).toBeGreaterThanOrEqual(0)
  expect(systemClock.date().getTime()).toBe(date + ms)
})

test('a timer for what is no number does not fire at once', () => {
  const fired = vi.fn<() => void>()
  systemClock.setTimeout(fired, Number.NaN)
  vi.advanceTimersByTime(60_000)
  expect(fired).not.toHaveBeenCalled()
})
