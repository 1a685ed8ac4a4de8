import { describe, expect, test } from 'vitest'
import { DEFAULT_SEED } from '../../../emulators/aws/index.ts'
import type { AwsView } from '../../../providers/aws/view.ts'
import { makePlain, NAMES, STACK, startWorld } from './world.ts'

const BACKEND = { name: 'fairlead-backend-x', description: 'of the cluster', mark: { stack: 'base' }, tags: {} }

describe('the inventory', () => {
  test('of an account without anything of ours shows the base with its network, and asks for no load balancers', async () => {
    const world = await startWorld()
    const found = await world.inventory()
    expect([...found.keys()]).toEqual(['base'])
    expect(world.aws.journal.counts()).toEqual({
      DescribeSecurityGroups: 1,
      GetResources: 1,
      DescribeAvailabilityZones: 1,
      DescribeVpcs: 1,
      DescribeSubnets: 1,
      DescribeInstances: 1,
    })
  })

  test('shows a Stack as far as lists go', async () => {
    const world = await startWorld()
    await makePlain(world)
    const other = await world.another()
    const [found, observed] = [await other.inventory(), await other.observe()]
    const view = found.get(STACK)
    expect(view?.securityGroups).toEqual(observed.securityGroups)
    const groups = [...observed.targetGroups].map(([name, { targets, ...group }]) => {
      expect(targets).toEqual({ source: 'unread', targets: [] })
      return [name, group] as const
    })
    expect(view?.targetGroups).toEqual(new Map(groups))
    expect(view?.loadBalancers).toEqual(observed.loadBalancers)
    const listeners = [...(view?.listeners.values() ?? [])]
    expect(listeners.map(({ details }) => details)).toEqual([undefined])
    expect(listeners).toMatchObject(
      [...observed.listeners.values()].map(({ mark, tags, arn, loadBalancerArn, port }) => ({ mark, tags, arn, loadBalancerArn, port })),
    )
  })

  test('costs the same number of calls for one Service as for three', async () => {
    const world = await startWorld()
    await makePlain(world)
    const other = await world.another()
    const mark = world.aws.journal.mark
    await other.inventory()
    const first = world.aws.journal.since(mark).length
    for (const uid of ['u2', 'u3']) {
      const stack = `service/${uid}`
      await world.play(await world.observe(stack), {
        kind: 'security group',
        verb: 'create',
        call: { name: `fairlead-${uid}`, description: uid, mark: { stack, owner: { namespace: 'default', name: uid, uid } }, tags: {} },
      })
    }
    const again = world.aws.journal.mark
    expect([...(await other.inventory()).keys()]).toEqual(['base', STACK, 'service/u2', 'service/u3'])
    // What kinds of zones there are is asked once.
    expect(world.aws.journal.since(again)).toHaveLength(first - 1)
  })

  test('finds by name what the tag index does not have yet, listeners included', async () => {
    const world = await startWorld({ delays: { tagging: 600_000, listing: 0, provisioning: 0 } })
    const made = await makePlain(world)
    const view = (await (await world.another()).inventory()).get(STACK)
    expect([...(view?.loadBalancers.keys() ?? [])]).toEqual([NAMES.balancer])
    expect([...(view?.targetGroups.keys() ?? [])]).toEqual([NAMES.group])
    expect([...(view?.listeners.keys() ?? [])]).toEqual([...made.listeners.keys()])
  })

  test('does not show what this process deleted while the index still has it', async () => {
    const world = await startWorld({ delays: { tagging: 60_000, listing: 0, provisioning: 0, interfaces: 0, targetGroupUse: 0 }, virtualTime: true })
    let view = await makePlain(world)
    world.aws.advance(120_000)
    const [listener] = [...view.listeners.keys()]
    view = await world.play(view, { kind: 'listener', verb: 'delete', call: { arn: listener ?? '' } })
    expect((await world.inventory()).get(STACK)?.listeners.size).toBe(0)
    expect((await (await world.another()).inventory()).get(STACK)?.listeners.size).toBe(1)
  })

  test('shows a tag that this process wrote while the index still has the old one', async () => {
    const world = await startWorld({ delays: { tagging: 60_000, listing: 0, provisioning: 0 }, virtualTime: true })
    const view = await makePlain(world)
    world.aws.advance(120_000)
    await world.play(view, {
      kind: 'tags',
      verb: 'update',
      call: { of: [{ kind: 'target group', name: NAMES.group }], tags: { 'fairlead.dev/settings': 'h2', colour: 'red' } },
    })
    const group = (await world.inventory()).get(STACK)?.targetGroups.get(NAMES.group)
    expect(group).toMatchObject({ mark: { settings: 'h2' }, tags: { colour: 'red' } })
  })

  test('leaves out what another cluster marked', async () => {
    const world = await startWorld()
    world.aws.cloud.call('ec2', 'CreateSecurityGroup', {
      GroupName: 'theirs',
      GroupDescription: 'theirs',
      VpcId: world.aws.cloud.ids.vpc,
      TagSpecification: [
        {
          ResourceType: 'security-group',
          Tag: [
            { Key: 'fairlead.dev/cluster', Value: 'another' },
            { Key: 'fairlead.dev/stack', Value: STACK },
          ],
        },
      ],
    })
    expect([...(await world.inventory()).keys()]).toEqual(['base'])
  })
})

