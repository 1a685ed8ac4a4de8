/** What is in the cloud before anybody has called it: a VPC such as one finds under a managed Kubernetes cluster. */

export interface SeedSubnet {
  /** `a`, `b` or `c`. */
  readonly zone: 'a' | 'b' | 'c'
  readonly cidr: string
  readonly ipv6Cidr?: string
  readonly isPublic: boolean
  readonly name: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface SeedInstance {
  readonly id?: string
  readonly name: string
  readonly privateIp?: string
  readonly ipv6?: string
  /** Secondary addresses of its interface: those of its pods, as Amazon's VPC CNI gives them. */
  readonly secondaryIps?: readonly string[]
  /** `a`, `b`, `c`, or the zone's full name. Default: the zones take turns. */
  readonly zone?: string
}

export interface SeedPrefixList {
  readonly name: string
  readonly maxEntries: number
  readonly entries: readonly string[]
}

export interface CloudSeed {
  /** The cluster whose tags subnets, node group and instances bear. Default `fairlead`. */
  readonly cluster?: string
  /** IPv4 networks of the VPC. */
  readonly cidrs?: readonly string[]
  readonly ipv6Cidrs?: readonly string[]
  readonly subnets?: readonly SeedSubnet[]
  readonly instances?: readonly SeedInstance[]
  readonly prefixLists?: readonly SeedPrefixList[]
  /** How many. */
  readonly addresses?: number
  /** Names of certificates; they become ARNs. */
  readonly certificates?: readonly string[]
}

const ZONES = ['a', 'b', 'c'] as const

/** Pods have addresses in a second network of the VPC, in which no subnet is. */
const CIDRS = ['10.0.0.0/16', '10.244.0.0/16']
const IPV6_CIDRS = ['2001:db8:1234:1a00::/56']

const PUBLIC: readonly SeedSubnet[] = ZONES.map((zone, i) => ({
  zone,
  cidr: `10.0.${i * 16}.0/20`,
  ipv6Cidr: `2001:db8:1234:1a0${i}::/64`,
  isPublic: true,
  name: `public-${zone}`,
  tags: { 'kubernetes.io/role/elb': '1' },
}))

const PRIVATE: readonly SeedSubnet[] = ZONES.map((zone, i) => ({
  zone,
  cidr: `10.0.${(i + 2) * 32}.0/19`,
  ipv6Cidr: `2001:db8:1234:1a1${i}::/64`,
  isPublic: false,
  name: `private-${zone}`,
  tags: { 'kubernetes.io/role/internal-elb': '1' },
}))

export const DEFAULT_SEED: Required<CloudSeed> = {
  cluster: 'fairlead',
  cidrs: CIDRS,
  ipv6Cidrs: IPV6_CIDRS,
  subnets: [...PUBLIC, ...PRIVATE],
  instances: [],
  prefixLists: [{ name: 'offices', maxEntries: 10, entries: ['192.0.2.0/25', '198.51.100.0/24'] }],
  addresses: 5,
  certificates: ['www.example.com', 'api.example.com', '*.example.org'],
}
