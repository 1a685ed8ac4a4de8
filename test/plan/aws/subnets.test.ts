/** Where a load balancer stands. */
import { describe, expect, it } from 'vitest'
import { claims } from '../../../providers/aws/plan/status.ts'
import type { ElasticAddress, Network, Subnet } from '../../../providers/aws/view.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, base, subnet, want } from './build.ts'

const ELB = 'kubernetes.io/role/elb'
const INTERNAL = 'kubernetes.io/role/internal-elb'
const OURS = 'kubernetes.io/cluster/shop'
const OTHER = 'kubernetes.io/cluster/other'
const tagged = (zone: string, tags: Record<string, string>, more: Partial<Subnet> = {}) => subnet(zone, { ...more, tags })
const internal = { scheme: 'internal', schemeIsExplicit: true } as const

/** The places of the load balancer that is made, or why there is none. */
function placed(subnets: readonly Subnet[], ask: AwsAsk = {}, addresses?: Network['addresses']): string | undefined {
  const lines = new AwsWorld({ subnets, ...(addresses === undefined ? {} : { addresses }) }).run({ web: { want: want(ask) } })
  return lines
    .find((line) => line.startsWith('create load balancer') || line.startsWith('refused'))
    ?.replace(/^create load balancer web \S+ \S+ |^refused default\/web: /, '')
}

describe('found by their tags', () => {
  it.each<[string, readonly Subnet[], AwsAsk, string]>([
    ['by the role of the scheme', [tagged('a', { [ELB]: '1' }), tagged('b', { [INTERNAL]: '' })], {}, 'subnet-a'],
    ['an internal one by the other', [tagged('a', { [ELB]: '1' }), tagged('b', { [INTERNAL]: '' })], internal, 'subnet-b'],
    ['a role that is taken back does not count', [tagged('a', { [ELB]: '0' }), tagged('b', { [ELB]: '1' })], {}, 'subnet-b'],
    ['without tags by what is public', [tagged('a', {}, { isPublic: true }), tagged('b', {}, { isPublic: false })], {}, 'subnet-a'],
    ['or private', [tagged('a', {}, { isPublic: true }), tagged('b', {}, { isPublic: false })], internal, 'subnet-b'],
    ['one in each zone: the lowest id', [tagged('a', { [ELB]: '1' }, { id: 'subnet-2' }), tagged('a', { [ELB]: '1' }, { id: 'subnet-1' })], {}, 'subnet-1'],
    [
      'before that one of this cluster',
      [tagged('a', { [ELB]: '1', [OURS]: 'shared' }, { id: 'subnet-2' }), tagged('a', { [ELB]: '1' }, { id: 'subnet-1' })],
      {},
      'subnet-2',
    ],
    ['none of another cluster', [tagged('a', { [ELB]: '1', [OTHER]: 'owned' }), tagged('b', { [ELB]: '1' })], {}, 'subnet-b'],
    ['one of both clusters is ours too', [tagged('a', { [ELB]: '1', [OTHER]: 'owned', [OURS]: 'shared' })], {}, 'subnet-a'],
    ['none without room', [tagged('a', { [ELB]: '1' }, { freeAddresses: 7 }), tagged('b', { [ELB]: '1' }, { freeAddresses: 8 })], {}, 'subnet-b'],
    ['zones of the region before local ones', [tagged('a', { [ELB]: '1' }, { zoneType: 'local-zone' }), tagged('b', { [ELB]: '1' })], {}, 'subnet-b'],
  ])('%s', (_, subnets, ask, reported) => {
    expect(placed(subnets, ask)).toBe(reported)
  })

  it('none is left: how many were dropped, and why', () => {
    const subnets = [
      tagged('a', { [ELB]: '1' }, { freeAddresses: 3 }),
      tagged('b', { [ELB]: '1', [OTHER]: 'owned' }),
      tagged('c', { [ELB]: '1', [OTHER]: 'owned' }),
    ]
    expect(placed(subnets)).toBe(
      'Invalid: fairlead.dev/subnets is not said, and vpc-1 has no subnet for an internet-facing load balancer: 1 with fewer than 8 free addresses; 2 tagged for another cluster (kubernetes.io/cluster/...). Allowed: ids or names of subnets. Tag subnets kubernetes.io/role/elb=1, or name some in fairlead.dev/subnets.',
    )
  })

  it('none was ever meant', () => {
    expect(placed([tagged('a', {}, { isPublic: false })])).toBe(
      'Invalid: fairlead.dev/subnets is not said, and vpc-1 has no subnet for an internet-facing load balancer: none of its 1 subnets is tagged kubernetes.io/role/elb or public. Allowed: ids or names of subnets. Tag subnets kubernetes.io/role/elb=1, or name some in fairlead.dev/subnets.',
    )
  })
})

