/** An API server, a subscription and a controller between them. */
import { REALISTIC } from '../../../emulators/azure/index.ts'
import { LIMITS } from '../../../providers/azure/api/calls.ts'
import { unlimited } from '../../cloud/unlimited.ts'
import { Stand } from '../cluster/stand.ts'
import { connectSubscription, RULE_LIMIT } from './connect.ts'
import { addMachine, placeOf, PROVIDER, startSubscription } from './subscription.ts'

const TIME_SCALE = 20

/** The cloud takes its time, as recorded: changes are polled, which is part of what they cost. */
export function openStand(nodes: number, timeScale = TIME_SCALE): Promise<Stand> {
  return Stand.open({
    nodes,
    timeScale,
    async start(clock) {
      const azure = await startSubscription({ delays: REALISTIC, quotas: { rulesPerMember: RULE_LIMIT }, now: () => clock.now() })
      return {
        provider: PROVIDER,
        journal: azure.journal,
        addMachine: (number) => addMachine(azure, number),
        connect: ({ isLimited }) => connectSubscription(placeOf(azure), { clock, limits: isLimited ? LIMITS : unlimited(LIMITS) }),
        close: () => azure.close(),
      }
    },
  })
}
