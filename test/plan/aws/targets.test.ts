/** Nodes and pods come and go. Who knows what is registered asks nobody; who only trusts it looks before taking anything out. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, nodes, want } from './build.ts'

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

const twoPorts = { listeners: ['80/TCP', '443/TCP'] } as const
const pods = (...places: readonly string[]) => ({ pods: { '80/TCP': places } })

it('a node joins: one call a target group, and no read', () => {
  expect(served(twoPorts).run({ web: { want: want({ ...twoPorts, on: nodes(1, 2, 3) }) } })).toEqual([
    'update targets web i-3:30443',
    'update targets web i-3:30080',
  ])
})

it('a node is replaced: the new one joins before the old one leaves', () => {
  expect(served().run({ web: { want: want({ on: nodes(1, 3) }) } })).toEqual(['update targets web i-3:30080', '-', 'update obsolete targets web i-2:30080'])
})

it('a pod joins, and one moves', () => {
  const world = served(pods('10.244.0.1:80'))
  expect(world.run({ web: { want: want(pods('10.244.0.1:80', '10.244.0.2:80')) } })).toEqual(['update targets web 10.244.0.2:80'])
  expect(world.run({ web: { want: want(pods('10.244.0.1:80', '10.244.0.3:80')) } })).toEqual([
    'update targets web 10.244.0.3:80',
    '-',
    'update obsolete targets web 10.244.0.2:80',
  ])
})

it('a pod outside the VPC is reported to be in all zones', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want(pods('10.244.0.1:80', '192.168.0.1:80')) } })
  const [group] = [...world.view.targetGroups.values()]
  expect(group!.targets!.targets).toEqual([
    { id: '10.244.0.1', port: 80 },
    { id: '192.168.0.1', port: 80, zone: 'all' },
  ])
})

it('after a restart what is wanted is taken for what is there, without a call', () => {
  const world = served(twoPorts)
  world.restart()
  expect(world.run({ web: { want: want(twoPorts) } })).toEqual(['read targets web trust 2', 'read targets web trust 2'])
  expect(world.run({ web: { want: want({ ...twoPorts, on: nodes(1, 2, 3) }) } })).toEqual(['update targets web i-3:30443', 'update targets web i-3:30080'])
})

it('and read before the first target is taken out', () => {
  const world = served()
  world.restart()
  world.run({ web: { want: want() } })
  expect(world.run({ web: { want: want({ on: nodes(1) }) } })).toEqual(['read targets web', '--', 'update obsolete targets web i-2:30080'])
})

it('a group that no listener leads to yet is not trusted: the process may have ended before it was filled', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } }, 3)
  world.restart()
  expect(world.run({ web: { want: want() } })).toEqual([
    'read targets web',
    '--',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
  ])
})

it('after something was not clear nothing is trusted: what is registered is read, and corrected', () => {
  const world = served()
  world.observe()
  expect(world.run({ web: { want: want({ on: nodes(1) }) } })).toEqual(['read targets web', '--', 'update obsolete targets web i-2:30080'])
})

it('a Service that leaves is asked nothing about its targets', () => {
  const world = served()
  world.observe()
  expect(world.run({ web: { gone: true } }).filter((line) => line.startsWith('read'))).toEqual([])
})

it('a node port that changes is another target', () => {
  expect(served().run({ web: { want: want({ nodePorts: { '80/TCP': 31_000 } }) } })).toEqual([
    'update targets web i-1:31000 i-2:31000',
    '-',
    'update obsolete targets web i-1:30080 i-2:30080',
  ])
})

it('nodes that are no instances are left out', () => {
  const fargate = { name: 'fargate', providerId: 'aws:///a/1234/fargate-ip-10-0-0-9', addresses: ['10.0.0.9'] }
  expect(served().run({ web: { want: want({ on: { nodes: [...nodes(1, 2).nodes, fargate] } }) } })).toEqual([])
})

it('who follows has the targets of today, and all else as it was', () => {
  const world = served({ ...twoPorts, crossZone: true })
  expect(world.run({ web: { follow: backendsOf(keys('80/TCP', '443/TCP'), { on: nodes(2, 3) }) } })).toEqual([
    'update targets web i-3:30443',
    'update targets web i-3:30080',
    '-',
    'update obsolete targets web i-1:30443',
    'update obsolete targets web i-1:30080',
  ])
})

it('a listener that the cluster knows nothing of keeps its targets', () => {
  expect(served().run({ web: { follow: backendsOf([]) } })).toEqual([])
})

it('a full group makes room first', () => {
  const many = (from: number, count: number) => nodes(...Array.from({ length: count }, (_, i) => from + i))
  const lines = served({ on: many(1, 900) }).run({ web: { want: want({ on: many(500, 700) }) } })
  expect(lines.map((line) => line.split(' ').slice(0, 5).join(' ').replace(/ i-.*/, ''))).toEqual([
    'update obsolete targets web 1/3',
    'update obsolete targets web 2/3',
    'update obsolete targets web 3/3',
    '-',
    'update targets web',
  ])
})
