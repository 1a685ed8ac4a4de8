/** One event of a table of costs: what was counted, what was wanted, what the cloud's API allows at least, and what the peers make of it. */
import type { Beside, Figure } from '../benchmark.ts'
import type { Calls, Stand } from './stand.ts'

/** Reads and writes. */
export type Cost = readonly [reads: number, writes: number]

/** `Peer`: short names of other controllers; what one makes of the event is a member of that name. */
export type Row<Peer extends string> = {
  readonly event: string
  /** What is absent is shown and not judged. */
  readonly wanted?: readonly [reads: number | undefined, writes: number]
  /** What the API allows when nothing has to be asked. */
  readonly least?: Cost
} & { readonly [P in Peer]?: Cost }

/** A row that says how its event is brought about. */
export type EventRow<Peer extends string> = Row<Peer> & { readonly act: (stand: Stand) => Promise<unknown> | void }

/** `peers`: their names on the page. */
export function figuresFor<Peer extends string>(peers: Readonly<Record<Peer, string>>): (row: Row<Peer>, calls: Calls) => readonly Figure[] {
  const names = Object.keys(peers) as Peer[]
  return (row, { reads, writes }) => {
    const { event, wanted, least } = row
    const costs: readonly (readonly [string, Cost | undefined])[] = [['least', least], ...names.map((peer) => [peers[peer], row[peer]] as const)]
    const besides = (index: 0 | 1): readonly Beside[] => costs.flatMap(([name, cost]) => (cost === undefined ? [] : [{ name, value: cost[index] }]))
    const target = (index: 0 | 1): Pick<Figure, 'target'> => {
      const atMost = wanted?.[index]
      return atMost === undefined ? {} : { target: { atMost } }
    }
    return [
      { name: `${event}: writes`, value: writes, unit: '', ...target(1), beside: besides(1) },
      { name: '... reads', value: reads, unit: '', ...target(0), beside: besides(0) },
    ]
  }
}
