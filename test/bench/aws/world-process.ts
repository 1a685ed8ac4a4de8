/** The process that `remote.ts` starts. */
import { reportWorld } from '../cluster/remote-world.ts'
import { addInstance, placeOf, PROVIDER, startAccount } from './account.ts'
import type { WorldOptions } from './remote.ts'

const { instances, account, cluster } = JSON.parse(process.argv[2] ?? '{}') as WorldOptions
const aws = await startAccount(account)
for (let i = 0; i < instances; i++) addInstance(aws, i)
await reportWorld(PROVIDER, placeOf(aws), cluster)
