/**
 * How long until it is worth asking how a change stands. A poll counts against the project's quota like any call, and one that comes too early says nothing. Google
 * publishes no times: these are what users report, and rather short.
 */
import type { ObjectKind } from '../steps.ts'

/** How long a change usually takes at the least, in milliseconds. */
const USUAL_MS: Readonly<Record<ObjectKind, number>> = {
  'forwarding rule': 5_000,
  'backend service': 3_000,
  'firewall rule': 3_000,
  'endpoint group': 3_000,
  'instance group': 3_000,
  'health check': 2_000,
  address: 2_000,
}
const DELETION_MS = 5_000

/** From one poll to the next, in milliseconds. */
export const POLL_MS = 2_000

/** An operation that runs. */
export interface Running {
  /** Milliseconds by the clock that `now` is of. */
  readonly since: number
  readonly isDeletion?: boolean
}

/** Until the first poll, in milliseconds; 0: it is time. */
export function untilPoll(kind: ObjectKind, { since, isDeletion = false }: Running, now: number): number {
  return Math.max(0, since + (isDeletion ? DELETION_MS : USUAL_MS[kind]) - now)
}
