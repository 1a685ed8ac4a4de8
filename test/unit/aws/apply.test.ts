/** What becomes of one step when the account is not as the plan saw it. */
import { describe, expect, test } from 'vitest'
import { apply } from '../../../providers/aws/apply/apply.ts'
import type { AwsStep } from '../../../providers/aws/steps.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { partsOf } from '../../../src/provider/engine/stage.ts'
import type { AwsView } from '../../../providers/aws/view.ts'
import { makePlain, NAMES, OWNER, plainSteps, STACK, startWorld, type World } from './world.ts'

const target = (id: string) => ({ id, port: 30080 })

async function failure(promise: Promise<unknown>): Promise<CloudError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof CloudError) return error
  throw error ?? new Error('it did not fail')
}

function stepOf(world: World, kind: string) {
  const step = plainSteps(world).find((candidate) => candidate.kind === kind)
  if (step === undefined) throw new Error(`no step makes a ${kind}`)
  return step
}

/** Everything that is ours, without what differs from one making to the next. */
function shape({ aws }: World): unknown {
  return aws.cloud.objects().map(({ kind, tags }) => ({ kind, tags }))
}

describe('a create that was made before', () => {
  test.each(['security group', 'target group', 'load balancer', 'listener'])('%s: what stands is taken, and nothing is made twice', async (kind) => {
    const world = await startWorld()
    const made = await makePlain(world)
    const before = shape(world)
    const again = await (await world.another()).play(made, stepOf(world, kind))
    expect(shape(world)).toEqual(before)
    expect([...again.securityGroups.keys()]).toEqual([...made.securityGroups.keys()])
    expect([...again.listeners.keys()]).toEqual([...made.listeners.keys()])
    expect(again.targetGroups.get(NAMES.group)?.arn).toBe(made.targetGroups.get(NAMES.group)?.arn)
    expect(again.loadBalancers.get(NAMES.balancer)?.arn).toBe(made.loadBalancers.get(NAMES.balancer)?.arn)
  })

  test('a target group that has a listener is not taken to be empty', async () => {
    const world = await startWorld()
    const view = await world.play(await makePlain(world), stepOf(world, 'target group'))
    expect(view.targetGroups.get(NAMES.group)?.targets).toBeUndefined()
  })

  test('with other settings than it was made with, it is shown as it is', async () => {
    const world = await startWorld()
    const made = await makePlain(world)
    const step = stepOf(world, 'target group')
    const changed = { ...step, call: { ...step.call, healthCheck: { ...made.targetGroups.get(NAMES.group)!.healthCheck, intervalSeconds: 30 } } } as typeof step
    const view = await world.play(made, changed)
    expect(view.targetGroups.get(NAMES.group)?.healthCheck.intervalSeconds).toBe(10)
  })
})

describe('a name that is taken by something foreign', () => {
  test('security group: a refusal that names it, and it is left alone', async () => {
    const world = await startWorld()
    world.aws.cloud.call('ec2', 'CreateSecurityGroup', { GroupName: NAMES.securityGroup, GroupDescription: 'x', VpcId: world.aws.cloud.ids.vpc })
    const error = await failure(makePlain(world))
    expect(error).toMatchObject({ consequence: 'refused', reason: 'Conflict' })
    expect(error.publicMessage).toContain(NAMES.securityGroup)
  })

  test('target group', async () => {
    const world = await startWorld()
    world.aws.cloud.call('elb', 'CreateTargetGroup', { Name: NAMES.group, Protocol: 'TCP', Port: 1, VpcId: world.aws.cloud.ids.vpc })
    expect(await failure(makePlain(world))).toMatchObject({ consequence: 'refused', reason: 'Conflict' })
  })

  test.each([
    ['with other settings', 'internal'],
    ['with the very same settings, which AWS answers as if it had made it', 'internet-facing'],
  ])('load balancer under a name that a user gave, %s', async (_, scheme) => {
    const world = await startWorld()
    const SubnetMappings = world.aws.cloud.ids.publicSubnets.map((SubnetId) => ({ SubnetId }))
    world.aws.cloud.call('elb', 'CreateLoadBalancer', { Name: 'shop', Type: 'network', Scheme: scheme, SubnetMappings })
    const { call } = stepOf(world, 'load balancer')
    const step = { kind: 'load balancer', verb: 'create', call: { ...call, name: 'shop', securityGroups: [] } } as Parameters<World['play']>[1]
    const error = await failure(world.play(await world.observe(), step))
    expect(error).toMatchObject({ consequence: 'refused', reason: 'Conflict' })
    expect(error.publicMessage).toContain('shop')
  })

  test('a port of our load balancer on which somebody else listens', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const [arn] = [...view.listeners.keys()]
    view = await world.play(view, { kind: 'listener', verb: 'delete', call: { arn: arn ?? '' } })
    const group = world.aws.cloud.call('elb', 'CreateTargetGroup', { Name: 'theirs', Protocol: 'TCP', Port: 1, VpcId: world.aws.cloud.ids.vpc })
    const { TargetGroupArn } = (group['TargetGroups'] as { TargetGroupArn: string }[])[0]!
    world.aws.cloud.call('elb', 'CreateListener', {
      LoadBalancerArn: view.loadBalancers.get(NAMES.balancer)?.arn,
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    })
    expect(await failure(world.play(view, stepOf(world, 'listener')))).toMatchObject({ consequence: 'refused', reason: 'Conflict' })
  })

  test('a user-given name that is free costs one look at the tags', async () => {
    const world = await startWorld()
    const { call } = stepOf(world, 'load balancer')
    const step = { kind: 'load balancer', verb: 'create', call: { ...call, name: 'shop', securityGroups: [] } } as Parameters<World['play']>[1]
    const view = await world.play(await world.observe(), step)
    expect([...view.loadBalancers.keys()]).toEqual(['shop'])
    expect(world.aws.journal.counts()['DescribeTags']).toBe(1)
  })
})

