/** The machines of the tests' clusters, as Google Cloud knows them. */
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import type { Machine } from '../cluster.ts'

export const CLASS = 'fairlead.dev/gcp'
export const FINALIZER = 'fairlead.dev/load-balancer-gcp'

/** One in each zone. Answers what their Nodes say. */
export function addMachines(gcp: Pick<GcpEmulator, 'cloud'>): readonly Machine[] {
  return gcp.cloud.zones.map((zone, i) => addMachine(gcp, { name: `node-${i + 1}`, ip: `10.0.0.1${i + 1}`, zone }))
}

/** Spread over the zones. */
export function manyMachines(gcp: Pick<GcpEmulator, 'cloud'>, count: number): readonly Machine[] {
  const { zones } = gcp.cloud
  return Array.from({ length: count }, (_, i) =>
    addMachine(gcp, { name: `node-${i}`, ip: `10.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`, zone: zones[i % zones.length] ?? '' }),
  )
}

export interface NewMachine extends Omit<Machine, 'providerId'> {
  /** Its name. Absent: that of all nodes. */
  readonly subnetwork?: string
}

export function addMachine({ cloud }: Pick<GcpEmulator, 'cloud'>, { name, ip, zone, ...more }: NewMachine): Machine {
  cloud.addMachine({ name, privateIp: ip, zone, ...more })
  return { name, providerId: providerIdOf({ cloud }, zone, name), ip, zone }
}

export function providerIdOf({ cloud }: Pick<GcpEmulator, 'cloud'>, zone: string, name: string): string {
  return `gce://${cloud.project}/${zone}/${name}`
}
