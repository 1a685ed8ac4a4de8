/** Of what a Service may ask for on any cloud, some by chance; a cloud's tests add what is its own. */
import * as fc from 'fast-check'
import type { ListenerKey } from '../../src/model/load-balancer.ts'

/** A value in three of four cases, else none. */
export function maybe<T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(some, { nil: undefined, freq: 3 })
}

/** Listeners, among them two protocols on one number. */
export const listenerKeys: fc.Arbitrary<ListenerKey[]> = fc.uniqueArray(fc.constantFrom<ListenerKey>('80/TCP', '443/TCP', '53/TCP', '53/UDP', '90/UDP'), {
  minLength: 1,
  maxLength: 4,
})

export const NEUTRAL_SETTINGS = {
  scheme: maybe(fc.constantFrom('internal', 'internet-facing')),
  sourceRanges: maybe(fc.constantFrom(['10.0.0.0/8'], ['10.0.0.0/8', '192.0.2.0/24'])),
  crossZone: maybe(fc.boolean()),
  zonalAffinity: fc.boolean(),
  deletionProtection: fc.boolean(),
  drainTimeoutSeconds: maybe(fc.constantFrom(0, 30)),
  tags: fc.constantFrom({}, { team: 'shop' }, { team: 'ops', stage: 'live' }),
} as const