describe('a delete', () => {
  test('of what is gone already is a success', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const [listener] = [...view.listeners.keys()]
    const [group] = [...view.securityGroups.keys()]
    const steps: Parameters<World['play']>[1][] = [
      { kind: 'listener', verb: 'delete', call: { arn: listener ?? '' } },
      { kind: 'load balancer', verb: 'delete', call: { name: NAMES.balancer } },
      { kind: 'target group', verb: 'delete', call: { name: NAMES.group } },
      { kind: 'security group', verb: 'delete', call: { id: group ?? '' } },
    ]
    for (const step of [...steps, ...steps]) await world.play(view, step)
    expect((await world.observe()).loadBalancers.size).toBe(0)
  })

  test('of a group whose interfaces linger has to wait, and says for what', async () => {
    const world = await startWorld({ delays: { interfaces: 60_000, provisioning: 0, listing: 0, tagging: 0, targetGroupUse: 0 }, virtualTime: true })
    let view = await makePlain(world)
    view = await world.play(view, { kind: 'load balancer', verb: 'delete', call: { name: NAMES.balancer } })
    const [id = ''] = [...view.securityGroups.keys()]
    const step = { kind: 'security group', verb: 'delete', call: { id } } as const
    expect(await failure(world.play(view, step))).toMatchObject({ consequence: 'later', reason: 'Waiting', afterMs: 10_000 })
    world.aws.advance(61_000)
    expect((await world.play(view, step)).securityGroups.size).toBe(0)
  })

  test('of a target group that was in use a moment ago has to wait for seconds', async () => {
    const world = await startWorld({ delays: { targetGroupUse: 5_000, provisioning: 0, listing: 0, tagging: 0 }, virtualTime: true })
    let view = await makePlain(world)
    view = await world.play(view, { kind: 'load balancer', verb: 'delete', call: { name: NAMES.balancer } })
    const step = { kind: 'target group', verb: 'delete', call: { name: NAMES.group } } as const
    expect(await failure(world.play(view, step))).toMatchObject({ consequence: 'later', reason: 'Waiting', afterMs: 3_000 })
  })

  test('of a protected load balancer leaves it, and shows that it is protected', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    view = await world.play(view, {
      kind: 'load balancer attributes',
      verb: 'update',
      call: { name: NAMES.balancer, attributes: { 'deletion_protection.enabled': 'true' } },
    })
    expect(view.loadBalancers.get(NAMES.balancer)?.attributes?.['deletion_protection.enabled']).toBe('true')
    const listed = await world.observe()
    expect(listed.loadBalancers.get(NAMES.balancer)?.attributes).toBeUndefined()
    const { fold, isUndone } = await world.answer(listed, { kind: 'load balancer', verb: 'delete', call: { name: NAMES.balancer } })
    expect(isUndone).toBe(true)
    expect(fold(listed).loadBalancers.get(NAMES.balancer)?.attributes).toMatchObject({ 'deletion_protection.enabled': 'true' })
  })
})

