/** Puts what is seeded into the project, and machines later on. */
import { type JsonObject, textAt } from '../../cloud/json.ts'
import { pathText } from '../schema/paths.ts'
import type { Compute } from '../store/compute.ts'
import type { Resource, ResourceType } from '../store/resource-type.ts'
import { finish, plant } from '../store/write.ts'
import { ADDRESSES } from '../types/addresses.ts'
import { INSTANCES } from '../types/instances.ts'
import { newInternal } from '../types/ip-addresses.ts'
import { NETWORKS, SUBNETWORKS } from '../types/networks.ts'
import { type CloudSeed, DEFAULT_SEED, type SeedMachine, type SeedSubnetwork } from './seed.ts'

/** Paths of what was seeded: `projects/P/...`. */
export interface SeededIds {
  readonly network: string
  /** By name. */
  readonly subnetworks: Readonly<Record<string, string>>
  /** Names of reserved addresses. */
  readonly addresses: readonly string[]
  /** That machines have unless it is said otherwise. */
  readonly nodeTag: string
}

export function plantSeed(compute: Compute, seed: CloudSeed): SeededIds {
  const { cluster, subnetworks, machines, addresses } = { ...DEFAULT_SEED, ...seed }
  const project = compute.networkProject
  const network = plantOne(compute, NETWORKS, { project, name: cluster, body: { autoCreateSubnetworks: false, ...NETWORK_DEFAULTS } }).path
  const made = subnetworks.map((one) => plantOne(compute, SUBNETWORKS, { project, name: one.name, body: subnetworkBody(one, network) }))
  const ids: SeededIds = {
    network,
    subnetworks: Object.fromEntries(made.map(({ name, path }) => [name, path])),
    addresses: Array.from({ length: addresses }, (_, at) => reserve(compute, `reserved-${at + 1}`)),
    nodeTag: `${cluster}-node`,
  }
  for (const machine of machines) addMachine(compute, ids, machine)
  return ids
}

const NETWORK_DEFAULTS = {
  networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
  routingConfig: { routingMode: 'REGIONAL', bgpBestPathSelectionMode: 'LEGACY' },
} as const

function subnetworkBody({ cidr, ipv6, secondary = {} }: SeedSubnetwork, network: string): JsonObject {
  return {
    network,
    ipCidrRange: cidr,
    purpose: 'PRIVATE',
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: 'DISABLE_GOOGLE_ACCESS',
    allowSubnetCidrRoutesOverlap: false,
    secondaryIpRanges: Object.entries(secondary).map(([rangeName, ipCidrRange]) => ({ rangeName, ipCidrRange })),
    ...(ipv6 === undefined
      ? {}
      : { stackType: 'IPV4_IPV6', ipv6AccessType: ipv6.access, [ipv6.access === 'EXTERNAL' ? 'externalIpv6Prefix' : 'internalIpv6Prefix']: ipv6.prefix }),
  }
}

function reserve(compute: Compute, name: string): string {
  plantOne(compute, ADDRESSES, { project: compute.project, name, body: { description: '', addressType: 'EXTERNAL' } })
  return name
}

interface Planted {
  readonly project: string
  readonly name: string
  readonly body: JsonObject
  readonly zone?: string
}

/** As if it had been written, without checks and at once. */
function plantOne(compute: Compute, type: ResourceType, { project, name, body, zone }: Planted): Resource {
  const scope = type.scope === 'global' ? 'global' : type.scope === 'region' ? `regions/${compute.region}` : `zones/${zone ?? ''}`
  const path = pathText({ project, scope, collection: type.collection, name })
  const resource = plant({ compute, type, path, project, scope, name, next: body, previous: undefined }, { isReady: false })
  finish(compute, path)
  return compute.resources.get(path) ?? resource
}

/** A running machine. Answers its private address. */
export function addMachine(compute: Compute, ids: SeededIds, { name, privateIp, zone, tags, serviceAccount, subnetwork }: SeedMachine): string {
  const [first] = Object.values(ids.subnetworks)
  const found =
    subnetwork === undefined ? compute.resources.get(first ?? '') : compute.resources.in(SUBNETWORKS.collection).find(({ name: one }) => one === subnetwork)
  if (found === undefined) throw new Error(`there is no subnetwork ${subnetwork ?? ''}`)
  const count = compute.resources.in(INSTANCES.collection).length
  const networkIP = privateIp ?? newInternal(compute, found)
  plantOne(compute, INSTANCES, {
    project: compute.project,
    name,
    zone: zone ?? compute.zones[count % compute.zones.length] ?? '',
    body: {
      status: 'RUNNING',
      tags: { items: tags ?? [ids.nodeTag] },
      networkInterfaces: [{ name: 'nic0', network: textAt(found.body, 'network'), subnetwork: found.path, networkIP }],
      ...(serviceAccount === undefined ? {} : { serviceAccounts: [{ email: serviceAccount, scopes: ['https://www.googleapis.com/auth/cloud-platform'] }] }),
    },
  })
  return networkIP
}
