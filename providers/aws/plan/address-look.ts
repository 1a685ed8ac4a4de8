/** The plan that looks for the Elastic IP addresses which Services name, before anything is made or changed for them. Pure. */
import type { Plan } from '../../../src/provider/provider.ts'
import { type AwsStep, step } from '../steps.ts'
import type { AwsView, Network } from '../view.ts'
import { readWants } from './accept/accept.ts'
import { SHARED_SETTINGS } from './accept/shared-settings.ts'
import type { Parties } from './parties.ts'
import { phased, stagesOf } from './steps/phases.ts'
import { isAllocationId } from './wanted/reserved-addresses.ts'

/** Undefined: all of them are had, or have been looked for since the network was read. */
export function addressLookPlan(parties: Parties, view: AwsView, network: Network | undefined): Plan<AwsStep> | undefined {
  if (network === undefined) return undefined
  const { ports } = readWants(parties)
  const had = new Set([...view.loadBalancers.values()].flatMap(({ zones }) => zones.map(({ allocationId }) => allocationId)))
  const isLookedFor = (id: string): boolean => had.has(id) || view.lookedFor?.get(id)?.subnets === network.subnets
  const asking = parties.wants.flatMap((want) => {
    const { scheme, addressNames = [] } = SHARED_SETTINGS.of(want)
    const unknown = scheme === 'internal' || !ports.has(want.owner.uid) ? [] : addressNames.filter((name) => isAllocationId(name) && !isLookedFor(name))
    return unknown.length === 0 ? [] : [{ owner: want.owner, unknown }]
  })
  if (asking.length === 0) return undefined
  const ids = [...new Set(asking.flatMap(({ unknown }) => unknown))].toSorted()
  const read = step('read elastic addresses', {
    key: ids.join(', '),
    serves: asking.map(({ owner }) => owner),
    why: 'whether they are there and free',
    call: { ids },
  })
  return { stages: stagesOf([phased('read', read)]), refused: [], waiting: [] }
}
