/** An emulated project with room for the benchmarks' clusters, and the provider connected to it, over HTTP. */
import { type GcpEmulator, type GcpOptions, startGcp } from '../../../emulators/gcp/index.ts'
import type { Family } from '../../../providers/gcp/api/calls.ts'
import { ANONYMOUS } from '../../../providers/gcp/api/identity.ts'
import { connect } from '../../../providers/gcp/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Limit } from '../../../src/provider/kit/budget.ts'
import { machineOf } from '../cluster/objects.ts'
import type { ConnectedAccount } from '../cluster/stand.ts'

export const PROVIDER = 'gcp'

/** A project for which the quotas were raised. */
const QUOTAS = { forwardingRules: 5_000, backendServices: 10_000, firewalls: 10_000, healthChecks: 10_000 }
/** Nodes are in the lower half, pods in the upper. */
const SEED = { subnetworks: [{ name: 'nodes', cidr: '10.0.0.0/9' }] }

export function startProject(options: GcpOptions = {}): Promise<GcpEmulator> {
  return startGcp({ quotas: QUOTAS, seed: SEED, ...options })
}

/** The instance behind a node of the benchmarks' clusters. */
export function addMachine({ cloud }: GcpEmulator, number: number): void {
  const { name, zone, address } = machineOf(PROVIDER, number)
  cloud.addMachine({ name, zone, privateIp: address })
}

/** What has to be known to find a project, which may be in another process. */
export interface Place {
  readonly url: string
  readonly project: string
  readonly region: string
  /** Ids. */
  readonly network: string
  readonly subnetwork: string
  readonly nodeTag: string
}

export function placeOf({ url, cloud: { project, region, ids } }: GcpEmulator): Place {
  return { url, project, region, network: ids.network, subnetwork: ids.subnetworks['nodes'] ?? '', nodeTag: ids.nodeTag }
}

export interface ConnectOptions {
  readonly clock: Clock
  /** Absent: those that the program keeps to. */
  readonly limits?: Readonly<Record<Family, Limit>>
}

/** Bound as the program does it. */
export async function connectProject({ url: endpoint, nodeTag, ...place }: Place, options: ConnectOptions): Promise<ConnectedAccount> {
  const settings = { clusterId: 'bench', ...place, nodeTags: [nodeTag], endpoint }
  const connection = await connect({ settings, version: 'bench', identity: ANONYMOUS, ...options })
  return { cloud: bind(connection.provider, { budget: connection.budget }), [Symbol.dispose]: () => {} }
}
