/** The process that `remote.ts` starts. */
import { reportWorld } from '../cluster/remote-world.ts'
import type { SubscriptionOptions } from './remote.ts'
import { addMachine, placeOf, PROVIDER, startSubscription } from './subscription.ts'

const { machines, account, cluster } = JSON.parse(process.argv[2] ?? '{}') as SubscriptionOptions
const azure = await startSubscription(account)
for (let i = 0; i < machines; i++) addMachine(azure, i)
await reportWorld(PROVIDER, placeOf(azure), cluster)
