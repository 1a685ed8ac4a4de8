/** Taking over a load balancer that another controller made: its DNS name stays, and not a packet is lost. */
import { expect, test, vi } from 'vitest'
import { IMMEDIATE } from '../../../emulators/aws/index.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { hostOf, readyOf } from '../cluster.ts'
import { MACHINES } from './machines.ts'
import { onServer } from './frame.ts'
import type { Process } from '../process.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

/** From a registration until the first verdict. */
const TAKEN_UP_MS = 60_000
/** Of the tag index behind what was written. */
const LAG_MS = 120_000
const NO_GROUPS = 'service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg'
const PORTS = [
  { name: 'http', port: 80 },
  { name: 'smtp', port: 25 },
]

interface Theirs {
  readonly arn: string
  readonly host: string
  readonly tags: { readonly Key: string; readonly Value: string }[]
}

interface Seed {
  readonly name?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly hasGroups?: boolean
  readonly type?: 'network' | 'application'
  readonly scheme?: 'internal' | 'internet-facing'
}

/** As aws-load-balancer-controller leaves it when its tags are off: managed and shared groups, listeners, instances by the node ports of the old Service. */
function theirs(
  { aws: { cloud } }: World,
  old: Service,
  { name = 'k8s-shop-old-1a2b3c', tags = { team: 'shop' }, hasGroups = true, scheme = 'internet-facing' }: Seed = {},
): Theirs {
  const { vpc, publicSubnets, nodeGroup } = cloud.ids
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const groups = hasGroups
    ? [`${name}-managed`, `${name}-shared`].map(
        (GroupName) => cloud.call('ec2', 'CreateSecurityGroup', { GroupName, GroupDescription: 'theirs', VpcId: vpc })['groupId'],
      )
    : []
  if (hasGroups) {
    const any = [{ CidrIp: '0.0.0.0/0' }]
    const IpPermissions = PORTS.map(({ port }) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: any }))
    cloud.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: groups[0], IpPermissions })
    const toNodes = { IpProtocol: 'tcp', FromPort: 30000, ToPort: 32767, Groups: [{ GroupId: groups[1] }] }
    cloud.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: nodeGroup, IpPermissions: [toNodes] })
  }
  const made = cloud.call('elb', 'CreateLoadBalancer', {
    Name: name,
    Type: 'network',
    Scheme: scheme,
    Subnets: publicSubnets,
    ...(hasGroups ? { SecurityGroups: groups } : {}),
    Tags,
  })
  const { LoadBalancerArn: arn, DNSName } = (made['LoadBalancers'] as { LoadBalancerArn: string; DNSName: string }[])[0]!
  cloud.call('elb', 'ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }] })
  for (const { port, nodePort } of old.spec.ports ?? []) {
    const group = cloud.call('elb', 'CreateTargetGroup', {
      Name: `${name}-${port}`,
      Protocol: 'TCP',
      Port: nodePort,
      VpcId: vpc,
      TargetType: 'instance',
      HealthCheckPort: 'traffic-port',
      Tags,
    })
    const { TargetGroupArn } = (group['TargetGroups'] as { TargetGroupArn: string }[])[0]!
    cloud.call('elb', 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '42' }] })
    cloud.call('elb', 'RegisterTargets', { TargetGroupArn, Targets: MACHINES.map(({ id }) => ({ Id: id, Port: nodePort })) })
    cloud.call('elb', 'CreateListener', { LoadBalancerArn: arn, Protocol: 'TCP', Port: port, DefaultActions: [{ Type: 'forward', TargetGroupArn }], Tags })
  }
  return { arn, host: DNSName.toLowerCase(), tags: Tags }
}

/** The old Service is another controller's, and its pods answer by its name. */
async function oldService(world: World): Promise<Service> {
  await world.cluster.create('old', { spec: { ports: PORTS, loadBalancerClass: 'service.k8s.aws/nlb' } })
  return world.cluster.get('old')
}

function expectServed(world: World, host: string, what: string): void {
  for (const { port } of PORTS) for (let i = 0; i < 6; i++) expect(['old', 'web'], `${what}: ${port}`).toContain(world.send(host, port))
}

const named = (arn: string) => ({ annotations: { 'fairlead.dev/adopt': arn }, spec: { ports: PORTS } })
const writesOf = (world: World, mark: number) => world.aws.journal.since(mark).filter(({ kind }) => kind === 'write')
const ownedKinds = (world: World, kind: string) => world.ownedObjects().filter((one) => one.kind === kind)

