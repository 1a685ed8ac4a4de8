/** The Azure adapter on the emulated Azure. */
import type { AzureEmulator } from '../../../emulators/azure/index.ts'
import { LIMITS } from '../../../providers/azure/api/calls.ts'
import type { AzureSettings } from '../../../providers/azure/api/config.ts'
import { type AzureConnection, connect } from '../../../providers/azure/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { unlimited } from '../unlimited.ts'
import { inProcess } from './transport.ts'

export interface Connecting {
  readonly clusterId: string
  readonly clock: Clock
  /** What the operator sets otherwise. */
  readonly settings?: Partial<AzureSettings>
}

/** In process: what goes over the wire is the same, call by call. */
export function connectTo(azure: AzureEmulator, { clusterId, clock, settings }: Connecting): Promise<AzureConnection> {
  return connect({ settings: { ...settingsOf(azure, clusterId), ...settings }, clock, version: 'test', limits: unlimited(LIMITS), sdk: inProcess(azure) })
}

/** What a user would set for the cluster that is seeded. */
export function settingsOf({ cloud }: Pick<AzureEmulator, 'cloud'>, clusterId: string) {
  const { subscription, location, ids } = cloud
  return {
    clusterId,
    cloud: 'public',
    subscription,
    resourceGroup: ids.resourceGroup,
    location,
    virtualNetwork: ids.virtualNetwork,
    subnet: ids.subnets['nodes'],
    securityGroup: ids.securityGroup,
    ruleLimit: 300,
    disableOutboundSnat: true,
  } as const
}
