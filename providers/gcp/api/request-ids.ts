/**
 * Request ids: two requests of one id are one change for Google. A write whose outcome is not known has the id that it had before, so that it can be made again
 * and nothing happens twice; one whose outcome is known has another one the next time, or Google would answer what it did then. Source: Compute API v1, the
 * comment of `requestId`.
 */
import type { Clock } from '../../../src/model/clock.ts'
import { hashOf } from '../../../src/provider/kit/naming.ts'

export interface RequestIds {
  /** `write`: what the request says, as plain data. */
  of(write: unknown): string
  /** The outcome is known. */
  settled(write: unknown): void
}

/** Long enough to find out how a write ended, and short of the hour in which Google knows an id. */
const KEPT_MS = 20 * 60_000

/** `seed` is another one in each process. */
export function requestIds(seed: string, clock: Pick<Clock, 'now'>): RequestIds {
  const open = new Map<string, { readonly id: string; readonly since: number }>()
  let count = 0
  return {
    of(write) {
      const key = hashOf(32, write)
      const known = open.get(key)
      if (known !== undefined && clock.now() - known.since < KEPT_MS) return known.id
      count += 1
      const id = uuid(hashOf(32, [seed, key, count]))
      open.set(key, { id, since: clock.now() })
      for (const [other, { since }] of open) if (clock.now() - since >= KEPT_MS) open.delete(other)
      return id
    },
    settled: (write) => void open.delete(hashOf(32, write)),
  }
}

/** RFC 9562, version 8: of digits that mean something to their maker alone. */
function uuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
