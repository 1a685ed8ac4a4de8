/** The process that `remote.ts` starts. */
import { reportWorld } from '../cluster/remote-world.ts'
import { addInstance, placeOf, PROVIDER, startAccount } from './account.ts'

await reportWorld({ provider: PROVIDER, start: startAccount, addMachine: addInstance, placeOf })
