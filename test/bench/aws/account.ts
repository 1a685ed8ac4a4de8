/** An emulated account with room for very many Services, and the provider connected to it, over HTTP. */
import { type AwsEmulator, type AwsOptions, startAws } from '../../../emulators/aws/index.ts'
import type { Family } from '../../../providers/aws/api/calls.ts'
import { connect } from '../../../providers/aws/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Limit } from '../../../src/provider/kit/budget.ts'
import { instanceOf, nodeName } from '../cluster/objects.ts'
import type { ConnectedAccount } from '../cluster/stand.ts'

export const PROVIDER = 'aws'

/** An account for which the adjustable ones were raised. */
const QUOTAS = { loadBalancers: 5_000, targetGroups: 5_000, interfacesPerVpc: 20_000, groupsPerVpc: 10_000 }
/** The second network is that of the pods. */
const SEED = { cidrs: ['10.0.0.0/16', '10.128.0.0/16'] }

export function startAccount(options: AwsOptions = {}): Promise<AwsEmulator> {
  return startAws({ quotas: QUOTAS, seed: SEED, ...options })
}

/** The instance behind a node of the benchmarks' clusters. */
export function addInstance({ cloud }: AwsEmulator, number: number): void {
  cloud.addInstance({ name: nodeName(number), ...instanceOf(number) })
}

/** What has to be known to find an account, which may be in another process. */
export interface Place {
  readonly url: string
  readonly region: string
  readonly vpcId: string
  /** As in the tags of what belongs to the cluster. */
  readonly clusterName: string
}

export function placeOf({ url, cloud }: AwsEmulator): Place {
  return { url, region: cloud.region, vpcId: cloud.ids.vpc, clusterName: cloud.ids.cluster }
}

export interface ConnectOptions {
  readonly clock: Clock
  /** Absent: those that the program keeps to. */
  readonly limits?: Readonly<Record<Family, Limit>>
}

/** Bound as the program does it. The SDK finds its credentials in the environment. */
export async function connectAccount({ url, ...place }: Place, options: ConnectOptions): Promise<ConnectedAccount> {
  Object.assign(process.env, CREDENTIALS)
  const connection = await connect({ settings: { clusterId: 'bench', ...place, endpoint: url }, version: 'bench', ...options })
  return { cloud: bind(connection.provider, { budget: connection.budget }), [Symbol.dispose]: () => connection.close() }
}

/** Which ones does not matter: the emulator checks no signature. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' }
