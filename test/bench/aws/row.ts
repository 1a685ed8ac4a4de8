/** The peers of the AWS provider. */
import { type EventRow, figuresFor, type Row as AnyRow } from '../cluster/row.ts'

const PEERS = {
  /** v3.5.0-8-g225f44568. */
  lbc: 'aws-load-balancer-controller',
  /** 63ec440c, without security groups of its own, unless the event says otherwise. */
  ccm: 'cloud-provider-aws',
} as const

export type Row = AnyRow<keyof typeof PEERS>
export type Event = EventRow<keyof typeof PEERS>

export const figuresOf = figuresFor(PEERS)
