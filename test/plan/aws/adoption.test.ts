/** Taking over what somebody else made: the mark first and alone, then what it is not yet, with nothing on no page taken for granted. */
import { expect, it, test } from 'vitest'
import type { LoadBalancerPart, TargetGroupPart } from '../../../providers/aws/view.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, want } from './build.ts'

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/theirs/0123456789abcdef'
const LISTENER = `${ARN.replace(':loadbalancer/', ':listener/')}/1`
const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/their-group/1'
const NOBODY = { stack: 'theirs' }

/** Made for the node port 31000, and filled with it. */
function withTheirs(more: Partial<LoadBalancerPart> = {}, group: Partial<TargetGroupPart> = {}): AwsWorld {
  const world = new AwsWorld()
  const balancer: LoadBalancerPart = {
    mark: NOBODY,
    tags: { team: 'shop' },
    name: 'theirs',
    arn: ARN,
    dnsName: 'theirs.elb.amazonaws.com',
    scheme: 'internet-facing',
    state: 'active',
    ipAddressType: 'ipv4',
    vpcId: 'vpc-1',
    securityGroups: ['sg-theirs'],
    zones: [
      { zone: 'a', subnetId: 'subnet-a', allocationId: 'eipalloc-1' },
      { zone: 'b', subnetId: 'subnet-b', allocationId: 'eipalloc-2' },
    ],
    sourceNat: false,
    ...more,
  }
  const targetGroup: TargetGroupPart = {
    mark: { ...NOBODY, listener: '80/TCP' },
    tags: { team: 'shop' },
    name: 'their-group',
    arn: GROUP,
    protocol: 'TCP',
    port: 31_000,
    targetType: 'instance',
    ipAddressType: 'ipv4',
    healthCheck: { protocol: 'TCP', port: 'traffic-port', intervalSeconds: 10, timeoutSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 3 },
    loadBalancerArns: [ARN],
    ...group,
  }
  const listener = { mark: { ...NOBODY, listener: '80/TCP' }, tags: {}, arn: LISTENER, loadBalancerArn: ARN, port: 80 }
  world.account = {
    ...world.account,
    theirs: {
      arn: ARN,
      view: {
        loadBalancers: new Map([['theirs', balancer]]),
        targetGroups: new Map([['their-group', targetGroup]]),
        listeners: new Map([[LISTENER, listener]]),
        securityGroups: new Map(),
      },
    },
    hidden: new Map([
      [ARN, { attributes: { 'load_balancing.cross_zone.enabled': 'true' } }],
      [LISTENER, { details: { protocol: 'TCP', targetGroupArn: GROUP, certificates: [] }, attributes: { 'tcp.idle_timeout.seconds': '600' } }],
      [GROUP, { attributes: { 'deregistration_delay.timeout_seconds': '42' }, targets: ['i-1', 'i-2'].map((id) => ({ id, port: 31_000 })) }],
    ]),
  }
  return world
}

const asking = (ask: AwsAsk = {}) => ({ web: { want: want({ adopt: ARN, ...ask }) } })

const TAKEN_OVER = ['read adoption theirs', '--', 'update adoption theirs', '--']

it('is marked, read, and brought to what is wanted; who serves leaves when the others are healthy', () => {
  const world = withTheirs()
  expect(world.run(asking())).toEqual([
    ...TAKEN_OVER,
    'read load balancer attributes theirs',
    'read load balancer capacity theirs',
    'read target group attributes their-group',
    'read targets their-group',
    '-',
    'read listener attributes theirs:80',
    '--',
    'create security group fairlead-web',
    '-',
    'update security group rules fairlead-web tcp 80 0.0.0.0/0',
    '-',
    'update targets their-group i-1:30080 i-2:30080',
    '-',
    'update health check their-group HTTP 10256',
    'update load balancer attributes theirs load_balancing.cross_zone.enabled=false',
    'update load balancer security groups theirs ours backend',
    'update target group attributes their-group deregistration_delay.timeout_seconds=300',
    '-',
    'update listener attributes theirs:80 tcp.idle_timeout.seconds=350',
    '-',
    'update tags fairlead.dev/settings of their-group and 2 more fairlead.dev/settings=#',
    '-',
    'read targets their-group health',
    '-',
    'update obsolete targets their-group i-1:31000 i-2:31000',
  ])
  expect(world.places()).toEqual(['theirs.elb.amazonaws.com'])
  expect(world.view.loadBalancers.get('theirs')?.tags).toEqual({ team: 'shop' })
})

it('then asks for nothing more: with the annotation, without it, and of another process', () => {
  const world = withTheirs()
  world.run(asking())
  expect(world.run(asking())).toEqual([])
  expect(world.run({ web: { want: want() } })).toEqual([])
  world.restart()
  expect(world.run(asking())).toEqual(['read targets their-group trust 2'])
})

it('what others registered is read, not trusted, where the process ended after the mark', () => {
  const world = withTheirs()
  world.run(asking(), 2)
  world.restart()
  expect(world.run(asking()).slice(0, 6)).toEqual([
    'read listeners theirs',
    'read load balancer attributes theirs',
    'read load balancer capacity theirs',
    'read target group attributes their-group',
    'read targets their-group',
    '--',
  ])
  expect(world.account.hidden.get(GROUP)?.targets).toEqual(['i-1', 'i-2'].map((id) => ({ id, port: 30_080 })))
})

