/** The machines of the tests' clusters, as Azure knows them. */
import type { AzureEmulator } from '../../../emulators/azure/index.ts'
import type { Machine } from '../cluster.ts'

export const CLASS = 'fairlead.dev/azure'
export const FINALIZER = 'fairlead.dev/load-balancer-azure'

/** One in each zone. Answers what their Nodes say. */
export function addMachines({ cloud }: AzureEmulator): readonly Machine[] {
  return ['1', '2', '3'].map((zone) => {
    const name = `node-${zone}`
    const ipv6 = `fd00:db8:1234::1${zone}`
    const ip = cloud.addMachine({ name, privateIp: `10.0.0.1${zone}`, ipv6, zone })
    return { name, providerId: providerIdOf({ cloud }, name), ip, ipv6, zone: `${cloud.location}-${zone}` }
  })
}

export function providerIdOf({ cloud }: Pick<AzureEmulator, 'cloud'>, name: string): string {
  const { subscription, ids } = cloud
  return `azure:///subscriptions/${subscription}/resourceGroups/${ids.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
}
