/** Makes a seed real. */
import { createHash } from 'node:crypto'
import type { Instance } from './objects.ts'
import { nextAddress, publicAddress } from './addressing.ts'
import { addInterface } from './interfaces.ts'
import { canonicalAddress } from '../../cloud/networks.ts'
import { type Region, arnOf, newId, touch } from './region.ts'
import { ruleKey } from './rules.ts'
import { type CloudSeed, DEFAULT_SEED, type SeedInstance, type SeedSubnet } from './seed.ts'
import { noteTags } from './tags.ts'

/** When the seed was sown, for what takes its time to be seen. */
const LONG_AGO = 0

/** Ids of what was seeded. */
export interface SeededIds {
  readonly vpc: string
  readonly publicSubnets: readonly string[]
  readonly privateSubnets: readonly string[]
  /** The security group of all instances. */
  readonly nodeGroup: string
  /** Allocation ids of the elastic addresses. */
  readonly addresses: readonly string[]
  /** ARNs. */
  readonly certificates: readonly string[]
  readonly prefixLists: readonly string[]
  readonly cluster: string
}

export function plant(region: Region, seed: CloudSeed): SeededIds {
  const full = { ...DEFAULT_SEED, ...seed }
  const owned = `kubernetes.io/cluster/${full.cluster}`
  const vpc = newId(region, 'vpc')
  const internetGateway = newId(region, 'igw')
  region.vpcs.set(vpc, { id: vpc, cidrs: full.cidrs, ipv6Cidrs: full.ipv6Cidrs, internetGateway, tags: new Map([['Name', full.cluster]]) })
  const subnets = full.subnets.map((subnet) => ({ isPublic: subnet.isPublic, id: plantSubnet(region, subnet, { vpc, owned }) }))
  const [publicSubnets, privateSubnets] = [true, false].map((isPublic) => subnets.filter((one) => one.isPublic === isPublic).map(({ id }) => id))
  plantRoutes(region, { vpc, internetGateway, publicSubnets: publicSubnets ?? [] })
  plantGroup(region, { vpc, name: 'default', description: 'default VPC security group', tags: {} })
  const nodeGroup = plantGroup(region, { vpc, name: `${full.cluster}-node`, description: 'Nodes of the cluster', tags: { [owned]: 'owned' } })
  const ids: SeededIds = {
    vpc,
    publicSubnets: publicSubnets ?? [],
    privateSubnets: privateSubnets ?? [],
    nodeGroup,
    addresses: Array.from({ length: full.addresses }, () => plantAddress(region)),
    certificates: full.certificates.map((name) => plantCertificate(region, name)),
    prefixLists: full.prefixLists.map(({ name, maxEntries, entries }) => {
      const id = newId(region, 'pl')
      const family = entries.some((entry) => entry.includes(':')) ? 'IPv6' : 'IPv4'
      region.prefixLists.set(id, { id, name, family, maxEntries, entries, tags: new Map() })
      return id
    }),
    cluster: full.cluster,
  }
  for (const instance of full.instances) addInstance(region, ids, instance)
  return ids
}

function plantSubnet(region: Region, seed: SeedSubnet, { vpc, owned }: { readonly vpc: string; readonly owned: string }): string {
  const id = newId(region, 'subnet')
  const tags = new Map([['Name', seed.name], [owned, 'shared'], ...Object.entries(seed.tags ?? {})])
  const ipv6 = seed.ipv6Cidr === undefined ? {} : { ipv6Cidr: seed.ipv6Cidr }
  region.subnets.set(id, { id, vpcId: vpc, zone: `${region.name}${seed.zone}`, cidr: seed.cidr, ...ipv6, tags, lastHost: 0 })
  return id
}

interface Ways {
  readonly vpc: string
  readonly internetGateway: string
  readonly publicSubnets: readonly string[]
}

function plantRoutes(region: Region, { vpc, internetGateway, publicSubnets }: Ways): void {
  const local = (region.vpcs.get(vpc)?.cidrs ?? []).map((to) => ({ to, gateway: 'local' }))
  const [main, open] = [newId(region, 'rtb'), newId(region, 'rtb')]
  region.routeTables.set(main, { id: main, vpcId: vpc, isMain: true, subnets: [], routes: local, tags: new Map([['Name', 'private']]) })
  const routes = [...local, { to: '0.0.0.0/0', gateway: internetGateway }, { to: '::/0', gateway: internetGateway }]
  region.routeTables.set(open, { id: open, vpcId: vpc, isMain: false, subnets: publicSubnets, routes, tags: new Map([['Name', 'public']]) })
}

interface NewGroup {
  readonly vpc: string
  readonly name: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
}

/** Everything may go from one member of the group to another, as it is in a new VPC's and a cluster's group. */
function plantGroup(region: Region, { vpc, name, description, tags }: NewGroup): string {
  const id = newId(region, 'sg')
  const rule = { id: newId(region, 'sgr'), protocol: '-1', source: { kind: 'group', id } } as const
  region.groups.set(id, {
    id,
    vpcId: vpc,
    name,
    description,
    createdAt: LONG_AGO,
    rules: new Map([[ruleKey(rule), rule]]),
    tags: new Map(Object.entries(tags)),
  })
  noteTags(region, id, LONG_AGO)
  return id
}

function plantAddress(region: Region): string {
  const allocationId = newId(region, 'eipalloc')
  region.addresses.set(allocationId, { allocationId, publicIp: publicAddress(region), tags: new Map() })
  return allocationId
}

function plantCertificate(region: Region, name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  const arn = arnOf(region, 'acm', `certificate/${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`)
  region.certificates.set(arn, { arn, domainName: name, createdAt: region.clock.now() })
  return arn
}

/** A running instance in the private subnet of its zone, with the node group. Answers it. */
export function addInstance(region: Region, seeded: SeededIds, given: SeedInstance): Instance {
  const asked = given.zone ?? 'abc'.charAt(region.instances.size % 3)
  const zone = asked.length === 1 ? `${region.name}${asked}` : asked
  const subnet = seeded.privateSubnets.map((id) => region.subnets.get(id)).find((one) => one?.zone === zone)
  if (subnet === undefined) throw new Error(`no private subnet in ${zone} for the instance ${given.name}`)
  const privateIp = given.privateIp ?? nextAddress(region, subnet)
  if (privateIp === undefined) throw new Error(`no address is free in ${subnet.id} for the instance ${given.name}`)
  const id = given.id ?? newId(region, 'i')
  const interfaceId = newId(region, 'eni')
  const ipv6 = given.ipv6 === undefined ? {} : { ipv6: given.ipv6 }
  const common = { subnetId: subnet.id, privateIp, ...ipv6 }
  const secondaryIps = (given.secondaryIps ?? []).map(canonicalAddress)
  addInterface(region, {
    id: interfaceId,
    description: '',
    kind: 'interface',
    instanceId: id,
    groups: [seeded.nodeGroup],
    tags: new Map(),
    secondaryIps,
    ...common,
  })
  const tags = new Map([
    ['Name', given.name],
    [`kubernetes.io/cluster/${seeded.cluster}`, 'owned'],
  ])
  const instance: Instance = { id, name: given.name, vpcId: subnet.vpcId, zone, interfaceId, seededIps: secondaryIps, tags, state: 'running', ...common }
  region.instances.set(id, instance)
  region.instanceGroups.add(seeded.nodeGroup)
  touch(region)
  return instance
}