describe('named by the Service', () => {
  const land = [
    subnet('a', { name: 'front' }),
    subnet('b', { name: 'twin', cidr: '10.0.16.0/20' }),
    subnet('b', { id: 'subnet-b2', name: 'twin' }),
    subnet('c', { zoneType: 'local-zone' }),
    subnet('d', { freeAddresses: 2 }),
  ]

  it.each<[string, readonly string[], string]>([
    ['by id or name, in any order', ['subnet-b', 'front'], 'subnet-a subnet-b'],
    ['none of that name', ['back'], 'Invalid: fairlead.dev/subnets: "back" is no subnet of vpc-1. Allowed: ids, or values of the tag Name'],
    ['a name of two', ['twin'], 'Invalid: fairlead.dev/subnets: "twin" is the name of 2 subnets: subnet-b, subnet-b2. Allowed: one of these ids'],
    [
      'two of one zone',
      ['subnet-b', 'subnet-b2'],
      'Invalid: fairlead.dev/subnets: "subnet-b,subnet-b2" names two subnets of zone b: subnet-b, subnet-b2. Allowed: one subnet in each zone',
    ],
    [
      'two kinds of zones',
      ['subnet-a', 'subnet-c'],
      'Invalid: fairlead.dev/subnets: "subnet-a,subnet-c" mixes kinds of zones: availability-zone and local-zone. Allowed: subnets of one kind of zone',
    ],
    ['without room', ['subnet-d'], 'Invalid: fairlead.dev/subnets: "subnet-d" has 2 free addresses, and a load balancer needs 8'],
  ])('%s', (_, subnets, reported) => {
    expect(placed(land, { subnets })).toBe(reported)
  })
})

describe('with addresses of their own', () => {
  const land = [subnet('a', { cidr: '10.0.0.0/20', ipv6Cidrs: ['2001:db8:a::/64'] }), subnet('b', { cidr: '10.0.16.0/20', ipv6Cidrs: ['2001:db8:b::/64'] })]

  it.each<[string, AwsAsk, string]>([
    [
      'reserved ones by the order of the subnets',
      { subnets: ['subnet-b', 'subnet-a'], addressNames: ['eipalloc-1', 'eipalloc-2'] },
      'subnet-a=eipalloc-2 subnet-b=eipalloc-1',
    ],
    [
      'too few',
      { addressNames: ['eipalloc-1'] },
      'Invalid: fairlead.dev/address-names: "eipalloc-1" is not one for each of the 2 subnets of the load balancer (subnet-a, subnet-b). Allowed: 2 different ones',
    ],
    [
      'one twice',
      { addressNames: ['eipalloc-1', 'eipalloc-1'] },
      'Invalid: fairlead.dev/address-names: "eipalloc-1,eipalloc-1" is not one for each of the 2 subnets of the load balancer (subnet-a, subnet-b). Allowed: 2 different ones',
    ],
    [
      'no id',
      { addressNames: ['home', 'eipalloc-1'] },
      'Invalid: fairlead.dev/address-names: "home" is not an allocation id of an Elastic IP address. Allowed: ids such as eipalloc-0123456789abcdef0, or tag:KEY=VALUE',
    ],
    [
      'reserved ones of an internal load balancer',
      { ...internal, addressNames: ['eipalloc-1', 'eipalloc-2'] },
      'Invalid: fairlead.dev/address-names: "eipalloc-1,eipalloc-2" is not available for internal load balancers. Allowed: service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses',
    ],
    [
      'private ones by the subnet that holds them',
      { ...internal, options: { privateIpv4Addresses: ['10.0.16.9', '10.0.0.9'] } },
      'subnet-a=10.0.0.9 subnet-b=10.0.16.9',
    ],
    [
      'private ones of a public load balancer',
      { options: { privateIpv4Addresses: ['10.0.16.9', '10.0.0.9'] } },
      'Invalid: service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses: "10.0.16.9,10.0.0.9" can be had by an internal load balancer alone. Allowed: fairlead.dev/address-names',
    ],
    [
      'two of one subnet',
      { ...internal, options: { privateIpv4Addresses: ['10.0.0.8', '10.0.0.9'] } },
      'Invalid: service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses: "10.0.0.8,10.0.0.9" does not hold exactly one address of subnet subnet-a (10.0.0.0/20). Allowed: one address in each subnet',
    ],
    [
      'IPv6 on a load balancer of IPv4',
      { options: { ipv6Addresses: ['2001:db8:a::1', '2001:db8:b::1'] } },
      'Invalid: service.beta.kubernetes.io/aws-load-balancer-ipv6-addresses: "2001:db8:a::1,2001:db8:b::1" can be had by a dual-stack load balancer alone',
    ],
  ])('%s', (_, ask, reported) => {
    expect(placed(land, ask)).toBe(reported)
  })
})

