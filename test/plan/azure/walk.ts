/** A Stack on its walk through requests, with a core that publishes what is reported; and what there is in the end, whatever way led there. */
import * as fc from 'fast-check'
import { type Moment, momentsOf, PlanWalk } from '../../cloud/plan-walk.ts'
import { type AzureWorld, openAzureWorld, type Reported } from './azure-world.ts'
import { asks, type AzureAsk, backendsOf, nodes, want } from './random-asks.ts'

type Backends = ReturnType<typeof nodes>
export type AzureMoment = Moment<AzureAsk, Backends>

export const moments: fc.Arbitrary<AzureMoment> = momentsOf(asks, fc.constantFrom(nodes(1), nodes(2, 3)))

export type AzureWalk = PlanWalk<AzureAsk, Backends, Reported, AzureWorld>

/** `share`: all ask for the same address, where they ask for a public one; and all have the same nodes, as Services of one cluster have. */
export async function azureWalk(share?: string): Promise<AzureWalk> {
  return new PlanWalk<AzureAsk, Backends, Reported, AzureWorld>(await openAzureWorld(), (moment, { published, lingering, age }): Reported => {
    if (moment.kind === 'gone') return { gone: true }
    const on = share === undefined ? undefined : nodes(1, 2)
    if (moment.kind === 'follow') return { follow: backendsOf(['80/TCP', '443/TCP', '53/TCP', '53/UDP'], on ?? moment.on) }
    const isShared = share !== undefined && moment.ask.scheme !== 'internal'
    const ask = { ...(isShared ? shared(moment.ask) : moment.ask), ...(on === undefined ? {} : { on }) }
    return { want: want(ask), published, lingering, age }
  })
}

function shared(asked: AzureAsk): AzureAsk {
  const { families: _, dnsLabel: __, ...ask } = asked
  return { ...ask, addressNames: ['reserved-1'] }
}

export function leftOver({ world }: AzureWalk): readonly string[] {
  return world.owned()
}

/** Without internal addresses, of which any may be given. */
export function effect({ world }: AzureWalk): unknown {
  return world.owned().map((text) => text.replaceAll(/"privateIPAddress":"[^"]*",?/g, '').replaceAll(/10\.0\.\d+\.\d+(?=")/g, 'ADDRESS'))
}
