/** Who may come in. A list that is not empty opens nothing else. */
import { expect, it } from 'vitest'
import { listener } from '../../contract/wish.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, subnet, want } from './build.ts'

const SIX = { subnets: [subnet('a', { ipv6Cidrs: ['2001:db8:a::/64'] })] }
const CHECK = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const
const DUAL = { options: { ipAddressType: 'dualstack' } } as const

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld(SIX)
  world.run({ web: { want: want(ask) } })
  return world
}

function rulesOf(ask: AwsAsk): readonly string[] {
  return [...served(ask).view.securityGroups.values()].flatMap(({ rules }) =>
    rules.map(({ protocol, from, to, source }) => `${protocol} ${from}-${to} ${source}`),
  )
}

it.each<[string, AwsAsk, readonly string[]]>([
  ['everybody, by IPv4', {}, ['tcp 80-80 0.0.0.0/0']],
  ['everybody, by both families', DUAL, ['tcp 80-80 0.0.0.0/0', 'tcp 80-80 ::/0']],
  ['a range of a family that the Service does not have opens nothing', { sourceRanges: ['0.0.0.0/0', '::/0'] }, ['tcp 80-80 0.0.0.0/0']],
  ['only ranges of a family that the Service does not have: nobody', { sourceRanges: ['2001:db8::/32'] }, []],
  ['a range of IPv4 closes IPv6', { ...DUAL, sourceRanges: ['10.0.0.0/8'] }, ['tcp 80-80 10.0.0.0/8']],
  ['ranges of both families', { ...DUAL, sourceRanges: ['10.0.0.0/8', '2001:db8::/32'] }, ['tcp 80-80 10.0.0.0/8', 'tcp 80-80 2001:db8::/32']],
  [
    "a port's own ranges",
    { sourceRanges: ['10.0.0.0/8'], listeners: [listener('80/TCP', { sourceRanges: ['192.0.2.0/24'], healthCheck: CHECK }), '53/UDP'] },
    ['tcp 80-80 192.0.2.0/24', 'udp 53-53 10.0.0.0/8'],
  ],
  ['an empty list lets nobody in', { sourceRanges: [] }, []],
  ['a prefix list instead of everybody', { options: { prefixLists: ['pl-1'] } }, ['tcp 80-80 pl-1']],
  ['a prefix list beside ranges', { sourceRanges: ['10.0.0.0/8'], options: { prefixLists: ['pl-1'] } }, ['tcp 80-80 10.0.0.0/8', 'tcp 80-80 pl-1']],
  [
    'messages about packets that are too big',
    { options: { icmpPathMtu: true, ipAddressType: 'dualstack' } },
    ['icmp 3-4 0.0.0.0/0', 'icmpv6 2-0 ::/0', 'tcp 80-80 0.0.0.0/0', 'tcp 80-80 ::/0'],
  ],
])('%s', (_, ask, rules) => {
  expect(rulesOf(ask)).toEqual(rules)
})

it('one range more is one write', () => {
  expect(served({ sourceRanges: ['10.0.0.0/8'] }).run({ web: { want: want({ sourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] }) } })).toEqual([
    'update security group rules fairlead-web tcp 80 192.0.2.0/24',
  ])
})

it('other ranges are let in before the old ones are shut out; at the usual limit of rules it is the other way round', () => {
  expect(served({ sourceRanges: ['10.0.0.0/8'] }).run({ web: { want: want({ sourceRanges: ['192.0.2.0/24'] }) } })).toEqual([
    'update security group rules fairlead-web tcp 80 192.0.2.0/24',
    '-',
    'update obsolete security group rules fairlead-web tcp 80 10.0.0.0/8',
  ])
  const many = (third: number) => Array.from({ length: 60 }, (_, i) => `10.${third}.${i}.0/24`)
  const lines = served({ sourceRanges: many(1) }).run({ web: { want: want({ sourceRanges: many(2) }) } })
  expect(lines.map((line) => line.split(' fairlead')[0])).toEqual(['update obsolete security group rules', '-', 'update security group rules'])
})

it('a rule that somebody added by hand goes', () => {
  const world = served()
  const [group] = [...world.view.securityGroups.values()]
  const added = { protocol: 'tcp', from: 22, to: 22, source: '0.0.0.0/0' } as const
  world.account = { ...world.account, view: { ...world.view, securityGroups: new Map([[group!.id, { ...group!, rules: [...group!.rules, added] }]]) } }
  expect(world.run({ web: { want: want() } })).toEqual(['update obsolete security group rules fairlead-web tcp 22 0.0.0.0/0'])
})

it('with groups of the user ours is not made', () => {
  expect(new AwsWorld().run({ web: { want: want({ securityGroups: ['sg-123'] }) } })).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
  ])
})

it('they come in the place of ours, and ours goes when it is free', () => {
  expect(served().run({ web: { want: want({ securityGroups: ['sg-123'], options: { manageBackendRules: true } }) } })).toEqual([
    'update load balancer security groups web sg-123 backend',
    '-',
    'update tags fairlead.dev/backend of web fairlead.dev/backend=true',
    '-',
    'delete security group fairlead-web',
  ])
})

it('whether PrivateLink passes the rules is set with the groups', () => {
  expect(served().run({ web: { want: want({ options: { privateLinkRules: false } }) } })).toEqual(['update load balancer security groups web ours backend'])
})

it('a load balancer without groups never gets some: another one is made', () => {
  const world = served({ options: { noSecurityGroups: true } })
  const published = world.places()
  expect(world.run({ web: { want: want(), published } })).toEqual([
    'create security group fairlead-web',
    '-',
    'update security group rules fairlead-web tcp 80 0.0.0.0/0',
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
    '-',
    'read load balancer web',
    '--',
    'update tags web fairlead.dev/lingers=true',
  ])
})

const NAMED = { 'sg-1': { name: 'edge' }, 'sg-2': { name: 'twin' }, 'sg-3': { name: 'twin' }, 'sg-4': { name: 'other', isOfFairlead: true } } as const

it('a security group named by its tag Name is the same as by its id', () => {
  const world = new AwsWorld({ named: NAMED })
  expect(world.run({ web: { want: want({ securityGroups: ['edge'] }) } })).toEqual(
    new AwsWorld({ named: NAMED }).run({ web: { want: want({ securityGroups: ['sg-1'] }) } }),
  )
  expect([...world.view.loadBalancers.values()].map(({ securityGroups }) => securityGroups)).toEqual([['sg-1']])
  expect(world.run({ web: { want: want({ securityGroups: ['sg-1'] }) } })).toEqual([])
})

it.each<[string, string, string]>([
  ['a name of two groups', 'twin', 'Invalid: fairlead.dev/security-groups: "twin" is the tag Name of 2 security groups: sg-2, sg-3. Allowed: one of these ids'],
  [
    "a group of Fairlead's, by its name",
    'other',
    'Conflict: fairlead.dev/security-groups: "other" is a security group that Fairlead created (sg-4), and its use here would prevent its deletion. Name a security group that was created outside Fairlead.',
  ],
  [
    "a group of Fairlead's, by its id",
    'sg-4',
    'Conflict: fairlead.dev/security-groups: "sg-4" is a security group that Fairlead created (sg-4), and its use here would prevent its deletion. Name a security group that was created outside Fairlead.',
  ],
])('%s is refused before anything is made', (_, name, refused) =>
  expect(new AwsWorld({ named: NAMED }).run({ web: { want: want({ securityGroups: [name] }) } })).toEqual([`refused default/web: ${refused}`]),
)