describe('with Elastic IP addresses by a tag', () => {
  const address = (number: number, tags: Record<string, string> = { pool: 'edge' }, isInUse = false): ElasticAddress => ({
    allocationId: `eipalloc-${number}`,
    tags,
    isInUse,
  })
  const byTag = (addresses: Network['addresses'], names: readonly string[] = ['tag:pool=edge'], ask: AwsAsk = {}): string | undefined =>
    placed([subnet('a'), subnet('b')], { ...ask, addressNames: names }, addresses)
  const refused = (value: string, rest: string): string => `Invalid: fairlead.dev/address-names: "${value}" ${rest}`

  it('takes the lowest ids that nothing uses, one for each subnet', () => {
    expect(byTag([address(4), address(3, { pool: 'edge' }, true), address(2), address(1, { pool: 'inner' }), address(5)])).toBe(
      'subnet-a=eipalloc-2 subnet-b=eipalloc-4',
    )
  })

  it.each<[string, Network['addresses'], readonly string[], string]>([
    [
      'a tag that too few carry',
      [address(1), address(2, {}), address(3, { pool: 'edge' }, true)],
      ['tag:pool=edge'],
      refused(
        'tag:pool=edge',
        'is the tag of 1 Elastic IP addresses that are free and of 1 in use elsewhere. Allowed: a tag of at least 2 free ones, one for each subnet of the load balancer (subnet-a, subnet-b)',
      ),
    ],
    [
      'a tag beside an id',
      [address(1), address(2)],
      ['tag:pool=edge', 'eipalloc-1'],
      refused('tag:pool=edge,eipalloc-1', 'is not one tag. Allowed: allocation ids such as eipalloc-0123456789abcdef0, or one tag as tag:KEY=VALUE'),
    ],
    [
      'a tag without a value',
      [address(1)],
      ['tag:pool'],
      refused('tag:pool', 'is not one tag. Allowed: allocation ids such as eipalloc-0123456789abcdef0, or one tag as tag:KEY=VALUE'),
    ],
    [
      'addresses that have not been read',
      undefined,
      ['tag:pool=edge'],
      'Waiting: fairlead.dev/address-names: "tag:pool=edge" names a tag, and the Elastic IP addresses have not been read yet',
    ],
    [
      'addresses that may not be read',
      'denied',
      ['tag:pool=edge'],
      'Denied: fairlead.dev/address-names: "tag:pool=edge" names a tag, and the Elastic IP addresses of the account may not be read. Grant ec2:DescribeAddresses, or name the addresses by their allocation ids.',
    ],
  ])('%s', (_, addresses, names, text) => {
    expect(byTag(addresses, names)).toBe(text)
  })

  it('a load balancer keeps what it has as long as that carries the tag, whatever else does', () => {
    const ask = want({ addressNames: ['tag:pool=edge'] })
    const world = new AwsWorld({ addresses: [address(3), address(4)] })
    world.run({ web: { want: ask } })
    const later = (...addresses: readonly ElasticAddress[]): readonly string[] => {
      world.account = { ...world.account, base: base({ addresses }) }
      return world.run({ web: { want: ask, published: world.places() } })
    }
    const inUse = { pool: 'edge' }
    expect(later(address(1), address(2), address(3, inUse, true), address(4, inUse, true))).toEqual([])
    expect(
      later(address(1), address(2), address(3, {}, true), address(4, inUse, true)).filter((line) => line.startsWith('update load balancer subnets')),
    ).toEqual([
      'update load balancer subnets web in subnet-b eipalloc-4 INTERRUPTS traffic through a',
      'update load balancer subnets web in subnet-a eipalloc-1, subnet-b eipalloc-4',
    ])
  })

  it('no two Services claim a tag from each other', () => {
    const claimed = claims(want({ addressNames: ['tag:pool=edge'] }))
    expect(claimed).toEqual([])
  })
})