test('its name stays, a packet is delivered after every write, and in the end only the new pods answer', async () => {
  const world = await open()
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  expectServed(world, host, 'before')
  world.onWrite = ({ action }) => expectServed(world, host, `after ${action}`)
  await world.cluster.create('web', named(arn))
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
  await world.rest()
  for (const { port } of PORTS) expect([world.send(host, port), world.send(host, port)]).toEqual(['web', 'web'])
  expect((await world.cluster.events('web')).map(({ reason }) => reason)).toContain('Adopted')
  const [balancer, ...others] = ownedKinds(world, 'load balancer')
  expect(others).toEqual([])
  expect(balancer?.tags).toMatchObject({ team: 'shop' })
  expect(balancer?.settings['attributes']).not.toMatchObject({ 'load_balancing.cross_zone.enabled': 'true' })
  expect(ownedKinds(world, 'target group').map(({ name }) => name)).toEqual(['k8s-shop-old-1a2b3c-25', 'k8s-shop-old-1a2b3c-80'])
  for (const { settings } of ownedKinds(world, 'target group'))
    expect(settings['attributes']).not.toMatchObject({ 'deregistration_delay.timeout_seconds': '42' })
  expect(ownedKinds(world, 'security group')).toHaveLength(2)
})

test('those that were taken over serve until one of the new targets is healthy', async () => {
  const world = await open({ delays: { ...IMMEDIATE, registration: TAKEN_UP_MS } })
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  await world.pass(TAKEN_UP_MS)
  let registered = 0
  let left = 0
  world.onWrite = ({ action }) => {
    if (action === 'RegisterTargets') registered = world.clock.now()
    if (action === 'DeregisterTargets') left = world.clock.now()
    expectServed(world, host, `after ${action}`)
  }
  await world.cluster.create('web', named(arn))
  await world.until('it is reported what is waited for', async () => readyOf(await world.cluster.get('web'))?.message.includes('serve until one is') === true)
  expect(world.send(host)).toBe('old')
  await world.untilReason('web', 'Ready')
  expect(left - registered).toBeGreaterThanOrEqual(TAKEN_UP_MS)
  expect([world.send(host), world.send(host)]).toEqual(['web', 'web'])
})

test('what it has been given is not written again: by the same process, by the next one, and without the annotation', async () => {
  const world = await open()
  const first = await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  await world.cluster.create('web', named(arn))
  await world.untilReason('web', 'Ready')
  await world.rest()
  const mark = world.aws.journal.mark
  await world.pass(3_600_000)
  await first.stop()
  await world.start()
  await world.rest()
  await world.cluster.change('web', { annotations: { 'fairlead.dev/adopt': null } })
  await world.pass(3_600_000)
  expect(writesOf(world, mark).map(({ action }) => action)).toEqual([])
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
})

test('another target type: a group of ours takes the place of theirs, which goes last', async () => {
  const world = await open()
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  world.onWrite = ({ action }) => expectServed(world, host, `after ${action}`)
  const { annotations, spec } = named(arn)
  await world.cluster.create('web', { spec, annotations: { ...annotations, 'fairlead.dev/targets': 'pods' } })
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
  await world.rest()
  expect(world.aws.journal.counts()['ModifyListener']).toBe(2)
  expect(
    ownedKinds(world, 'target group')
      .map(({ name }) => name)
      .filter((name) => name.startsWith('k8s-')),
  ).toEqual([])
  expect(world.send(host)).toBe('web')
})

test('its reserved addresses stay', async () => {
  const world = await open()
  await world.start()
  const { arn } = theirs(world, await oldService(world))
  const { publicSubnets, addresses } = world.aws.cloud.ids
  const SubnetMappings = publicSubnets.map((SubnetId, i) => ({ SubnetId, AllocationId: addresses[i] }))
  const made = world.aws.cloud.call('elb', 'CreateLoadBalancer', {
    Name: 'fixed',
    Type: 'network',
    SubnetMappings,
    SecurityGroups: [world.aws.cloud.ids.nodeGroup],
  })
  const [fixed] = made['LoadBalancers'] as { LoadBalancerArn: string; DNSName: string }[]
  expect(fixed?.LoadBalancerArn).not.toBe(arn)
  await world.cluster.create('web', named(String(fixed?.LoadBalancerArn)))
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(fixed?.DNSName.toLowerCase())
  expect(world.aws.journal.counts()['SetSubnets']).toBeUndefined()
  expect(world.send(String(fixed?.DNSName))).toBe('web')
})

