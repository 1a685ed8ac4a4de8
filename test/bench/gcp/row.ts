/** The peer of the Google Cloud provider, and what of the reads is no more than waiting. */
import type { Figure } from '../benchmark.ts'
import { type EventRow, figuresFor, type Row as AnyRow } from '../cluster/row.ts'
import type { Calls } from '../cluster/stand.ts'

const PEERS = {
  /** Not measured: read off its code, with instance groups as backends. Each get, insert and PUT is counted, no poll. */
  igce: 'ingress-gce',
} as const

export type Row = AnyRow<keyof typeof PEERS>
export type Event = EventRow<keyof typeof PEERS>

const figuresWithoutPolls = figuresFor(PEERS)

/** Polls of operations by themselves: how many there are depends on how long the cloud takes. */
export function figuresOf(row: Row, calls: Calls): readonly Figure[] {
  const polls = pollsIn(calls)
  return [...figuresWithoutPolls(row, { ...calls, reads: calls.reads - polls }), { name: '... polls of operations', value: polls, unit: '' }]
}

function pollsIn({ actions }: Calls): number {
  return Object.entries(actions).reduce((sum, [action, count]) => sum + (/Operations\./.test(action) ? count : 0), 0)
}