test('an update of what somebody took away is unclear: it has to be looked at', async () => {
  const world = await startWorld()
  const view = await makePlain(world)
  const other = await world.another()
  world.aws.cloud.call('elb', 'DeleteLoadBalancer', { LoadBalancerArn: view.loadBalancers.get(NAMES.balancer)?.arn })
  const step = {
    kind: 'load balancer attributes',
    verb: 'update',
    call: { name: NAMES.balancer, attributes: { 'zonal_shift.config.enabled': 'true' } },
  } as const
  expect(await failure(other.play(view, step))).toMatchObject({ consequence: 'unclear' })
})

describe('targets', () => {
  const targetsIn = (view: AwsView) => view.targetGroups.get(NAMES.group)?.targets?.targets.map(({ id }) => id)

  async function emptyGroup(world: World): Promise<AwsView> {
    return world.play(await world.observe(), stepOf(world, 'target group'))
  }

  test.each([1, 2, 5])('of 12, %i that do not run are left out, and the others are registered', async (bad) => {
    const world = await startWorld()
    const ids = Array.from({ length: 12 }, (_, i) => world.aws.cloud.addInstance({ name: `n${i}` }))
    const stopped = ids.filter((_, i) => i % 2 === 1).slice(0, bad)
    for (const id of stopped) world.aws.cloud.setInstanceState(id, 'stopped')
    const view = await world.play(await emptyGroup(world), { kind: 'targets', verb: 'update', call: { targetGroup: NAMES.group, targets: ids.map(target) } })
    const running = ids.filter((id) => !stopped.includes(id)).toSorted()
    expect(targetsIn(view)).toEqual(running)
    expect((await world.inspect()).targetGroups.get(NAMES.group)?.targets?.targets.map(({ id }) => id)).toEqual(running)
  })

  test('where none can be registered, the step succeeds without them, and says which', async () => {
    const world = await startWorld()
    const [id = ''] = world.nodes
    world.aws.cloud.setInstanceState(id, 'stopped')
    const view = await emptyGroup(world)
    const call = { targetGroup: NAMES.group, targets: [target(id)], nodes: { [id]: 'node-1' } }
    const { fold, refused } = await world.answer(view, { kind: 'targets', verb: 'update', call })
    expect(targetsIn(fold(view))).toEqual([])
    expect(refused).toMatchObject([{ owner: OWNER.uid, backend: { node: 'node-1' }, because: expect.stringContaining(id) }])
  })

  test('more than one call takes go in several', async () => {
    const world = await startWorld()
    const step = stepOf(world, 'target group')
    const ips = { ...step, call: { ...step.call, targetType: 'ip' } } as typeof step
    const view = await world.play(await world.observe(), ips)
    const addresses = Array.from({ length: 230 }, (_, i) => ({ id: `10.0.40.${i + 1}`, port: 8080 }))
    const full = await world.play(view, { kind: 'targets', verb: 'update', call: { targetGroup: NAMES.group, targets: addresses } })
    expect(targetsIn(full)).toHaveLength(230)
    expect(world.aws.journal.counts()['RegisterTargets']).toBe(2)
  })

  test('taking out what is not in is a success', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const gone = { kind: 'obsolete targets', verb: 'update', call: { targetGroup: NAMES.group, targets: [target(world.nodes[0] ?? '')] } } as const
    expect(targetsIn(await world.play(await world.play(view, gone), gone))).toEqual([world.nodes[1]])
  })

  test('what drains is not in', async () => {
    const world = await startWorld({
      delays: { draining: 60_000, registration: 0, healthChange: 0, listing: 0, tagging: 0, provisioning: 0 },
      virtualTime: true,
    })
    const view = await makePlain(world)
    const gone = { kind: 'obsolete targets', verb: 'update', call: { targetGroup: NAMES.group, targets: [target(world.nodes[0] ?? '')] } } as const
    const after = await world.play(view, gone)
    const read = await world.play(after, { kind: 'targets', verb: 'read', call: { targetGroup: NAMES.group } })
    expect(targetsIn(read)).toEqual([world.nodes[1]])
    expect(read.targetGroups.get(NAMES.group)?.targets?.source).toBe('known')
  })

  test('trust costs no call', async () => {
    const world = await startWorld()
    await makePlain(world)
    const view = await world.observe()
    const mark = world.aws.journal.mark
    const trusted = await world.play(view, { kind: 'targets', verb: 'read', call: { targetGroup: NAMES.group, trust: world.nodes.map(target) } })
    expect(trusted.targetGroups.get(NAMES.group)?.targets?.source).toBe('trusted')
    expect(world.aws.journal.since(mark)).toEqual([])
  })
})

