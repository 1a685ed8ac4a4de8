/** What belongs to the cluster in the emulated Azure, and what does not. */
import type { AzureEmulator, CloudSeed, JsonObject } from '../../../emulators/azure/index.ts'
import { idIn } from '../../../providers/azure/api/ids.ts'
import { isOfCluster } from '../../../providers/azure/marks.ts'
import { balancerName, defaultBalancerName, isOurChild, securityMark } from '../../../providers/azure/names.ts'
import type { CloudObject } from '../under-test.ts'

/** Two addresses that Services may ask for, and two of others. */
export const SEED: CloudSeed = { addresses: 4 }

export function othersAddress({ cloud }: Pick<AzureEmulator, 'cloud'>, at: 2 | 3): string {
  return cloud.ids.addresses[at] ?? ''
}

/** A load balancer with an address of another owner, and a security rule of a person, in the group of the cluster. */
export function addForeign(azure: AzureEmulator): void {
  put(azure, 'loadBalancers', 'foreign', {
    ...STANDARD,
    properties: { frontendIPConfigurations: [{ name: 'foreign', properties: { publicIPAddress: { id: othersAddress(azure, 2) } } }] },
  })
  const rule = { access: 'Allow', direction: 'Inbound', protocol: 'Tcp', priority: 500, sourcePortRange: '*', destinationPortRange: '22' }
  put(azure, 'networkSecurityGroups', `${nameOf(azure.cloud.ids.securityGroup)}/securityRules/ssh`, {
    properties: { ...rule, sourceAddressPrefix: '10.0.200.0/24', destinationAddressPrefix: '*' },
  })
}

/** What carries the cluster's mark: in tags, or in the names of what has no tags. */
export function isOurs(clusterId: string): (object: CloudObject) => boolean {
  const mark = `${securityMark(clusterId)}-`
  const balancers = new Set([schemeName(clusterId, 'internet-facing'), schemeName(clusterId, 'internal')])
  return ({ kind, name, tags }) => {
    const [document = '', , child = ''] = name.split('/')
    if (kind === 'networkSecurityGroups/securityRules') return child.startsWith(mark)
    if (kind.startsWith('loadBalancers/')) return balancers.has(document) && isOurChild(child)
    // A load balancer in which others keep something stays for them.
    return isOfCluster(tags, clusterId) && !(kind === 'loadBalancers' && 'team' in tags)
  }
}

/**
 * An object of ours as text: equal for equal worlds. Addresses are given, when a change has ended, so that lists of them are in another order each time; and
 * priorities of rules are free numbers, of which only the order of allowing and denying ones matters.
 */
export function textOf({ kind, name, tags, settings }: CloudObject): string {
  const { priority, access, destinationAddressPrefixes, ipAddress: _, ...rest } = settings
  const firewall = {
    ...(access === undefined ? {} : { access, rank: Number(priority) < 2_000 ? 'early' : 'late' }),
    ...(Array.isArray(destinationAddressPrefixes) ? { destinationAddressPrefixes: destinationAddressPrefixes.map(String).toSorted() } : {}),
  }
  return `${kind} ${name} ${Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join()} ${JSON.stringify({ ...rest, ...firewall })}`
}

export const STANDARD = { sku: { name: 'Standard', tier: 'Regional' }, location: 'westeurope' } as const

export function schemeName(clusterId: string, scheme: 'internal' | 'internet-facing'): string {
  return balancerName(defaultBalancerName(clusterId), scheme)
}

export function idOf({ cloud }: Pick<AzureEmulator, 'cloud'>, type: string, name: string): string {
  return idIn(cloud.subscription, cloud.ids.resourceGroup, type, name)
}

export function putAddress(azure: Pick<AzureEmulator, 'cloud'>, name: string): string {
  put(azure, 'publicIPAddresses', name, { ...STANDARD, properties: { publicIPAllocationMethod: 'Static' } })
  return idOf(azure, 'publicIPAddresses', name)
}

/** As a person does who is past faults and limits. */
export function put(azure: Pick<AzureEmulator, 'cloud'>, type: string, name: string, body: object): void {
  azure.cloud.call({ method: 'PUT', path: idOf(azure, type, name), body: body as never })
}

const nameOf = (id: string): string => id.split('/').at(-1) ?? ''

export function readDocument({ cloud }: Pick<AzureEmulator, 'cloud'>, id: string): JsonObject {
  return cloud.call({ method: 'GET', path: id }).body as JsonObject
}

/** Replaces members of its `properties`, as a person does with a form. */
export function editDocument(
  azure: Pick<AzureEmulator, 'cloud'>,
  id: string,
  edit: (properties: Readonly<Record<string, readonly JsonObject[]>>) => JsonObject,
): void {
  const document = readDocument(azure, id)
  const properties = document['properties'] as Readonly<Record<string, readonly JsonObject[]>>
  azure.cloud.call({ method: 'PUT', path: id, body: { ...document, properties: { ...properties, ...edit(properties) } } })
}