test('the Service goes, and all that was taken over with it', async () => {
  const world = await open()
  await world.start()
  const { arn } = theirs(world, await oldService(world))
  await world.cluster.create('web', named(arn))
  await world.untilReason('web', 'Ready')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
  expect(world.foreign().filter((text) => /^(load balancer|listener|target group) k8s-/.test(text))).toEqual([])
})

test('protection against deletion holds', async () => {
  const world = await open()
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  const { annotations, spec } = named(arn)
  await world.cluster.create('web', { spec, annotations: { ...annotations, 'fairlead.dev/deletion-protection': 'true' } })
  await world.untilReason('web', 'Ready')
  await world.cluster.remove('web')
  await world.pass(600_000)
  expect(world.send(host)).toBe('web')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/deletion-protection': null } })
  await world.gone('web')
})

/** A step that is under way when its process ends makes no further call. */
function endAfterMarks(world: World, first: Process, last: number): { readonly isOver: () => boolean; readonly release: () => Promise<void> } {
  let marks = 0
  const hear = world.onWrite
  world.onWrite = (call) => {
    hear(call)
    if (call.action === 'AddTags' && (marks += 1) === last) first.strike()
  }
  world.befalls = () => (first.isDead ? { code: 'AccessDenied', status: 403 } : undefined)
  return {
    isOver: () => marks >= last,
    async release() {
      await world.rest()
      await first.release()
      world.befalls = () => undefined
    },
  }
}

test('the process ends in the middle of the marks: the next one goes on', async () => {
  for (const last of [1, 2, 3, 4, 5, 6]) {
    const world = await open()
    const first = await world.start()
    const { arn, host } = theirs(world, await oldService(world))
    world.onWrite = ({ action }) => expectServed(world, host, `after ${action}`)
    const end = endAfterMarks(world, first, last)
    await world.cluster.create('web', named(arn))
    await world.until(`${last} marks are written`, end.isOver)
    await end.release()
    expect(ownedKinds(world, 'load balancer')).toHaveLength(last < 5 ? 0 : 1)
    await world.start()
    expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
    await world.rest()
    expect(ownedKinds(world, 'load balancer')).toHaveLength(1)
    expect(ownedKinds(world, 'target group')).toHaveLength(2)
    for (const { port } of PORTS) expect([world.send(host, port), world.send(host, port)]).toEqual(['web', 'web'])
    await world.close()
  }
})

test('the process ends in the middle of the marks and the Service goes: what was not taken over whole serves on', async () => {
  const world = await open()
  const first = await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  const end = endAfterMarks(world, first, 4)
  await world.cluster.create('web', named(arn))
  await world.until('the target groups are marked', end.isOver)
  await end.release()
  await world.cluster.remove('web')
  await world.start()
  await world.gone('web')
  await world.pass(600_000)
  for (const { port } of PORTS) expect(world.send(host, port)).toBe('old')
})

test.for([5, 8])('the tag index lags, and the process ends after write %i', async (last) => {
  const world = await open({ delays: { ...IMMEDIATE, tagging: LAG_MS, listing: LAG_MS } })
  const first = await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  await world.pass(LAG_MS)
  let writes = 0
  world.onWrite = ({ action }) => {
    expectServed(world, host, `after ${action}`)
    if ((writes += 1) === last) first.strike()
  }
  await world.cluster.create('web', named(arn))
  await world.until(`${last} writes`, () => writes >= last)
  await first.release()
  await world.start()
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
  await world.pass(2 * LAG_MS)
  expect(ownedKinds(world, 'load balancer')).toHaveLength(1)
  expect(ownedKinds(world, 'target group')).toHaveLength(2)
  for (const { port } of PORTS) expect([world.send(host, port), world.send(host, port)]).toEqual(['web', 'web'])
})

test('a second Service that names it is refused, and reports whose it is', async () => {
  const world = await open()
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  await world.cluster.create('web', named(arn))
  await world.untilReason('web', 'Ready')
  await world.cluster.create('late', named(arn))
  const reported = readyOf(await world.untilReason('late', 'Conflict'))
  expect(reported?.message).toMatch(new RegExp(`fairlead.dev/adopt.*belongs to ${world.cluster.namespace}/web`))
  await world.cluster.remove('late')
  await world.gone('late')
  await world.rest()
  expect(world.send(host)).toBe('web')
})

test('of two that name it at once one has it', async () => {
  const world = await open()
  const { arn } = theirs(world, await oldService(world))
  await world.cluster.create('web', named(arn))
  await world.cluster.create('late', named(arn))
  await world.start()
  await world.until('one is served, and one is reported', async () => {
    const reasons = await Promise.all(['web', 'late'].map(async (name) => readyOf(await world.cluster.get(name))?.reason))
    return reasons.includes('Ready') && reasons.includes('Conflict')
  })
  expect(ownedKinds(world, 'load balancer')).toHaveLength(1)
})