function notFound(): Error {
  const cause = Object.assign(new Error('The specified rule does not exist'), { name: 'InvalidPermission.NotFound', $metadata: { httpStatusCode: 400 } })
  return new CloudError('refused', { reason: 'Refused', publicMessage: cause.message, cause })
}

/** A cloud that finds a rule by its description too, as moto does. */
function strictAccount({ account }: World, reported: (permissions: unknown) => void): World['account'] {
  const { api } = account
  return {
    ...account,
    api: {
      ...api,
      async revokeSecurityGroupIngress(input, signal) {
        reported(input.IpPermissions)
        const { SecurityGroups: [group] = [] } = await api.describeSecurityGroups({ GroupIds: [input.GroupId ?? ''] }, signal)
        const has = JSON.stringify(group?.IpPermissions?.flatMap(({ IpRanges = [] }) => IpRanges))
        const asked = input.IpPermissions?.flatMap(({ IpRanges = [] }) => IpRanges) ?? []
        if (!asked.every(({ Description = '' }) => has.includes(Description))) throw notFound()
        return api.revokeSecurityGroupIngress(input, signal)
      },
    },
  }
}

describe('rules of security groups', () => {
  const rule = (port: number, source = '0.0.0.0/0') => ({ protocol: 'tcp', from: port, to: port, source })
  const rulesIn = (view: AwsView) => [...view.securityGroups.values()].flatMap(({ rules }) => rules.map(({ from, source }) => `${from} ${source}`))
  const add = (...rules: ReturnType<typeof rule>[]) =>
    ({ kind: 'security group rules', verb: 'update', call: { group: { name: NAMES.securityGroup }, rules } }) as const
  const take = (...rules: (ReturnType<typeof rule> & { readonly description?: string })[]) =>
    ({ kind: 'obsolete security group rules', verb: 'update', call: { group: { name: NAMES.securityGroup }, rules } }) as const

  test('both families, prefix lists and groups go in one call', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const mark = world.aws.journal.mark
    const { nodeGroup, prefixLists } = world.aws.cloud.ids
    const sources = ['192.0.2.0/24', '198.51.100.0/25', '2001:db8::/32', prefixLists[0] ?? '', nodeGroup]
    const after = await world.play(view, add(...sources.map((source) => rule(443, source))))
    expect(rulesIn(after).toSorted()).toEqual(['80 0.0.0.0/0', ...sources.map((source) => `443 ${source}`)].toSorted())
    expect(world.aws.journal.since(mark)).toHaveLength(1)
    expect((await world.observe()).securityGroups).toEqual(after.securityGroups)
  })

  test('where one is there already, none is added, and the group is shown as it is', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const { GroupId } = { GroupId: [...view.securityGroups.keys()][0] }
    world.aws.cloud.call('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    })
    const after = await world.play(view, add(rule(443), rule(8443)))
    expect(rulesIn(after)).toEqual(['443 0.0.0.0/0', '80 0.0.0.0/0'])
  })

  test('taking away what is not there shows the group as it is', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    expect(rulesIn(await world.play(view, take(rule(80), rule(9999)))).length).toBeLessThan(2)
    const rest = await world.observe()
    expect(rulesIn(rest)).toEqual(rulesIn(await world.play(view, take(rule(9999)))))
  })

  test('a rule is asked for with the description that it has, also where somebody has changed it', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const asked: unknown[] = []
    const strict = strictAccount(world, (permissions) => void asked.push(permissions))
    const step = { key: 'k', serves: [OWNER], why: '', ...take({ ...rule(80), description: 'an older one' }) } as AwsStep
    const { fold } = partsOf(await apply(step, { account: strict, view, base: undefined, signal: world.signal }))
    expect(rulesIn(fold(view))).toEqual([])
    expect(asked).toEqual([
      [expect.objectContaining({ IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'an older one' }] })],
      [expect.objectContaining({ IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }] })],
    ])
  })

  test('a rule that the cloud shows and does not find is reported as that', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const blind = { ...world.account, api: { ...world.account.api, revokeSecurityGroupIngress: () => Promise.reject(notFound()) } }
    const step = { key: 'k', serves: [OWNER], why: '', ...take(rule(80)) } as AwsStep
    const error = await failure(apply(step, { account: blind, view, base: undefined, signal: world.signal }))
    expect(error).toMatchObject({ consequence: 'refused', reason: 'Refused' })
    expect(error.publicMessage).toMatch(/^EC2 shows the rule tcp 80-80 from 0\.0\.0\.0\/0 in security group sg-.*, and answers that it does not exist/)
  })

  test('what somebody else opened is seen, whatever it is', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    world.aws.cloud.call('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: [...view.securityGroups.keys()][0],
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    })
    const seen = await world.observe()
    const opened = [...seen.securityGroups.values()].flatMap(({ rules }) => rules).find(({ protocol }) => protocol === '-1')
    expect(opened).toEqual({ protocol: '-1', from: -1, to: -1, source: '0.0.0.0/0' })
    const closed = await world.play(seen, {
      kind: 'obsolete security group rules',
      verb: 'update',
      call: { group: { name: NAMES.securityGroup }, rules: opened === undefined ? [] : [opened] },
    })
    expect(rulesIn(closed)).toEqual(['80 0.0.0.0/0'])
    expect((await world.observe()).securityGroups).toEqual(closed.securityGroups)
  })
})

