/** What a Service reports when AWS says no: the reason, what is wrong and what to do next; no other Service is affected, and it is retried automatically. */
import { expect, test } from 'vitest'
import type { Trouble } from '../../../emulators/aws/index.ts'
import { readyOf, type ServiceParts } from '../cluster.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/x/0123456789abcdef'
const said = (code: string, status = 400): Trouble => ({ code, status, message: `No, because of ${ARN} (request id 11111111-2222-3333-4444-555555555555)` })

interface Denial {
  readonly what: string
  readonly action: string
  readonly trouble: Trouble
  readonly parts?: (world: World) => ServiceParts
  readonly reason: string
  readonly message: RegExp
}

const DENIED = ['CreateSecurityGroup', 'AuthorizeSecurityGroupIngress'] as const
const FORBIDDEN = ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener', 'RegisterTargets', 'ModifyTargetGroupAttributes', 'AddTags'] as const
const drained: Denial['parts'] = () => ({ annotations: { 'fairlead.dev/drain-timeout': '30s' } })

const DENIALS: readonly Denial[] = [
  ...DENIED.map((action): Denial => ({
    what: `no right to ${action}`,
    action,
    trouble: said('UnauthorizedOperation', 403),
    reason: 'Denied',
    message: new RegExp(`the right ec2:${action} is missing; add it to the policy.*tries again`),
  })),
  ...FORBIDDEN.map((action): Denial => ({
    what: `no right to ${action}`,
    action,
    trouble: said('AccessDenied', 403),
    parts: drained,
    reason: 'Denied',
    message: new RegExp(`the right elasticloadbalancing:${action} is missing; add it to the policy.*tries again`),
  })),
  {
    what: 'expired credentials',
    action: 'CreateLoadBalancer',
    trouble: said('ExpiredToken', 403),
    reason: 'Denied',
    message: /does not take the controller's credentials.*tries again/,
  },
  { what: 'too many load balancers', action: 'CreateLoadBalancer', trouble: said('TooManyLoadBalancers'), reason: 'LimitReached', message: /No, because of/ },
  { what: 'too many target groups', action: 'CreateTargetGroup', trouble: said('TooManyTargetGroups'), reason: 'LimitReached', message: /No, because of/ },
  {
    what: 'too many security groups',
    action: 'CreateSecurityGroup',
    trouble: said('SecurityGroupLimitExceeded'),
    reason: 'LimitReached',
    message: /No, because of/,
  },
]

test.for(DENIALS)('$what', async ({ action, trouble, parts = () => ({}), reason, message }) => {
  const world = await open()
  await world.start()
  await world.cluster.create('neighbour')
  await world.untilReason('neighbour', 'Ready')
  world.befalls = (called) => (called === action ? trouble : undefined)
  await world.cluster.create('web', parts(world))
  const reported = readyOf(await world.untilReason('web', reason))
  expect(reported).toMatchObject({ status: 'False' })
  expect(reported?.message).toMatch(message)
  expect(await world.reach('neighbour')).toBe('neighbour')
  expect(await world.hasReason('neighbour', 'Ready')).toBe(true)
  await world.until('an event', async () => (await world.cluster.events('web')).some((event) => event.reason === reason))
  await tellsNoIds(world)
  world.befalls = () => undefined
  await world.untilReason('web', 'Ready')
  expect(await world.reach('web')).toBe('web')
})

async function tellsNoIds(world: World): Promise<void> {
  const texts = [...(await world.cluster.events()).map(({ note }) => note), ...(await world.cluster.list()).map((service) => readyOf(service)?.message ?? '')]
  expect(texts.filter((text) => /arn:aws|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/.test(text))).toEqual([])
}

interface Wrong {
  readonly what: string
  readonly annotations: (world: World) => Readonly<Record<string, string>>
  readonly reason: string
  readonly message: RegExp
}

