/** An emulated subscription in a process of its own, started by `remote.ts`. */
import { reportWorld } from '../cluster/remote-world.ts'
import type { SubscriptionOptions } from './remote.ts'
import { addMachine, placeOf, PROVIDER, startSubscription } from './subscription.ts'

const { machines, account } = JSON.parse(process.argv[2] ?? '{}') as SubscriptionOptions
const azure = await startSubscription(account)
for (let i = 0; i < machines; i++) addMachine(azure, i)
await reportWorld(PROVIDER, placeOf(azure), undefined)