describe('listeners', () => {
  const tls = (world: World, alpn?: string) => ({
    protocol: 'TLS' as const,
    targetGroup: NAMES.group,
    certificate: world.aws.cloud.ids.certificates[0] ?? '',
    policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    ...(alpn === undefined ? {} : { alpn }),
  })

  test('from TCP to TLS with ALPN, without ALPN, and back: what AWS answers is what is observed', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const [arn = ''] = [...view.listeners.keys()]
    const details = () => view.listeners.get(arn)?.details
    for (const settings of [tls(world, 'HTTP2Preferred'), tls(world), { protocol: 'TCP' as const, targetGroup: NAMES.group }]) {
      view = await world.play(view, { kind: 'listener', verb: 'update', call: { arn, ...settings } })
      const { certificate, targetGroup: _, ...rest } = { certificate: undefined, ...settings }
      expect(details()).toEqual({
        ...rest,
        targetGroupArn: view.targetGroups.get(NAMES.group)?.arn,
        certificates: certificate === undefined ? [] : [certificate],
      })
      expect((await world.observe()).listeners.get(arn)).toEqual(view.listeners.get(arn))
    }
  })

  test('further certificates are added, read and taken off beside the default one', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const [arn = ''] = [...view.listeners.keys()]
    const [first = '', second = '', third = ''] = world.aws.cloud.ids.certificates
    const certificates = () => view.listeners.get(arn)?.details?.certificates
    view = await world.play(view, { kind: 'listener', verb: 'update', call: { arn, ...tls(world) } })
    view = await world.play(view, { kind: 'listener certificates', verb: 'update', call: { arn, certificates: [third, second] } })
    expect(certificates()).toEqual([first, ...[second, third].toSorted()])
    view = await world.play(view, { kind: 'obsolete listener certificates', verb: 'update', call: { arn, certificates: [third] } })
    expect(certificates()).toEqual([first, second])
    view = await world.play(await world.observe(), { kind: 'listener certificates', verb: 'read', call: { arn } })
    expect(certificates()).toEqual([first, second])
    expect((await world.inspect()).listeners.get(arn)?.details?.certificates).toEqual([first, second])
  })

  test('their details are read for a whole load balancer, and one that is gone is out', async () => {
    const world = await startWorld()
    const made = await makePlain(world)
    const listed = (await (await world.another()).inventory()).get(STACK)!
    const read = { kind: 'listeners', verb: 'read', call: { loadBalancer: NAMES.balancer } } as const
    expect((await world.play(listed, read)).listeners).toEqual(made.listeners)
    world.aws.cloud.call('elb', 'DeleteListener', { ListenerArn: [...made.listeners.keys()][0] })
    expect((await world.play(listed, read)).listeners.size).toBe(0)
  })

  test('attributes are set and read', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const [arn = ''] = [...view.listeners.keys()]
    view = await world.play(view, { kind: 'listener attributes', verb: 'update', call: { arn, attributes: { 'tcp.idle_timeout.seconds': '600' } } })
    expect(view.listeners.get(arn)?.attributes).toEqual({ 'tcp.idle_timeout.seconds': '600' })
    view = await world.play(await world.observe(), { kind: 'listener attributes', verb: 'read', call: { arn } })
    expect(view.listeners.get(arn)?.attributes).toEqual({ 'tcp.idle_timeout.seconds': '600' })
  })
})

