/** What AWS refuses and somebody then makes possible, in the account or on the Service, is taken up: soon, by few calls, and at once where the Service is changed. */
import { expect, test, vi } from 'vitest'
import type { Trouble } from '../../../emulators/aws/index.ts'
import { readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
/** Long enough that nothing is due to an inventory here. */
const SELDOM = { driftIntervalMs: 24 * 60 * MINUTE_MS, inspectionMs: 240 * 60 * MINUTE_MS }

interface Refusal {
  readonly what: string
  readonly reason: string
  /** Brings it about, and answers the annotations of the Service. */
  readonly cause: (world: World) => Readonly<Record<string, string>>
  readonly lift: (world: World) => void
}

/** A balancer that another controller's tag is on. */
function foreign({ aws: { cloud } }: World): string {
  const { privateSubnets: Subnets } = cloud.ids
  const Tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: 'another' }]
  const made = cloud.call('elb', 'CreateLoadBalancer', { Name: 'theirs', Type: 'network', Scheme: 'internal', Subnets, Tags })
  return (made['LoadBalancers'] as { LoadBalancerArn: string }[])[0]!.LoadBalancerArn
}

const said = (action: string, code: string): Pick<Refusal, 'cause' | 'lift'> => {
  const trouble: Trouble = { code, status: 400, message: 'No.' }
  return {
    cause(world) {
      world.befalls = (called) => (called === action ? trouble : undefined)
      return {}
    },
    lift: (world) => {
      world.befalls = () => undefined
    },
  }
}

const NO_GROUPS = 'service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg'
let arn = ''

const REFUSALS: readonly Refusal[] = [
  {
    what: "another controller's tag on the balancer to be taken over",
    reason: 'Conflict',
    cause(world) {
      arn = foreign(world)
      return { 'fairlead.dev/adopt': arn, 'fairlead.dev/scheme': 'internal', [NO_GROUPS]: 'true' }
    },
    lift: ({ aws: { cloud } }) => void cloud.call('elb', 'RemoveTags', { ResourceArns: [arn], TagKeys: ['elbv2.k8s.aws/cluster'] }),
  },
  {
    what: 'a subnet without the name that the Service gives',
    reason: 'Invalid',
    cause: () => ({ 'fairlead.dev/subnets': 'mine' }),
    lift: ({ aws: { cloud } }) => void cloud.call('ec2', 'CreateTags', { ResourceId: [cloud.ids.publicSubnets[0]], Tag: [{ Key: 'Name', Value: 'mine' }] }),
  },
  {
    what: 'too few Elastic IP addresses with the tag that the Service names',
    reason: 'Invalid',
    cause: () => ({ 'fairlead.dev/address-names': 'tag:pool=edge' }),
    lift: ({ aws: { cloud } }) => void cloud.call('ec2', 'CreateTags', { ResourceId: [...cloud.ids.addresses], Tag: [{ Key: 'pool', Value: 'edge' }] }),
  },
  { what: 'a quota of load balancers', reason: 'LimitReached', ...said('CreateLoadBalancer', 'TooManyLoadBalancers') },
  { what: 'a certificate that is not there', reason: 'Invalid', ...said('CreateListener', 'CertificateNotFound') },
  { what: 'a permission that is missing', reason: 'Denied', ...said('CreateTargetGroup', 'AccessDenied') },
  { what: 'a full security group of the nodes', reason: 'LimitReached', ...said('AuthorizeSecurityGroupIngress', 'RulesPerSecurityGroupLimitExceeded') },
]

async function refused(world: World, { cause, reason }: Refusal): Promise<void> {
  await world.start(SELDOM)
  await world.cluster.create('web', { annotations: cause(world) })
  const message = readyOf(await world.untilReason('web', reason))?.message ?? ''
  expect(message).toMatch(/Fairlead (tries|checks) again within a minute/)
  expect(message).toContain(`kubectl annotate service -n ${world.cluster.namespace} web retry=`)
}

test.for(REFUSALS)('$what: once it is lifted the Service is served within a minute', async (refusal) => {
  const world = await open()
  await refused(world, refusal)
  refusal.lift(world)
  await world.pass(MINUTE_MS)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test.for(REFUSALS)('$what: lifted hours later, the Service is served within ten minutes', async (refusal) => {
  const world = await open()
  await refused(world, refusal)
  await world.pass(200 * MINUTE_MS)
  refusal.lift(world)
  await world.pass(11 * MINUTE_MS)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test.for(REFUSALS)('$what: lifted hours later, the Service is served at once when any annotation of it is changed', async (refusal) => {
  const world = await open()
  await refused(world, refusal)
  await world.pass(200 * MINUTE_MS)
  refusal.lift(world)
  await world.cluster.change('web', { annotations: { retry: 'now' } })
  await world.pass(20_000)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test('a Service that is served and refused a change reports the same, and is served as it was until the remedy', async () => {
  const world = await open()
  await world.start({ driftIntervalMs: 10 * MINUTE_MS })
  await world.cluster.create('neighbour')
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.pass(20 * MINUTE_MS)
  await world.cluster.change('web', { annotations: { 'fairlead.dev/subnets': 'mine' } })
  await world.untilReason('web', 'Invalid')
  await world.pass(60 * MINUTE_MS)
  expect(await world.reach('web')).toBe('web')
  const { cloud } = world.aws
  cloud.call('ec2', 'CreateTags', { ResourceId: [cloud.ids.publicSubnets[0]], Tag: [{ Key: 'Name', Value: 'mine' }] })
  await world.pass(11 * MINUTE_MS)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test('Services that are refused and hold nothing cost no call at rest beyond the inventory', async () => {
  const reads = async (refusedOnes: number): Promise<readonly string[]> => {
    const world = await open()
    await world.start({ driftIntervalMs: 10 * MINUTE_MS })
    await world.cluster.create('ok')
    await world.untilReason('ok', 'Ready')
    for (let i = 0; i < refusedOnes; i++) {
      await world.cluster.create(`refused-${i}`, { annotations: { 'fairlead.dev/subnets': 'none-such' } })
      await world.untilReason(`refused-${i}`, 'Invalid')
    }
    await world.pass(30 * MINUTE_MS)
    const mark = world.aws.journal.mark
    await world.pass(60 * MINUTE_MS)
    const actions = world.aws.journal.since(mark).map(({ action }) => action)
    await world.close()
    return actions.toSorted()
  }
  expect(await reads(5)).toEqual(await reads(0))
})

test('a listener that somebody deletes seconds after it was made is made again by the next inventory', async () => {
  const world = await open()
  await world.start({ driftIntervalMs: 15_000 })
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.pass(16_000)
  const { cloud } = world.aws
  const arnOf = (action: string, input: object, list: string, field: string): string =>
    String((cloud.call('elb', action, input)[list] as readonly Record<string, unknown>[])[0]?.[field])
  const name = world.ownedObjects().find(({ kind }) => kind === 'load balancer')?.name
  const LoadBalancerArn = arnOf('DescribeLoadBalancers', { Names: [name] }, 'LoadBalancers', 'LoadBalancerArn')
  cloud.call('elb', 'DeleteListener', { ListenerArn: arnOf('DescribeListeners', { LoadBalancerArn }, 'Listeners', 'ListenerArn') })
  expect(await world.reach('web')).not.toBe('web')
  await world.pass(20_000)
  expect(await world.reach('web')).toBe('web')
})
