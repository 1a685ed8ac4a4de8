/** The provider connected to an emulated subscription, over HTTPS. */
import type { Family } from '../../../providers/azure/api/calls.ts'
import { connect } from '../../../providers/azure/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Limit } from '../../../src/provider/kit/budget.ts'
import type { ConnectedAccount } from '../cluster/stand.ts'
import type { Place } from './subscription.ts'

/** The most rules that Azure allows a node, on request: what more than 300 Services on one load balancer need. */
export const RULE_LIMIT = 1_500

export interface ConnectOptions {
  readonly clock: Clock
  /** Absent: those that the program keeps to. */
  readonly limits?: Readonly<Record<Family, Limit>>
}

/** An emulated cloud takes any token. */
export const ANY_CREDENTIAL = { getToken: async () => ({ token: 'bench', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }

/** Bound as the program does it. */
export async function connectSubscription(place: Place, options: ConnectOptions): Promise<ConnectedAccount> {
  const { url: endpoint, authority, subscription, resourceGroup, location, virtualNetwork, subnet, securityGroup } = place
  const ids = { subscription, resourceGroup, location, virtualNetwork, subnet, securityGroup }
  const settings = { clusterId: 'bench', cloud: 'public', ...ids, endpoint, ruleLimit: RULE_LIMIT, disableOutboundSnat: true } as const
  const connection = await connect({ settings, version: 'bench', authority, credential: ANY_CREDENTIAL, ...options })
  return { cloud: bind(connection.provider, { budget: connection.budget }), [Symbol.dispose]: () => {} }
}