describe('load balancers', () => {
  test('addresses of zones, address type and groups: what AWS answers is what is observed', async () => {
    const world = await startWorld()
    const { addresses, publicSubnets, nodeGroup } = world.aws.cloud.ids
    const base = { kind: 'load balancer', verb: 'create' } as const
    const { call } = stepOf(world, 'load balancer')
    let view = await world.play(await world.observe(), stepOf(world, 'security group'))
    const zones = publicSubnets.slice(0, 2).map((subnetId, i) => ({ subnetId, allocationId: addresses[i] ?? '' }))
    view = await world.play(view, {
      ...base,
      call: { ...call, zones } as Extract<ReturnType<typeof plainSteps>[number], { kind: 'load balancer'; verb: 'create' }>['call'],
    })
    const steps: Parameters<World['play']>[1][] = [
      {
        kind: 'load balancer subnets',
        verb: 'update',
        call: { name: NAMES.balancer, zones: [...zones, { subnetId: publicSubnets[2] ?? '', allocationId: addresses[2] ?? '' }] },
      },
      { kind: 'load balancer address type', verb: 'update', call: { name: NAMES.balancer, ipAddressType: 'dualstack' } },
      {
        kind: 'load balancer security groups',
        verb: 'update',
        call: { name: NAMES.balancer, securityGroups: [{ name: NAMES.securityGroup }, { id: nodeGroup }], privateLinkRules: false },
      },
    ]
    for (const step of steps) {
      view = await world.play(view, step)
      const { state: _, zones: found, ...seen } = (await world.observe()).loadBalancers.get(NAMES.balancer)!
      const { state: __, zones: folded, ...part } = view.loadBalancers.get(NAMES.balancer)!
      expect(part).toEqual(seen)
      expect(folded.map(({ allocationId, subnetId }) => ({ allocationId, subnetId }))).toEqual(
        found.map(({ allocationId, subnetId }) => ({ allocationId, subnetId })),
      )
    }
    expect(view.loadBalancers.get(NAMES.balancer)).toMatchObject({ ipAddressType: 'dualstack', privateLinkRules: false })
    expect(view.loadBalancers.get(NAMES.balancer)?.zones.map(({ allocationId }) => allocationId)).toEqual(addresses.slice(0, 3))
  })

  test('whether one is active is waited for, and one that failed is refused', async () => {
    const world = await startWorld({ delays: { provisioning: 120_000, listing: 0, tagging: 0 }, virtualTime: true })
    let view = await makePlain(world)
    const read = { kind: 'load balancer', verb: 'read', call: { name: NAMES.balancer } } as const
    expect(await failure(world.play(view, read))).toMatchObject({ consequence: 'later', reason: 'Waiting', afterMs: 15_000 })
    world.aws.advance(120_000)
    view = await world.play(view, read)
    expect(view.loadBalancers.get(NAMES.balancer)).toMatchObject({ state: 'active', mark: { stack: STACK } })
    world.aws.cloud.failLoadBalancer(NAMES.balancer, 'no room')
    const error = await failure(world.play(view, read))
    expect(error).toMatchObject({ consequence: 'refused', reason: 'Refused' })
    expect(error.publicMessage).toContain('no room')
  })

  test('capacity is reserved, read and given back', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const units = () => view.loadBalancers.get(NAMES.balancer)?.capacityUnits
    for (const asked of [500, 0]) {
      view = await world.play(view, { kind: 'load balancer capacity', verb: 'update', call: { name: NAMES.balancer, units: asked } })
      expect(units()).toBe(asked)
      view = await world.play(await world.observe(), { kind: 'load balancer capacity', verb: 'read', call: { name: NAMES.balancer } })
      expect(units()).toBe(asked)
    }
  })

  test('attributes of a load balancer and of a target group are set and read', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    view = await world.play(view, {
      kind: 'load balancer attributes',
      verb: 'update',
      call: { name: NAMES.balancer, attributes: { 'load_balancing.cross_zone.enabled': 'true' } },
    })
    view = await world.play(view, {
      kind: 'target group attributes',
      verb: 'update',
      call: { targetGroup: NAMES.group, attributes: { 'deregistration_delay.timeout_seconds': '30', 'proxy_protocol_v2.enabled': 'true' } },
    })
    const folded = { balancer: view.loadBalancers.get(NAMES.balancer)?.attributes, group: view.targetGroups.get(NAMES.group)?.attributes }
    expect(folded.balancer?.['load_balancing.cross_zone.enabled']).toBe('true')
    expect(folded.group?.['deregistration_delay.timeout_seconds']).toBe('30')
    view = await world.play(await world.observe(), { kind: 'load balancer attributes', verb: 'read', call: { name: NAMES.balancer } })
    view = await world.play(view, { kind: 'target group attributes', verb: 'read', call: { targetGroup: NAMES.group } })
    expect(view.loadBalancers.get(NAMES.balancer)?.attributes).toEqual(folded.balancer)
    expect(view.targetGroups.get(NAMES.group)?.attributes).toEqual(folded.group)
  })

  test('a health check is changed in place', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const healthCheck = { ...view.targetGroups.get(NAMES.group)!.healthCheck, protocol: 'HTTP' as const, port: '10256', path: '/healthz', successCodes: '200' }
    view = await world.play(view, { kind: 'health check', verb: 'update', call: { targetGroup: NAMES.group, healthCheck } })
    expect(view.targetGroups.get(NAMES.group)?.healthCheck).toEqual(healthCheck)
    expect((await world.observe()).targetGroups.get(NAMES.group)?.healthCheck).toEqual(healthCheck)
  })
})