describe('the network', () => {
  const networkOf = async (world: Awaited<ReturnType<typeof startWorld>>) => (await world.inventory()).get('base')?.network

  test('subnets have their zone, networks, roles and room', async () => {
    const world = await startWorld()
    const network = await networkOf(world)
    const { publicSubnets, privateSubnets, vpc, nodeGroup } = world.aws.cloud.ids
    const [seeded] = DEFAULT_SEED.subnets
    expect(network).toMatchObject({ vpcId: vpc, cidrs: ['10.0.0.0/16', '10.244.0.0/16', '2001:db8:1234:1a00::/56'] })
    expect(network?.subnets.map(({ id }) => id)).toEqual([...publicSubnets, ...privateSubnets].toSorted())
    expect(network?.subnets.find(({ id }) => id === publicSubnets[0])).toMatchObject({
      name: 'public-a',
      zone: 'eu-west-1a',
      zoneType: 'availability-zone',
      cidr: seeded!.cidr,
      ipv6Cidrs: [seeded!.ipv6Cidr],
    })
    expect(network?.subnets.every(({ isPublic, freeAddresses }) => isPublic === undefined && freeAddresses > 8)).toBe(true)
    expect([...(network?.instances.values() ?? [])]).toEqual(
      world.nodes.map((id, i) => ({ id, zone: `eu-west-1${'ab'[i]}`, groups: [nodeGroup] })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    )
    expect([...(network?.instanceGroups.keys() ?? [])]).toEqual([nodeGroup])
  })

  test('without role tags the routes are asked for who reaches the internet', async () => {
    const world = await startWorld({
      seed: {
        subnets: [
          { zone: 'a', cidr: '10.0.0.0/24', isPublic: true, name: 'one' },
          { zone: 'a', cidr: '10.0.1.0/24', isPublic: false, name: 'two' },
          { zone: 'b', cidr: '10.0.2.0/24', isPublic: false, name: 'three' },
        ],
      },
    })
    const subnets = (await networkOf(world))?.subnets ?? []
    expect(subnets.map(({ name, isPublic }) => `${name} ${isPublic}`).toSorted()).toEqual(['one true', 'three false', 'two false'])
  })

  test("of the rules on the instances' groups those alone are shown that have our back-end group as source", async () => {
    const world = await startWorld()
    const { nodeGroup } = world.aws.cloud.ids
    let base = await world.observe('base')
    base = await world.play(base, { kind: 'security group', verb: 'create', call: BACKEND })
    world.aws.cloud.call('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: nodeGroup,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.0/24' }] }],
    })
    base = await world.play(base, {
      kind: 'security group rules',
      verb: 'update',
      call: {
        group: { id: nodeGroup },
        rules: [
          { protocol: 'tcp', from: 30000, to: 32767, source: 'backend', description: 'node ports' },
          { protocol: 'udp', from: 30000, to: 32767, source: 'backend' },
        ],
      },
    })
    const [backend] = [...base.securityGroups.keys()]
    const rules = (view: AwsView | undefined) => view?.network?.instanceGroups.get(nodeGroup)?.rules
    expect(rules(base)).toEqual([
      { protocol: 'tcp', from: 30000, to: 32767, source: backend, description: 'node ports' },
      { protocol: 'udp', from: 30000, to: 32767, source: backend },
    ])
    expect(rules((await world.inventory()).get('base'))).toEqual(rules(base))
  })

  test('an instance that does not run is not in it', async () => {
    const world = await startWorld()
    world.aws.cloud.setInstanceState(world.nodes[0] ?? '', 'stopped')
    expect([...((await networkOf(world))?.instances.keys() ?? [])]).toEqual([world.nodes[1]])
  })
})
