/** A Stack on its walk through requests, with a core that publishes what is reported; and what there is in the end, whatever way led there. */
import * as fc from 'fast-check'
import { type Moment, momentsOf, PlanWalk } from '../../cloud/plan-walk.ts'
import { type GcpWorld, openGcpWorld, type Reported } from './gcp-world.ts'
import { asks, backendsOf, type GcpAsk, nodes, want } from './random-asks.ts'

type Backends = ReturnType<typeof nodes>
export type GcpMoment = Moment<GcpAsk, Backends>

export const moments: fc.Arbitrary<GcpMoment> = momentsOf(asks, fc.constantFrom(nodes(1), nodes(2, 3)))

export type GcpWalk = PlanWalk<GcpAsk, Backends, Reported, GcpWorld>

/** `share`: the key that all have; then all have the same nodes, as Services of one cluster have. */
export async function gcpWalk(share?: string): Promise<GcpWalk> {
  return new PlanWalk<GcpAsk, Backends, Reported, GcpWorld>(await openGcpWorld(), (moment, { published, lingering, age }): Reported => {
    if (moment.kind === 'gone') return { gone: true }
    const on = share === undefined ? undefined : nodes(1, 2)
    if (moment.kind === 'follow') return { follow: backendsOf(['80/TCP', '443/TCP', '53/TCP', '53/UDP'], on ?? moment.on) }
    const ask = { ...moment.ask, ...(share === undefined ? {} : { share }), ...(on === undefined ? {} : { on }) }
    return { want: want(ask), published, lingering, age }
  })
}

export function leftOver({ world }: GcpWalk): readonly string[] {
  return world.owned()
}

export function effect({ world }: GcpWalk): unknown {
  return world.effects()
}