describe('tags', () => {
  test('one call for all objects of ELBv2, and the security group apart', async () => {
    const world = await startWorld()
    let view = await makePlain(world)
    const mark = world.aws.journal.mark
    const of = [
      { kind: 'load balancer', name: NAMES.balancer },
      { kind: 'target group', name: NAMES.group },
      { kind: 'listener', loadBalancer: NAMES.balancer, port: 80 },
    ] as const
    view = await world.play(view, { kind: 'tags', verb: 'update', call: { of, tags: { 'fairlead.dev/settings': 'h2', colour: 'red' } } })
    expect(world.aws.journal.since(mark)).toHaveLength(1)
    view = await world.play(view, { kind: 'security group tags', verb: 'update', call: { group: { name: NAMES.securityGroup }, tags: { colour: 'red' } } })
    view = await world.play(view, { kind: 'obsolete security group tags', verb: 'update', call: { group: { name: NAMES.securityGroup }, keys: ['team'] } })
    const parts = [...view.loadBalancers.values(), ...view.targetGroups.values(), ...view.listeners.values()]
    expect(parts.map((part) => [part.mark.settings, part.tags])).toEqual(Array.from({ length: 3 }, () => ['h2', { colour: 'red' }]))
    expect([...view.securityGroups.values()].map((part) => part.tags)).toEqual([{ colour: 'red' }])
    const seen = await (await world.another()).observe()
    expect([...seen.listeners.values()]).toEqual([...view.listeners.values()])
    expect(seen.securityGroups).toEqual(view.securityGroups)
    view = await world.play(view, { kind: 'obsolete tags', verb: 'update', call: { of, keys: ['colour', 'fairlead.dev/settings'] } })
    expect([...view.loadBalancers.values()].map((part) => [part.mark, part.tags])).toEqual([[{ stack: STACK, owner: OWNER }, {}]])
  })
})

