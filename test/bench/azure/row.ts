/** The peer of the Azure provider. */
import { type EventRow, figuresFor, type Row as AnyRow } from '../cluster/row.ts'

const PEERS = {
  /** 7b31c76c, with pools of the nodes' addresses. Its reads are with polls and the reads at the end of a write. */
  cpa: 'cloud-provider-azure',
} as const

export type Row = AnyRow<keyof typeof PEERS>
export type Event = EventRow<keyof typeof PEERS>

export const figuresOf = figuresFor(PEERS)
