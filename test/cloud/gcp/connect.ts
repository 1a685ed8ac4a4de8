/** The Google Cloud adapter on the emulated Google Cloud. */
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import { LIMITS } from '../../../providers/gcp/api/calls.ts'
import type { GcpSettings } from '../../../providers/gcp/api/config.ts'
import { ANONYMOUS } from '../../../providers/gcp/api/identity.ts'
import { connect, type GcpConnection } from '../../../providers/gcp/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { unlimited } from '../unlimited.ts'
import { inProcess } from './transport.ts'

export interface Connecting {
  readonly clusterId: string
  readonly clock: Clock
  /** What the operator sets otherwise. */
  readonly settings?: Partial<GcpSettings>
}

/** In process: what goes over the wire is the same, call by call (`wire.test.ts`). */
export function connectTo(gcp: GcpEmulator, { clusterId, clock, settings }: Connecting): Promise<GcpConnection> {
  return connect({
    settings: { ...settingsOf(gcp, clusterId), ...settings },
    clock,
    version: 'test',
    limits: unlimited(LIMITS),
    identity: ANONYMOUS,
    transport: inProcess(gcp),
  })
}

/** What a user would set for the cluster that is seeded. */
export function settingsOf({ cloud }: Pick<GcpEmulator, 'cloud'>, clusterId: string): GcpSettings {
  const { project, region, ids } = cloud
  return { clusterId, project, region, network: ids.network, subnetwork: ids.subnetworks['nodes'], nodeTags: [ids.nodeTag] }
}