interface Refused {
  readonly what: string
  readonly seed: Seed
  readonly annotations?: Readonly<Record<string, string>>
  readonly arn?: (arn: string) => string
  readonly reason: string
  readonly message: RegExp
}

const REFUSED: readonly Refused[] = [
  ...(
    [
      ['elbv2.k8s.aws/cluster', 'shop'],
      ['service.k8s.aws/stack', 'shop/old'],
      ['kubernetes.io/cluster/shop', 'owned'],
      ['kubernetes.io/service-name', 'shop/old'],
    ] as const
  ).map(([key, value]) => ({
    what: `the mark ${key} of another controller`,
    seed: { tags: { [key]: value } },
    reason: 'Conflict',
    message: new RegExp(`fairlead.dev/adopt.*${key}: ${value}`),
  })),
  {
    what: "another cluster's mark",
    seed: { tags: { 'fairlead.dev/cluster': 'north', 'fairlead.dev/stack': 'service/1' } },
    reason: 'Conflict',
    message: /the cluster north/,
  },
  { what: 'another scheme', seed: {}, annotations: { 'fairlead.dev/scheme': 'internal' }, reason: 'Invalid', message: /is internet-facing.*says internal/ },
  {
    what: 'one without security groups, where some are wanted',
    seed: { hasGroups: false },
    reason: 'Invalid',
    message: /has no security groups.*disable-nlb-sg/,
  },
  {
    what: 'one with security groups, where none is wanted',
    seed: {},
    annotations: { [NO_GROUPS]: 'true' },
    reason: 'Invalid',
    message: /has security groups.*disable-nlb-sg/,
  },
  { what: 'one that is not there', seed: {}, arn: (arn) => `${arn.slice(0, -4)}0000`, reason: 'Invalid', message: /is not there/ },
  {
    what: 'no Network Load Balancer',
    seed: {},
    arn: (arn) => arn.replace('/net/', '/app/'),
    reason: 'Invalid',
    message: /is not the ARN of a Network Load Balancer/,
  },
  { what: 'a share', seed: {}, annotations: { 'fairlead.dev/share': 'edge' }, reason: 'Invalid', message: /fairlead.dev\/share/ },
]

test.for(REFUSED)('refused, with nothing written: $what', async ({ seed, annotations = {}, arn: wrong = (arn: string) => arn, reason, message }) => {
  const world = await open()
  await world.start()
  await world.cluster.create('neighbour')
  await world.untilReason('neighbour', 'Ready')
  const { arn } = theirs(world, await oldService(world), seed)
  const mark = world.aws.journal.mark
  const asked = named(wrong(arn))
  await world.cluster.create('web', { ...asked, annotations: { ...asked.annotations, ...annotations } })
  expect(readyOf(await world.untilReason('web', reason))?.message).toMatch(message)
  await world.pass(3_600_000)
  expect(writesOf(world, mark).map(({ action }) => action)).toEqual([])
})

test.for(REFUSED)('refused by a plan too, in the same words: $what', async ({ seed, annotations = {}, arn: wrong = (arn: string) => arn, message }) => {
  const world = await open()
  await world.start()
  const { arn } = theirs(world, await oldService(world), seed)
  const mark = world.aws.journal.mark
  const asked = named(wrong(arn))
  await world.cluster.create('web', { ...asked, annotations: { ...asked.annotations, ...annotations, 'fairlead.dev/plan-only': 'true' } })
  await world.until('the condition says why', async () => message.test(readyOf(await world.cluster.get('web'))?.message ?? ''))
  expect(writesOf(world, mark)).toEqual([])
})

test('a plan of what may be taken over says so, writes nothing, and is carried out when it may be', async () => {
  const world = await open()
  await world.start()
  const { arn, host } = theirs(world, await oldService(world))
  const { annotations, spec } = named(arn)
  await world.cluster.create('web', { spec, annotations: { ...annotations, 'fairlead.dev/plan-only': 'true' } })
  await world.until('the plan is shown', async () => /update adoption/.test(readyOf(await world.cluster.get('web'))?.message ?? ''))
  expect([world.owned(), world.send(host)]).toEqual([[], 'old'])
  await world.cluster.change('web', { annotations: { 'fairlead.dev/plan-only': null } })
  expect(hostOf(await world.untilReason('web', 'Ready'))).toBe(host)
})