describe('adoption', () => {
  const ADOPTED = { stack: STACK, owner: OWNER }

  function theirs({ aws }: World, tags: readonly { Key: string; Value: string }[] = []): string {
    const { vpc, publicSubnets } = aws.cloud.ids
    const made = aws.cloud.call('elb', 'CreateLoadBalancer', {
      Name: 'theirs',
      Type: 'network',
      SubnetMappings: publicSubnets.map((SubnetId) => ({ SubnetId })),
      ...(tags.length === 0 ? {} : { Tags: tags }),
    })
    const { LoadBalancerArn } = (made['LoadBalancers'] as { LoadBalancerArn: string }[])[0]!
    const group = aws.cloud.call('elb', 'CreateTargetGroup', { Name: 'their-group', Protocol: 'TCP', Port: 80, VpcId: vpc })
    const { TargetGroupArn } = (group['TargetGroups'] as { TargetGroupArn: string }[])[0]!
    aws.cloud.call('elb', 'CreateListener', { LoadBalancerArn, Protocol: 'TCP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn }] })
    return LoadBalancerArn
  }

  test('writes our mark on the load balancer, its listeners and their target groups', async () => {
    const world = await startWorld()
    const arn = theirs(world)
    const view = await world.play(await world.observe(), { kind: 'adoption', verb: 'update', call: { arn, mark: ADOPTED, hasGroups: false } })
    const seen = await (await world.another()).observe()
    expect([...seen.loadBalancers.keys(), ...seen.targetGroups.keys()]).toEqual(['theirs', 'their-group'])
    expect([...seen.listeners.values()].map(({ mark }) => mark)).toEqual([{ ...ADOPTED, listener: '80/TCP' }])
    expect(seen.listeners).toEqual(view.listeners)
  })

  test('further certificates of a TLS listener are known, so that they are not taken for missing or for wanted', async () => {
    const world = await startWorld()
    const arn = theirs(world)
    const { certificates } = world.aws.cloud.ids
    const [first = '', second = ''] = certificates
    const { DefaultActions } = (world.aws.cloud.call('elb', 'DescribeListeners', { LoadBalancerArn: arn })['Listeners'] as { DefaultActions: object[] }[])[0]!
    const Certificates = [{ CertificateArn: first }]
    const made = world.aws.cloud.call('elb', 'CreateListener', { LoadBalancerArn: arn, Protocol: 'TLS', Port: 443, DefaultActions, Certificates })
    const { ListenerArn } = (made['Listeners'] as { ListenerArn: string }[])[0]!
    world.aws.cloud.call('elb', 'AddListenerCertificates', { ListenerArn, Certificates: [{ CertificateArn: second }] })
    const view = await world.play(await world.observe(), { kind: 'adoption', verb: 'update', call: { arn, mark: ADOPTED, hasGroups: false } })
    expect(view.listeners.get(ListenerArn)?.details?.certificates).toEqual([first, second])
    expect(view.listeners.get(ListenerArn)?.mark.listener).toBe('443/TCP')
  })

  test('made again, it keeps what was written on its parts since', async () => {
    const world = await startWorld()
    const arn = theirs(world)
    const step = { kind: 'adoption', verb: 'update', call: { arn, mark: { ...ADOPTED, settings: 'adopted' }, hasGroups: false } } as const
    let view = await world.play(await world.observe(), step)
    const of = [{ kind: 'load balancer', name: 'theirs' }] as const
    view = await world.play(view, { kind: 'tags', verb: 'update', call: { of, tags: { 'fairlead.dev/settings': 'as wanted' } } })
    const again = await (await world.another()).play(view, step)
    expect(again.loadBalancers.get('theirs')?.mark.settings).toBe('as wanted')
    expect((await world.observe()).loadBalancers.get('theirs')?.mark.settings).toBe('as wanted')
  })

  test('is refused while another controller has its mark on it, and nothing is written', async () => {
    const world = await startWorld()
    const arn = theirs(world, [{ Key: 'elbv2.k8s.aws/cluster', Value: 'c' }])
    const error = await failure(world.play(await world.observe(), { kind: 'adoption', verb: 'update', call: { arn, mark: ADOPTED, hasGroups: false } }))
    expect(error).toMatchObject({ consequence: 'refused', reason: 'Conflict' })
    expect(world.aws.journal.counts()['AddTags']).toBeUndefined()
  })
})

describe('tags that say whose an object is', () => {
  const balancer = { kind: 'load balancer', name: NAMES.balancer } as const
  test.each(['fairlead.dev/stack', 'fairlead.dev/owner', 'Fairlead.dev/Stack', 'kubernetes.io/cluster/other', 'elbv2.k8s.aws/cluster'])(
    '%s is not set on what exists, whatever a plan says',
    async (key) => {
      const world = await startWorld()
      const view = await makePlain(world)
      const before = shape(world)
      const step = { verb: 'update', kind: 'tags', key: 'x', serves: [OWNER], why: '', call: { of: [balancer], tags: { [key]: 'x' } } } as const
      expect(await failure(world.play(view, step))).toMatchObject({ consequence: 'refused', reason: 'Invalid' })
      expect(shape(world)).toEqual(before)
    },
  )
  test.each(['fairlead.dev/stack', 'fairlead.dev/cluster'])('%s is not taken off', async (key) => {
    const world = await startWorld()
    const view = await makePlain(world)
    const before = shape(world)
    const step = { verb: 'update', kind: 'obsolete tags', key: 'x', serves: [OWNER], why: '', call: { of: [balancer], keys: [key] } } as const
    expect(await failure(world.play(view, step))).toMatchObject({ consequence: 'refused', reason: 'Invalid' })
    expect(shape(world)).toEqual(before)
  })
})
