/** What cannot be changed in place: another load balancer is made, published, and the old one serves on until it is forgotten. */
import { expect, it } from 'vitest'
import { AwsWorld, type Reports } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, nodes, subnet, want } from './build.ts'

function served(ask: AwsAsk = {}, world = new AwsWorld()): AwsWorld {
  world.run({ web: { want: want(ask) } })
  return world
}

const INTERNAL = { scheme: 'internal', schemeIsExplicit: true } as const
const oneZone = () => new AwsWorld({ subnets: [subnet('a'), subnet('a', { id: 'subnet-a2', tags: {} }), subnet('b', { tags: {} })] })

function moved(world: AwsWorld, ask: AwsAsk): Reports {
  const before = world.places()
  world.run({ web: { want: want(ask), published: before } })
  return { web: { want: want(ask), published: world.places(), lingering: before } }
}

it('another scheme', () => {
  const world = served()
  const old = world.places()
  expect(world.run({ web: { want: want(INTERNAL), published: old } })).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer web internal ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
    '-',
    'read load balancer web',
    '--',
    'update tags web fairlead.dev/lingers=true',
  ])
  expect(world.places()).not.toEqual(old)
})

it('the old one lingers as long as somebody may know it, and its targets follow', () => {
  const world = served()
  const reported = moved(world, INTERNAL)
  expect(world.run(reported)).toEqual([])
  expect(world.run({ web: { ...reported.web, want: want({ ...INTERNAL, on: nodes(1, 2, 3) }) } })).toEqual([
    'update targets web i-3:30080',
    'update targets web i-3:30080',
  ])
  expect(world.run({ web: { ...reported.web, want: want({ ...INTERNAL, on: nodes(1, 2, 3) }), lingering: [] } })).toEqual([
    'delete load balancer web',
    '-',
    'delete target group web',
  ])
})

it('back again before that: what lingered is wanted again, and the other one lingers', () => {
  const world = served()
  const reported = moved(world, INTERNAL)
  const { published = [], lingering = [] } = reported.web!
  expect(world.run({ web: { want: want({ scheme: 'internet-facing', schemeIsExplicit: true }), published, lingering } })).toEqual([
    'read load balancer web',
    '-',
    'update obsolete tags fairlead.dev/lingers of web',
    '--',
    'update tags web fairlead.dev/lingers=true',
  ])
  expect(world.places()).toEqual(lingering)
})

it('a default never changes the scheme of what exists', () => {
  expect(served(INTERNAL).run({ web: { want: want() } })).toEqual([])
})

it('another name; none is no name', () => {
  const world = served({ name: 'front' })
  expect(world.run({ web: { want: want() } })).toEqual([])
  expect(world.run({ web: { want: want({ name: 'edge' }), published: world.places() } })).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer edge internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener edge:80 TCP',
    '-',
    'read load balancer edge',
    '--',
    'update tags front fairlead.dev/lingers=true',
  ])
})

it('the other subnet of the only zone', () => {
  const world = served({ subnets: ['subnet-a'] }, oneZone())
  expect(world.run({ web: { want: want({ subnets: ['subnet-a2'] }), published: world.places() } })).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a2',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
    '-',
    'read load balancer web',
    '--',
    'update tags web fairlead.dev/lingers=true',
  ])
})

it('another reserved address in the only zone', () => {
  const world = served({ subnets: ['subnet-a'], addressNames: ['eipalloc-1'] }, oneZone())
  const lines = world.run({ web: { want: want({ subnets: ['subnet-a'], addressNames: ['eipalloc-2'] }), published: world.places() } })
  expect(lines).toContain('create load balancer web internet-facing ipv4 subnet-a=eipalloc-2')
})

