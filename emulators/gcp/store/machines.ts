/** What runs on the instances, by zone and name: names are unique within a zone alone. */
import { type InstanceKeys, type MachineIndex, type Machines, indexOf } from '../../cloud/machines.ts'

/** `gce://PROJECT/ZONE/NAME` is `ZONE/NAME`. */
export function machinesIndex(machines: Machines): MachineIndex {
  return indexOf(machines, (providerId) => providerId.split('/').slice(-2).join('/'))
}

/** `path`: of the instance. */
export function keysOf(path: string, privateIp: string): InstanceKeys {
  const [, zone = '', name = ''] = /\/zones\/([^/]+)\/instances\/([^/]+)$/.exec(path) ?? []
  return { id: `${zone}/${name}`, privateIp }
}