const WRONGS: readonly Wrong[] = [
  {
    what: 'a balancer to be taken over by another name than its ARN',
    annotations: () => ({ 'fairlead.dev/adopt': 'foreign' }),
    reason: 'Invalid',
    message: /fairlead.dev\/adopt: "foreign" is not the ARN of a Network Load Balancer/,
  },
  {
    what: 'a certificate that is not there',
    annotations: () => ({ 'fairlead.dev/tls-certificates': 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000' }),
    reason: 'Invalid',
    message: /certificate/i,
  },
  {
    what: 'a subnet that is not there',
    annotations: () => ({ 'fairlead.dev/subnets': 'subnet-0123456789abcdef0' }),
    reason: 'Invalid',
    message: /fairlead.dev\/subnets.*subnet-0123456789abcdef0/,
  },
  {
    what: 'two subnets of one zone',
    annotations: ({ aws }) => ({ 'fairlead.dev/subnets': [aws.cloud.ids.publicSubnets[0], aws.cloud.ids.privateSubnets[0]].join(',') }),
    reason: 'Invalid',
    message: /fairlead.dev\/subnets/,
  },
  {
    what: 'a reserved address that another balancer has',
    annotations({ aws: { cloud } }) {
      const [subnet] = cloud.ids.publicSubnets
      const [AllocationId] = cloud.ids.addresses
      cloud.call('elb', 'CreateLoadBalancer', { Name: 'theirs', Type: 'network', SubnetMappings: [{ SubnetId: subnet, AllocationId }] })
      return { 'fairlead.dev/subnets': String(subnet), 'fairlead.dev/address-names': String(AllocationId) }
    },
    reason: 'Conflict',
    message: /fairlead.dev\/address-names: "eipalloc-[0-9a-f]+" is used by the load balancer theirs. Allowed: an address that is free/,
  },
  {
    what: 'a reserved address that is not there, whatever the number of subnets',
    annotations: () => ({ 'fairlead.dev/address-names': 'eipalloc-0123456789abcdef0' }),
    reason: 'Invalid',
    message: /"eipalloc-0123456789abcdef0" is not an Elastic IP address of this account and region/,
  },
]

test.for(WRONGS)('$what', async ({ annotations, reason, message }) => {
  const world = await open()
  await world.start()
  await world.cluster.create('neighbour')
  await world.untilReason('neighbour', 'Ready')
  const foreign = (): readonly string[] => world.foreign()
  const asked = annotations(world)
  const before = foreign()
  await world.cluster.create('web', { annotations: asked })
  const reported = readyOf(await world.untilReason('web', reason))
  expect(reported?.message).toMatch(message)
  expect(await world.reach('neighbour')).toBe('neighbour')
  await world.pass(3_600_000)
  expect(foreign()).toEqual(before)
  await world.cluster.remove('web')
  await world.gone('web')
  expect(world.owned().filter((text) => text.includes('/web/'))).toEqual([])
})

test('no credentials at all: every Service says so', async () => {
  const world = await open()
  world.aws.faults.inject({ kind: said('UnrecognizedClientException', 403), times: 1_000_000 })
  const process = world.start()
  await world.cluster.create('web')
  await process
  const reported = readyOf(await world.untilReason('web', 'Denied'))
  expect(reported?.message).toMatch(/credentials/)
  world.aws.faults.clear()
  await world.untilReason('web', 'Ready')
})

test('a reserved address of another Service: the owner is named, and once it is deleted and AWS has freed the address the Service gets it', async () => {
  const world = await open()
  const { cloud } = world.aws
  const annotations = { 'fairlead.dev/subnets': String(cloud.ids.publicSubnets[0]), 'fairlead.dev/address-names': String(cloud.ids.addresses[0]) }
  await world.start()
  await world.cluster.create('owner', { annotations })
  await world.untilReason('owner', 'Ready')
  await world.cluster.create('web', { annotations })
  const writes = (): number => world.aws.journal.calls.filter(({ kind }) => kind === 'write').length
  const before = writes()
  const { namespace } = world.cluster
  expect(readyOf(await world.untilReason('web', 'Conflict'))?.message).toContain(`is used by the Service ${namespace}/owner (load balancer `)
  expect(writes()).toBe(before)
  await world.cluster.remove('owner')
  await world.gone('owner')
  await world.untilReason('web', 'Ready')
  expect(await world.reach('web')).toBe('web')
})
