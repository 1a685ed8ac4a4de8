/** Several Services on one load balancer: what each has is its own, and what they have together serves all. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, nodes, want } from './build.ts'

const shared = (ask: AwsAsk = {}) => want({ share: 'default/edge', ...ask })
const web = { want: shared(), age: 'a' }
const dns = { want: shared({ listeners: ['53/UDP'] }), age: 'b' }

function both(): AwsWorld {
  const world = new AwsWorld()
  world.run({ web, dns })
  return world
}

it('two Services have one load balancer and one group, which name nobody', () => {
  const world = both()
  expect([...world.view.loadBalancers.values(), ...world.view.securityGroups.values()].map(({ mark }) => mark.owner)).toEqual([undefined, undefined])
  expect([...world.view.listeners.values()].map(({ mark }) => `${mark.owner?.name} ${mark.listener}`)).toEqual(['dns 53/UDP', 'web 80/TCP'])
  expect(world.places('web')).toEqual(world.places('dns'))
})

it('a second one that comes later adds what is its own', () => {
  const world = new AwsWorld()
  world.run({ web })
  expect(world.run({ web, dns })).toEqual([
    'update security group rules fairlead-defaultedg udp 53 0.0.0.0/0',
    'create target group defaultedg 53/UDP UDP instance ipv4',
    '-',
    'update targets defaultedg i-1:30053 i-2:30053',
    '-',
    'create listener defaultedg:53 UDP',
  ])
})

it('one that leaves takes its own with it', () => {
  expect(both().run({ web, dns: { gone: true } })).toEqual([
    'delete listener defaultedg:53',
    'update obsolete security group rules fairlead-defaultedg udp 53 0.0.0.0/0',
    '-',
    'delete target group defaultedg',
  ])
})

it('the last one takes all', () => {
  const world = both()
  world.run({ web, dns: { gone: true } })
  expect(world.run({ web: { gone: true } })).toEqual([
    'delete load balancer defaultedg',
    '-',
    'delete target group defaultedg',
    '-',
    'delete security group fairlead-defaultedg',
  ])
})

it('both at once take all', () => {
  expect(both().run({ web: { gone: true }, dns: { gone: true } })).toEqual([
    'delete load balancer defaultedg',
    '-',
    'delete target group defaultedg',
    'delete target group defaultedg',
    '-',
    'delete security group fairlead-defaultedg',
  ])
})

it('who is not mentioned is not touched, whatever the other one does', () => {
  expect(both().run({ dns: { gone: true } })).toEqual([
    'delete listener defaultedg:53',
    'update obsolete security group rules fairlead-defaultedg udp 53 0.0.0.0/0',
    '-',
    'delete target group defaultedg',
  ])
  expect(both().run({ dns: { want: shared({ listeners: ['53/UDP'], on: nodes(1) }), age: 'b' } })).toEqual(['update obsolete targets defaultedg i-2:30053'])
})

it('while one follows, the other may add, and changes nothing that both have', () => {
  const world = new AwsWorld()
  const careful = { want: shared({ crossZone: true, tags: { team: 'shop' } }), age: 'a' }
  world.run({ web: careful, dns })
  const followed = { follow: backendsOf(keys('80/TCP'), { on: nodes(2) }) }
  expect(world.run({ web: followed, dns: { want: shared({ listeners: ['53/UDP', '54/UDP'] }), age: 'b' } })).toEqual([
    'update security group rules fairlead-defaultedg udp 54 0.0.0.0/0',
    'create target group defaultedg 54/UDP UDP instance ipv4',
    '-',
    'update targets defaultedg i-1:30054 i-2:30054',
    '-',
    'create listener defaultedg:54 UDP',
    '-',
    'update obsolete targets defaultedg i-1:30080',
  ])
  expect(
    world.run({ web: followed, dns: { want: shared({ listeners: ['53/UDP', '54/UDP'], scheme: 'internal', schemeIsExplicit: true }), age: 'b' } }),
  ).toEqual([
    'refused default/dns: Conflict: fairlead.dev/scheme says another thing than the load balancer has, which stays as it is while default/web cannot be changed. It is paused, refused, or not seen at the moment.',
  ])
})

it('a number that another one holds is refused, whatever its protocol', () => {
  const late = { want: shared({ listeners: ['80/UDP', '81/TCP'] }), age: 'c' }
  expect(both().run({ web, dns, late })).toEqual([
    'update security group rules fairlead-defaultedg tcp 81 0.0.0.0/0',
    'create target group defaultedg 81/TCP TCP instance ipv4',
    '-',
    'update targets defaultedg i-1:30081 i-2:30081',
    '-',
    'create listener defaultedg:81 TCP',
    'refused default/late 80/UDP fairlead.dev/PortHeld: Conflict: spec.ports: "80/UDP" is held on the load balancer by default/web: an NLB has one listener for each number. Allowed: numbers that no other Service of the share uses',
  ])
})

it('among new ones the oldest has it', () => {
  const world = new AwsWorld()
  world.run({ young: { want: shared(), age: 'b' }, old: { want: shared(), age: 'a' } })
  expect([...world.view.listeners.values()].map(({ mark }) => mark.owner?.name)).toEqual(['old'])
})

it('a number that one gives up goes to the other in the same turn', () => {
  const world = both()
  expect(
    world
      .run({ web: { want: shared({ listeners: ['81/TCP'] }), age: 'a' }, dns: { want: shared({ listeners: ['53/UDP', '80/TCP'] }), age: 'b' } })
      .filter((line) => line.includes('listener')),
  ).toEqual(['create listener defaultedg:81 TCP', 'delete listener defaultedg:80', 'create listener defaultedg:80 TCP'])
})

it('two who say different things of the load balancer: the first one has it', () => {
  const world = new AwsWorld()
  const lines = world.run({
    web: { want: shared({ crossZone: true }), age: 'a' },
    dns: { want: shared({ listeners: ['53/UDP'], crossZone: false }), age: 'b' },
  })
  expect(lines.at(-1)).toEqual(
    'refused default/dns: Conflict: fairlead.dev/cross-zone: "false" differs from what default/web sets, which shares this load balancer. Allowed: true, or no value',
  )
})

it('nobody opens a load balancer that another one shuts', () => {
  const lines = new AwsWorld().run({
    web: { want: shared({ sourceRanges: ['10.0.0.0/8'] }), age: 'a' },
    dns: { want: shared({ listeners: ['53/UDP'], options: { noSecurityGroups: true } }), age: 'b' },
  })
  expect(lines.at(-1)).toEqual(
    'refused default/dns: Conflict: fairlead.dev/security-groups: "no security groups" differs from what default/web sets, which shares this load balancer. Allowed: a security group of ours, or no value',
  )
})

it('what a Service without a port sets does not count for the others', () => {
  const world = new AwsWorld()
  world.run({ web })
  const portless = { want: shared({ tags: { team: 'a' } }), age: 'b' }
  const lines = world.run({ web, api: portless, mail: { want: shared({ listeners: ['25/TCP'], tags: { team: 'b' } }), age: 'c' } })
  expect(lines.filter((line) => line.startsWith('refused'))).toEqual([expect.stringContaining('refused default/api')])
  expect(lines).toContain('create listener defaultedg:25 TCP')
})
