/** Puts what is seeded into a subscription, and machines later on. */
import { idText, parseId } from '../schema/ids.ts'
import { type JsonObject, textAt } from '../schema/json.ts'
import { readElement } from '../schema/read.ts'
import type { Document } from '../store/document.ts'
import { propertiesOf } from '../store/document.ts'
import type { ResourceType } from '../store/resource-type.ts'
import { type Subscription, newGuid, touch } from '../store/subscription.ts'
import { replace } from '../store/write.ts'
import { NETWORK_INTERFACES, ofMachine } from '../types/interfaces.ts'
import { VIRTUAL_MACHINES } from '../types/machines.ts'
import { VIRTUAL_NETWORKS } from '../types/networks/index.ts'
import { PUBLIC_IP_ADDRESSES, PUBLIC_IP_PREFIXES } from '../types/public-ips.ts'
import { NETWORK_SECURITY_GROUPS } from '../types/security-groups/index.ts'
import { type CloudSeed, DEFAULT_SEED, type SeedMachine } from './seed.ts'

/** Ids of what was seeded. */
export interface SeededIds {
  readonly resourceGroup: string
  readonly virtualNetwork: string
  /** By name. */
  readonly subnets: Readonly<Record<string, string>>
  readonly securityGroup: string
  readonly addresses: readonly string[]
  readonly prefixes: readonly string[]
}

export function plant(subscription: Subscription, seed: CloudSeed): SeededIds {
  const { cluster, resourceGroups, cidrs, subnets, machines, addresses, prefixes, serviceTags } = { ...DEFAULT_SEED, ...seed }
  const group = seed.resourceGroup ?? cluster
  for (const name of [group, ...resourceGroups]) subscription.groups.set(name.toLowerCase(), { name, location: subscription.location, tags: {} })
  for (const [tag, networks] of Object.entries(serviceTags)) subscription.serviceTags.set(tag.toLowerCase(), networks)
  const add = (type: ResourceType, name: string, body: JsonObject): string => plantDocument(subscription, { type, group, name, body }).id
  const securityGroup = add(NETWORK_SECURITY_GROUPS, `${cluster}-nsg`, {})
  const virtualNetwork = add(VIRTUAL_NETWORKS, `${cluster}-vnet`, {
    properties: {
      addressSpace: { addressPrefixes: cidrs },
      subnets: subnets.map(({ name, cidr, ipv6Cidr, hasSecurityGroup }) => ({
        name,
        properties: {
          ...(ipv6Cidr === undefined ? { addressPrefix: cidr } : { addressPrefixes: [cidr, ipv6Cidr] }),
          ...(hasSecurityGroup ? { networkSecurityGroup: { id: securityGroup } } : {}),
        },
      })),
    },
  })
  const sku = { name: 'Standard', tier: 'Regional' }
  const ids: SeededIds = {
    resourceGroup: group,
    virtualNetwork,
    securityGroup,
    subnets: Object.fromEntries(subnets.map(({ name }) => [name, `${virtualNetwork}/subnets/${name}`])),
    addresses: Array.from({ length: addresses }, (_, at) =>
      add(PUBLIC_IP_ADDRESSES, `reserved-${at + 1}`, { sku, properties: { publicIPAllocationMethod: 'Static' } }),
    ),
    prefixes: prefixes.map((name) => add(PUBLIC_IP_PREFIXES, name, { sku, properties: { prefixLength: 28 } })),
  }
  for (const machine of machines) addMachine(subscription, ids, machine)
  return ids
}

interface Planted {
  readonly type: ResourceType
  readonly group: string
  readonly name: string
  readonly body: JsonObject
}

/** As if it had been written, without checks and at once. */
export function plantDocument(subscription: Subscription, { type, group, name, body }: Planted): Document {
  const id = idText({ subscription: subscription.id, group, namespace: type.namespace, segments: [type.path, name] })
  const previous = subscription.documents.get(id)
  const read = readElement(type, { location: subscription.location, ...body })
  const change = { subscription, type, id, name, group, previous, focus: undefined }
  const next = type.assign?.({ ...change, next: read }) ?? read
  const draft = { id, type, name, group, body: next, guid: previous?.guid ?? newGuid(subscription), createdAt: 0 }
  const document = { ...draft, body: type.finish?.(subscription, draft) ?? next }
  replace(subscription, previous, document)
  return document
}

/** A machine with an interface in the first subnet. Answers its private address. */
export function addMachine(subscription: Subscription, ids: SeededIds, { name, privateIp, ipv6, zone }: SeedMachine): string {
  const subnet = { id: Object.values(ids.subnets)[0] ?? '' }
  const own = { subnet, primary: true, ...(privateIp === undefined ? {} : { privateIPAddress: privateIp, privateIPAllocationMethod: 'Static' }) }
  const second = {
    subnet,
    primary: false,
    privateIPAddressVersion: 'IPv6',
    privateIPAllocationMethod: 'Static',
    ...(ipv6 === undefined ? {} : { privateIPAddress: ipv6 }),
  }
  const ipConfigurations = [{ name: 'ipconfig1', properties: own }, ...(ipv6 === undefined ? [] : [{ name: 'ipconfigv6', properties: second }])]
  const group = ids.resourceGroup
  const { id } = plantDocument(subscription, { type: NETWORK_INTERFACES, group, name: `${name}-nic`, body: { properties: { ipConfigurations } } })
  const count = subscription.documents.all.filter(({ type }) => type === VIRTUAL_MACHINES).length
  plantDocument(subscription, {
    type: VIRTUAL_MACHINES,
    group,
    name,
    body: {
      zones: [zone ?? String((count % 3) + 1)],
      tags: {},
      properties: { vmId: newGuid(subscription), osProfile: { computerName: name }, networkProfile: { networkInterfaces: [{ id }] } },
    },
  })
  attach(subscription, id)
  const [first] = subscription.documents.parts(id)
  return first === undefined ? '' : (textAt(propertiesOf(first), 'privateIPAddress') ?? '')
}

/** A machine that names an interface which is there. */
export function attachMachine(subscription: Subscription, machineId: string, interfaceId: string): void {
  const parsed = parseId(machineId)
  if (parsed === undefined) throw new Error(`${machineId} is not the id of a machine`)
  const [, name = ''] = parsed.segments
  plantDocument(subscription, {
    type: VIRTUAL_MACHINES,
    group: parsed.group,
    name,
    body: { properties: { networkProfile: { networkInterfaces: [{ id: interfaceId }] } } },
  })
  attach(subscription, interfaceId)
}

/** Fills in what an interface has from the machine that names it. */
function attach(subscription: Subscription, interfaceId: string): void {
  const document = subscription.documents.get(interfaceId)
  if (document === undefined) return
  const properties = { ...propertiesOf(document), ...ofMachine(subscription, document.id) }
  subscription.documents.put({ ...document, body: { ...document.body, properties } })
  touch(subscription)
}