it('a target group that cannot be used gives way to one of ours, under a listener that stays', () => {
  const lines = withTheirs().run(asking({ pods: { '80/TCP': ['10.244.0.1:8080'] } }))
  const made = lines.findIndex((line) => line.startsWith('update targets web'))
  const switched = lines.indexOf('update listener theirs:80 TCP')
  const dropped = lines.indexOf('delete target group their-group')
  expect([made > 0, switched > made, dropped > switched]).toEqual([true, true, true])
})

it.each<[string, Partial<LoadBalancerPart>, AwsAsk]>([
  ['reserved addresses', {}, {}],
  ['reserved addresses in subnets that are named', {}, { subnets: ['subnet-b', 'subnet-a'] }],
  ['both address families', { ipAddressType: 'dualstack' }, {}],
])('%s that nobody asks for stay', (_, more, ask) => {
  const lines = withTheirs(more).run(asking(ask))
  expect(lines.filter((line) => /subnets|address type/.test(line))).toEqual([])
})

it('tags: the wished ones are set, those of others stay, and so do wished ones that go', () => {
  const world = withTheirs()
  world.run(asking({ tags: { stage: 'live' } }))
  expect(world.view.loadBalancers.get('theirs')?.tags).toEqual({ team: 'shop', stage: 'live' })
  expect(world.run(asking({ tags: {} }))).toEqual(['update obsolete security group tags fairlead-web'])
})

test.each<[string, AwsAsk, RegExp]>([
  ['a name is no reason for another one', { name: 'front' }, /^$/],
  [
    'another scheme is',
    { scheme: 'internal', schemeIsExplicit: true },
    /Conflict: fairlead.dev\/scheme: "internal" cannot be had of the load balancer that was taken over. fairlead.dev\/adopt asks/,
  ],
  [
    'no security groups are',
    { options: { noSecurityGroups: true } },
    /Conflict: .*disable-nlb-sg cannot be changed on a load balancer that exists. fairlead.dev\/adopt asks for this load balancer and no other/,
  ],
])('as long as the Service names it, there is no other: %s', (_, ask, reported) => {
  const world = withTheirs()
  world.run(asking())
  const lines = world.run(asking(ask))
  expect(lines.join()).toMatch(reported)
  expect([...world.view.loadBalancers.keys()]).toEqual(['theirs'])
})

it('without the annotation another scheme makes another one beside it', () => {
  const world = withTheirs()
  world.run(asking())
  const published = world.places()
  world.run({ web: { want: want({ scheme: 'internal', schemeIsExplicit: true }), published } })
  expect(world.view.loadBalancers.size).toBe(2)
})

it('nothing is taken over while nothing can be registered', () => {
  const ask = want({ adopt: ARN })
  const empty = { ...ask, backends: { ...ask.backends, ports: { '80/TCP': { nodePort: 30_080, endpoints: [] } } } }
  expect(withTheirs().run({ web: { want: empty } })).toEqual([
    'waits default/web: nothing can be registered for 80/TCP yet, and what is taken over keeps its targets until then',
  ])
})

test.each<[string, string, AwsAsk]>([
  ['a name', 'theirs', {}],
  ['an Application Load Balancer', ARN.replace('/net/', '/app/'), {}],
  ['a target group', GROUP, {}],
  ['a share', ARN, { share: 'default/edge' }],
])('refused without a call: %s', (_, adopt, ask) => {
  expect(
    withTheirs()
      .run({ web: { want: want({ adopt, ...ask }) } })
      .join(),
  ).toMatch(/^refused default\/web: Invalid: fairlead.dev\/adopt: ".*" (is not the ARN|contradicts)/)
})

it('goes with the Service, its protection first', () => {
  const world = withTheirs()
  world.run(asking(), 2)
  world.account = { ...world.account, hidden: new Map([...world.account.hidden, [ARN, { attributes: { 'deletion_protection.enabled': 'true' } }]]) }
  world.restart()
  expect(world.run({ web: { gone: true } })).toEqual([
    'read load balancer attributes theirs',
    '--',
    'update load balancer attributes theirs deletion_protection.enabled=false',
    '-',
    'delete load balancer theirs',
    '-',
    'delete target group their-group',
  ])
})

it('without security groups it stays, where none is asked for', () => {
  const lines = withTheirs({ securityGroups: [] }).run(asking({ options: { noSecurityGroups: true } }))
  expect(lines.filter((line) => line.includes('security group'))).toEqual([])
})

it('of which the balancer did not get the mark is not taken down with the Service', () => {
  const world = withTheirs()
  world.run(asking(), 2)
  world.account = { ...world.account, view: { ...world.view, loadBalancers: new Map(), listeners: new Map() } }
  expect(world.run({ web: { gone: true } })).toEqual([])
})

it('who is paused right after the mark keeps what there is, and its targets follow', () => {
  const world = withTheirs()
  world.run(asking(), 2)
  const follow = backendsOf(keys('80/TCP'))
  expect(world.run({ web: { follow } })).toEqual([
    'read targets their-group',
    '--',
    'update targets their-group i-1:30080 i-2:30080',
    '-',
    'read targets their-group health',
    '-',
    'update obsolete targets their-group i-1:31000 i-2:31000',
  ])
})
