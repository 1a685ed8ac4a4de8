/** What belongs to the cluster in the emulated Google Cloud, and what does not; and what a person does there by hand. */
import type { CloudObject as Found, CloudSeed, GcpEmulator, Json, JsonObject } from '../../../emulators/gcp/index.ts'
import { idIn, type Kind } from '../../../providers/gcp/api/ids.ts'
import { namingOf } from '../../../providers/gcp/names.ts'
import type { CloudObject, Emulator } from '../under-test.ts'

type Gcp = Pick<GcpEmulator, 'cloud'>

/** Addresses that Services may ask for, and one of another load balancer. */
export const SEED: CloudSeed = { addresses: 3 }
export const FOREIGN_ADDRESS = 'reserved-3'
/** Longer than any write takes. */
const MINUTE_MS = 60_000

/** A load balancer of another owner with its address, and a firewall rule of a person. `pass`: lets time pass, until what was begun has ended. */
export async function addForeign(gcp: Gcp, pass: (ms: number) => Promise<void>): Promise<void> {
  const { ids } = gcp.cloud
  insert(gcp, 'firewalls', { name: 'ssh', network: ids.network, allowed: [{ IPProtocol: 'tcp', ports: ['22'] }], sourceRanges: ['10.0.200.0/24'] })
  insert(gcp, 'healthChecks', { name: 'foreign', type: 'TCP', tcpHealthCheck: { port: 22 } })
  await pass(MINUTE_MS)
  insert(gcp, 'backendServices', { name: 'foreign', protocol: 'TCP', loadBalancingScheme: 'EXTERNAL', healthChecks: [idOf(gcp, 'healthChecks', 'foreign')] })
  await pass(MINUTE_MS)
  insert(gcp, 'forwardingRules', {
    name: 'foreign',
    IPAddress: gcp.cloud.addressOf(FOREIGN_ADDRESS) ?? null,
    ports: ['22'],
    loadBalancingScheme: 'EXTERNAL',
    backendService: idOf(gcp, 'backendServices', 'foreign'),
  })
  await pass(MINUTE_MS)
}

/** What all names of a cluster's objects begin with. */
export function prefixOf(clusterId: string): string {
  return `${namingOf(clusterId, '', '').cluster}-`
}

/** Names are all that every kind has. */
export function isOurs(clusterId: string): (object: Pick<CloudObject, 'name'>) => boolean {
  const prefix = prefixOf(clusterId)
  return ({ name }) => name.startsWith(prefix)
}

/** As the tests of all clouds know an emulated one. */
export function emulatorOf(gcp: GcpEmulator): Emulator {
  return { ...gcp, cloud: { objects: () => objectsOf(gcp) } }
}

/** Members of a group are among its settings. */
export function objectsOf({ cloud }: Gcp): readonly CloudObject[] {
  return cloud.objects().map(({ kind, id, name, labels, members, settings }: Found) => ({
    kind,
    id,
    name,
    tags: labels as CloudObject['tags'],
    settings: members.length === 0 ? settings : { ...settings, members },
  }))
}

/** An id in the region, or where else things of this kind are. */
export function idOf({ cloud }: Gcp, kind: Kind, name: string, zone = cloud.zones[0] ?? ''): string {
  const { project, networkProject, region } = cloud
  if (kind === 'firewalls' || kind === 'networks') return idIn(networkProject, 'global', kind, name)
  if (kind === 'subnetworks') return idIn(networkProject, { region }, kind, name)
  return kind === 'instanceGroups' || kind === 'networkEndpointGroups' || kind === 'instances'
    ? idIn(project, { zone }, kind, name)
    : idIn(project, { region }, kind, name)
}

/** All that follows is done as a person does it, past faults and limits. */
export function insert(gcp: Gcp, kind: Kind, body: JsonObject & { readonly name: string }): string {
  const id = idOf(gcp, kind, body.name)
  call(gcp, 'POST', id.slice(0, id.lastIndexOf('/')), body)
  return id
}

export function read(gcp: Gcp, id: string): JsonObject {
  return call(gcp, 'GET', id)
}

/** `projects/P/.../NAME/METHOD`. */
export function post(gcp: Gcp, at: string, body: JsonObject): void {
  call(gcp, 'POST', at, body)
}

/** With the version that it has now. */
export function patch(gcp: Gcp, id: string, change: JsonObject): void {
  const { fingerprint } = read(gcp, id)
  call(gcp, 'PATCH', id, { ...change, ...(fingerprint === undefined ? {} : { fingerprint }) })
}

export function remove(gcp: Gcp, id: string): void {
  call(gcp, 'DELETE', id)
}

/** Of an instance group: instances by their ids. */
export function changeMembers(gcp: Gcp, how: 'addInstances' | 'removeInstances', group: string, instances: readonly string[]): void {
  post(gcp, `${group}/${how}`, { instances: instances.map((instance) => ({ instance })) })
}

function call({ cloud }: Gcp, method: string, id: string, body?: Json): JsonObject {
  return cloud.call({ method, path: `/compute/v1/${id}`, ...(body === undefined ? {} : { body }) }).body
}

export function reserve(gcp: Gcp, name: string, body: JsonObject = {}): string {
  insert(gcp, 'addresses', { name, ...body })
  return gcp.cloud.addressOf(name) ?? ''
}
