/** The process that `remote.ts` starts. */
import { reportWorld } from '../cluster/remote-world.ts'
import { addMachine, placeOf, PROVIDER, startSubscription } from './subscription.ts'

await reportWorld({ provider: PROVIDER, start: startSubscription, addMachine, placeOf })
