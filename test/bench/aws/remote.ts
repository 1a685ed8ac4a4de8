/** The emulated account, and an API server if one is asked for, in a process of their own. */
import type { AwsOptions } from '../../../emulators/aws/index.ts'
import { type ClusterSize, type RemoteWorld, startRemote } from '../cluster/remote-world.ts'
import type { Place } from './account.ts'

export interface WorldOptions {
  /** Of nodes with instances behind them; further instances may be there for nodes that join. */
  readonly instances: number
  readonly account: AwsOptions
  /** With an API server beside the account, and this many nodes and Services in it; absent: the account alone. */
  readonly cluster?: ClusterSize
}

export function startRemoteWorld(options: WorldOptions): Promise<RemoteWorld<Place>> {
  return startRemote(new URL('world-process.ts', import.meta.url), options)
}
