/** The emulated subscription in a process of its own, and what was asked of it. */
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import type { AzureOptions } from '../../../emulators/azure/index.ts'
import type { Call } from '../../../emulators/cloud/journal.ts'
import { type ClusterSize, type RemoteWorld, startRemote } from '../cluster/remote-world.ts'
import type { Place } from './subscription.ts'

export interface SubscriptionOptions {
  readonly machines: number
  readonly account: AzureOptions
  /** With an API server beside the subscription; absent: the subscription alone. */
  readonly cluster?: ClusterSize
}

export function startRemoteSubscription(options: SubscriptionOptions): Promise<RemoteWorld<Place>> {
  return startRemote(new URL('subscription-process.ts', import.meta.url), options)
}

/** All calls so far. */
export async function journalOf({ url, authority }: Place): Promise<readonly Call[]> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(`${url}/_fairlead/journal`, { ca: authority }, resolve).on('error', reject)
  const lines = (await text(await promise)).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Call)
}
