/** One event of the table of costs: what was counted, what was wanted, what the API allows at least, and what the peers make of it. */
import type { Beside, Figure } from '../benchmark.ts'
import type { Calls } from './stand.ts'

/** Reads and writes. */
export type Cost = readonly [reads: number, writes: number]

export interface Row {
  readonly event: string
  /** What is absent is shown and not judged. */
  readonly wanted?: readonly [reads: number | undefined, writes: number]
  /** What the API allows when nothing has to be asked. */
  readonly least?: Cost
  /** aws-load-balancer-controller v3.5.0-8-g225f44568. */
  readonly lbc?: Cost
  /** cloud-provider-aws 63ec440c, without security groups of its own, unless the event says otherwise. */
  readonly ccm?: Cost
}

export function figuresOf({ event, wanted, least, lbc, ccm }: Row, { reads, writes }: Calls): readonly Figure[] {
  const besides = (index: 0 | 1): readonly Beside[] =>
    Object.entries({ least, 'aws-load-balancer-controller': lbc, 'cloud-provider-aws': ccm }).flatMap(([name, cost]) =>
      cost === undefined ? [] : [{ name, value: cost[index] }],
    )
  const target = (index: 0 | 1): Pick<Figure, 'target'> => {
    const atMost = wanted?.[index]
    return atMost === undefined ? {} : { target: { atMost } }
  }
  return [
    { name: `${event}: writes`, value: writes, unit: '', ...target(1), beside: besides(1) },
    { name: '... reads', value: reads, unit: '', ...target(0), beside: besides(0) },
  ]
}
