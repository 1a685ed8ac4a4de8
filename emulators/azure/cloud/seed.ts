/** What is in the subscription before the first request: such a network as one finds under a managed Kubernetes cluster. */

export interface SeedSubnet {
  readonly name: string
  readonly cidr: string
  readonly ipv6Cidr?: string
  /** The security group of the nodes is on it. */
  readonly hasSecurityGroup: boolean
}

export interface SeedMachine {
  readonly name: string
  /** Default: the next free address of the first subnet. */
  readonly privateIp?: string
  readonly ipv6?: string
  /** `1`, `2` or `3`. Default: they take turns. */
  readonly zone?: string
}

export interface CloudSeed {
  /** The cluster that network and security group are named after. Default `fairlead`. */
  readonly cluster?: string
  /** The resource group of all that is seeded. Default: the cluster's name. */
  readonly resourceGroup?: string
  /** Further resource groups, empty ones. */
  readonly resourceGroups?: readonly string[]
  /** Networks of the virtual network. */
  readonly cidrs?: readonly string[]
  readonly subnets?: readonly SeedSubnet[]
  readonly machines?: readonly SeedMachine[]
  /** How many public addresses that nothing uses. */
  readonly addresses?: number
  /** Names of prefixes of 16 public addresses. */
  readonly prefixes?: readonly string[]
  /** Networks of service tags. */
  readonly serviceTags?: Readonly<Record<string, readonly string[]>>
}

export const DEFAULT_SEED: Required<Omit<CloudSeed, 'resourceGroup'>> = {
  cluster: 'fairlead',
  resourceGroups: ['network'],
  cidrs: ['10.0.0.0/16', '10.244.0.0/16', 'fd00:db8:1234::/56'],
  subnets: [
    { name: 'nodes', cidr: '10.0.0.0/20', ipv6Cidr: 'fd00:db8:1234::/64', hasSecurityGroup: true },
    { name: 'internal', cidr: '10.0.16.0/20', ipv6Cidr: 'fd00:db8:1234:1::/64', hasSecurityGroup: false },
  ],
  machines: [],
  addresses: 2,
  prefixes: ['reserved'],
  serviceTags: { AzureCloud: ['192.0.2.0/25'], 'AzureFrontDoor.Backend': ['192.0.2.128/26'] },
}
