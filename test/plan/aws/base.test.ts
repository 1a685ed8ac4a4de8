/** What all load balancers of the cluster lean on: a group they carry, and rules from it on the groups of the instances. */
import { expect, it } from 'vitest'
import { listener } from '../../contract/wish.ts'
import { AwsWorld, BaseWorld, provider } from './aws-world.ts'
import { type AwsAsk, instance, instanceGroup, nodes, want } from './build.ts'

const { base } = provider

it('the first Service brings the group, and one call for each group of instances', () => {
  const world = new BaseWorld({ instances: [instance('i-1'), instance('i-2', ['sg-other'])], groups: [instanceGroup('sg-nodes'), instanceGroup('sg-other')] })
  expect(world.lacks('nodes')).toBe("the cluster's back-end security group is not there yet")
  expect(world.run({ network: ['web'], nodes: ['web'] })).toEqual([
    'create security group fairlead-backend',
    '-',
    'update security group rules sg-nodes tcp 10256 backend, tcp 30000-32767 backend, udp 30000-32767 backend',
    'update security group rules sg-other tcp 10256 backend, tcp 30000-32767 backend, udp 30000-32767 backend',
  ])
  expect([world.lacks('network'), world.lacks('nodes'), world.lacks('pods')]).toEqual([
    undefined,
    undefined,
    "the nodes' security groups do not let the load balancers in yet (pods)",
  ])
})

it('grows, and shrinks, by the rules of a need', () => {
  const world = new BaseWorld()
  world.run({ nodes: ['web'] })
  expect(world.run({ nodes: ['web'], 'tcp/8080': ['api'] })).toEqual(['update security group rules sg-nodes tcp 8080 backend'])
  expect(world.run({ nodes: ['web'] })).toEqual(['update obsolete security group rules sg-nodes tcp 8080 backend'])
})

it('the group goes with the last user', () => {
  const world = new BaseWorld()
  world.run({ nodes: ['web'], pods: ['api'] })
  expect(world.run({ network: ['web'] })).toEqual([
    'update obsolete security group rules sg-nodes tcp 10256 backend, tcp 30000-32767 backend, udp 30000-32767 backend, tcp 1-65535 backend, udp 1-65535 backend',
    '-',
    'delete security group fairlead-backend',
  ])
})

it('who needs the network alone brings nothing', () => {
  expect(new BaseWorld().run({ network: ['web'] })).toEqual([])
})

it('an instance nobody has seen yet is presumed to be in the groups that are known', () => {
  const world = new BaseWorld()
  world.run({ nodes: ['web'] })
  expect(world.run({ nodes: ['web'] }, nodes(1, 2, 77))).toEqual([])
})

it('of several groups the one that is tagged for the cluster counts', () => {
  const groups = [
    instanceGroup('sg-1'),
    instanceGroup('sg-2', { tags: { 'kubernetes.io/cluster/shop': 'owned' } }),
    instanceGroup('sg-3', { tags: { 'kubernetes.io/cluster/other': 'owned' } }),
  ]
  const world = new BaseWorld({ instances: [instance('i-1', ['sg-1', 'sg-2', 'sg-3'])], groups })
  expect(world.run({ nodes: ['web'] }, nodes(1)).at(-1)).toEqual(
    'update security group rules sg-2 tcp 10256 backend, tcp 30000-32767 backend, udp 30000-32767 backend',
  )
})

it('where none is, it is reported to all who need it', () => {
  const world = new BaseWorld({ instances: [instance('i-1', ['sg-1', 'sg-2'])], groups: [instanceGroup('sg-1'), instanceGroup('sg-2')] })
  expect(world.run({ nodes: ['web'] }, nodes(1)).at(-1)).toEqual(
    `refused default/web: Conflict: the security groups of the nodes: "sg-1,sg-2" of instance i-1 do not say which one is the cluster's: 0 of them are tagged kubernetes.io/cluster/<name>. Allowed: one group, or one that is tagged`,
  )
  expect(world.lacks('nodes')).toEqual("the nodes' security groups do not let the load balancers in yet (nodes)")
})

it.each<[string, AwsAsk, readonly string[]]>([
  ['nodes', {}, ['network', 'nodes']],
  ['pods', { pods: {} }, ['network', 'pods']],
  ['node ports of an unusual range', { nodePorts: { '80/TCP': 20_080 } }, ['network', 'nodes', 'tcp/20080']],
  [
    'a health check at a port of its own',
    { listeners: [listener('80/TCP', { healthCheck: { protocol: 'tcp', port: 8080, from: 'annotation' } })] },
    ['network', 'nodes', 'tcp/8080'],
  ],
  ['groups of the user', { securityGroups: ['sg-1'] }, ['network']],
  ['groups of the user beside the back-end group', { securityGroups: ['sg-1'], options: { manageBackendRules: true } }, ['network', 'nodes']],
  ['no groups', { options: { noSecurityGroups: true } }, ['network']],
])('%s: a wish needs what its Stack is found to use', (_, ask, needed) => {
  expect(base.needs(want(ask))).toEqual(needed)
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  expect(base.uses(world.view)).toEqual(needed)
  world.restart()
  expect(base.uses(world.view)).toEqual(needed)
})

it('a Stack that is gone uses nothing', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } })
  world.run({ web: { gone: true } })
  expect(base.uses(world.view)).toEqual([])
})