it('the same reserved address in the other subnet of the only zone cannot be had', () => {
  const world = served({ subnets: ['subnet-a'], addressNames: ['eipalloc-1'] }, oneZone())
  expect(world.run({ web: { want: want({ subnets: ['subnet-a2'], addressNames: ['eipalloc-1'] }), published: world.places() } })).toEqual([
    'refused default/web: Conflict: fairlead.dev/address-names: "eipalloc-1" is held by the load balancer that has to be replaced, since fairlead.dev/address-names cannot be changed in the only zone of a load balancer. Allowed: another address, or none until the old load balancer is gone',
  ])
})

it('nor can what would need another one, under a name that the user gave', () => {
  const world = served({ subnets: ['subnet-a'], name: 'front' }, oneZone())
  expect(world.run({ web: { want: want({ subnets: ['subnet-a2'], name: 'front' }) } })).toEqual([
    'refused default/web: Conflict: fairlead.dev/name: "front" is in use, and fairlead.dev/subnets cannot be changed in the only zone of a load balancer. Allowed: another name, under which a new one is made',
  ])
})

it('in two zones addresses are changed zone by zone, and each step says what it interrupts', () => {
  const world = served({ addressNames: ['eipalloc-1', 'eipalloc-2'] })
  expect(world.run({ web: { want: want({ addressNames: ['eipalloc-3', 'eipalloc-2'] }) } })).toEqual([
    'read elastic addresses eipalloc-3',
    '--',
    'update load balancer subnets web in subnet-b eipalloc-2 INTERRUPTS traffic through a',
    '-',
    'update load balancer subnets web in subnet-a eipalloc-3, subnet-b eipalloc-2',
  ])
})

it('a zone more, one less, and the other subnet of a zone', () => {
  const world = served({ subnets: ['subnet-a'] }, oneZone())
  expect(world.run({ web: { want: want({ subnets: ['subnet-a', 'subnet-b'] }) } })).toEqual(['update load balancer subnets web in subnet-a, subnet-b'])
  expect(world.run({ web: { want: want({ subnets: ['subnet-a2', 'subnet-b'] }) } })).toEqual([
    'update load balancer subnets web in subnet-b INTERRUPTS traffic through a',
    '-',
    'update load balancer subnets web in subnet-a2, subnet-b',
  ])
  expect(world.run({ web: { want: want({ subnets: ['subnet-b'] }) } })).toEqual(['update load balancer subnets web in subnet-b INTERRUPTS traffic through a'])
})

it('subnets that are found later are not taken', () => {
  const world = served({}, new AwsWorld({ subnets: [subnet('a')] }))
  world.account = { ...world.account, base: new AwsWorld().account.base }
  expect(world.run({ web: { want: want() } })).toEqual([])
})

it('who is only followed keeps both, and their targets follow', () => {
  const world = served()
  moved(world, INTERNAL)
  expect(world.run({ web: { follow: backendsOf(keys('80/TCP'), { on: nodes(1) }) } })).toEqual([
    'update obsolete targets web i-2:30080',
    'update obsolete targets web i-2:30080',
  ])
})

it.each([undefined, 'front'])('what AWS could not make is taken down first, and made anew (%s)', (name) => {
  const ask = { addressNames: ['eipalloc-1', 'eipalloc-2'], ...(name === undefined ? {} : { name }) }
  const world = served(ask)
  const loadBalancers = new Map([...world.view.loadBalancers].map(([key, balancer]) => [key, { ...balancer, state: 'failed' as const }]))
  world.account = { ...world.account, view: { ...world.view, loadBalancers } }
  expect(
    world.run({ web: { want: want(ask), published: world.places() } }).filter((line) => line.includes('load balancer') || line.includes('listener')),
  ).toEqual([
    `delete load balancer ${name ?? 'web'}`,
    `create load balancer ${name ?? 'web'} internet-facing ipv4 subnet-a=eipalloc-1 subnet-b=eipalloc-2`,
    `create listener ${name ?? 'web'}:80 TCP`,
  ])
  expect(world.view.loadBalancers.size).toBe(1)
})
