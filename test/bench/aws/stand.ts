/** An API server, an account and a controller between them. */
import { type Delays, IMMEDIATE } from '../../../emulators/aws/index.ts'
import { LIMITS } from '../../../providers/aws/api/calls.ts'
import { unlimited } from '../../cloud/unlimited.ts'
import { Stand } from '../cluster/stand.ts'
import { addInstance, connectAccount, placeOf, PROVIDER, startAccount } from './account.ts'

/** Everything in the account happens at once, as where the peers were measured, but for these waits. */
export function openStand(nodes: number, delays: Partial<Delays> = {}): Promise<Stand> {
  return Stand.open({
    nodes,
    async start(clock) {
      const aws = await startAccount({ delays: { ...IMMEDIATE, ...delays }, now: () => clock.now() })
      return {
        provider: PROVIDER,
        journal: aws.journal,
        addMachine: (number) => addInstance(aws, number),
        connect: ({ isLimited }) => connectAccount(placeOf(aws), { clock, limits: isLimited ? LIMITS : unlimited(LIMITS) }),
        close: () => aws.close(),
      }
    },
  })
}
