/** Several Services on one address: by a share key, or because the machine has only that one. */
import { expect, it } from 'vitest'
import { backends, wish } from '../../contract/wish.ts'
import { PoolWorld } from './pool-world.ts'

const shared = (...listeners: readonly `${number}/${'TCP' | 'UDP'}`[]) => wish({ share: 'default/edge', listeners })

it('Services with one share key have one address, each its ports', () => {
  const world = new PoolWorld()
  world.run({ web: { want: shared('80/TCP'), age: 'a' }, dns: { want: shared('53/UDP', '53/TCP'), age: 'b' }, other: { want: wish() } })
  expect(world.places()).toEqual(['dns 127.0.10.1', 'other 127.0.10.2', 'web 127.0.10.1'])
})

it('a port that somebody holds is refused, the others are served, and the holder does not notice', () => {
  const world = new PoolWorld()
  world.run({ web: { want: shared('80/TCP'), age: 'b' } })
  expect(world.run({ web: { want: shared('80/TCP'), age: 'b' }, api: { want: shared('80/TCP', '81/TCP'), age: 'a' } })).toEqual([
    'create api 127.0.10.1 81/TCP',
    'refused default/api 80/TCP fairlead.dev/PortHeld: Conflict: spec.ports: "80/TCP" is held on 127.0.10.1 by default/web. Allowed: ports that no other Service on this address uses',
  ])
})

it('among new ones the oldest gets a contested port', () => {
  const world = new PoolWorld()
  const [step] = world.run({ a: { want: shared('80/TCP'), age: 'b' }, b: { want: shared('80/TCP'), age: 'a' } })
  expect(step).toBe('create b 127.0.10.1 80/TCP')
})

it('one number with two protocols is no conflict', () => {
  const world = new PoolWorld()
  expect(world.run({ a: { want: shared('53/TCP') }, b: { want: shared('53/UDP') } })).toHaveLength(2)
})

it('a port that was let go is taken over in the same turn, after it is closed', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('80/TCP') }, b: { want: shared('81/TCP') } })
  expect(world.run({ a: { want: shared('90/TCP') }, b: { want: shared('80/TCP', '81/TCP') } })).toEqual([
    'create a 127.0.10.1 90/TCP',
    '-',
    'delete a 127.0.10.1 80/TCP',
    '-',
    'create b 127.0.10.1 80/TCP',
  ])
})

it('who joins a group moves to its address, and the old one lingers', () => {
  const world = new PoolWorld()
  world.run({ a: { want: wish({ listeners: ['90/TCP'] }), age: 'a' }, b: { want: shared('80/TCP'), age: 'b' } })
  world.run({ a: { want: shared('90/TCP'), published: ['127.0.10.1'] }, b: { want: shared('80/TCP'), published: ['127.0.10.2'] } })
  expect(world.places()).toEqual(['a 127.0.10.2', 'b 127.0.10.2'])
})

it('who leaves a group gets an address of its own; the others stay', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('90/TCP') }, b: { want: shared('80/TCP') } })
  world.run({ a: { want: wish({ listeners: ['90/TCP'] }), published: ['127.0.10.1'] }, b: { want: shared('80/TCP'), published: ['127.0.10.1'] } })
  expect(world.places()).toEqual(['a 127.0.10.2', 'b 127.0.10.1'])
})

it('a group that changes its key together stays', () => {
  const world = new PoolWorld()
  const renamed = (port: number) => wish({ share: 'default/front', listeners: [`${port}/TCP`] })
  world.run({ a: { want: shared('90/TCP') }, b: { want: shared('80/TCP') } })
  world.run({ a: { want: renamed(90), published: ['127.0.10.1'] }, b: { want: renamed(80), published: ['127.0.10.1'] } })
  expect(world.places()).toEqual(['a 127.0.10.1', 'b 127.0.10.1'])
})

it('asking for another address than the group has is a conflict', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('90/TCP') } })
  const [line] = world.run({ a: { want: shared('90/TCP') }, b: { want: wish({ share: 'default/edge', addresses: ['127.0.10.3'] }) } })
  expect(line).toContain('refused default/b: Conflict: spec.loadBalancerIP: "127.0.10.3" is not the address of share key "default/edge". Allowed: 127.0.10.1')
})

it('who may not join a group is reported by which key it would have to, and who is in the way', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('90/TCP') }, b: { want: shared('91/TCP') } })
  const alone = wish({ addresses: ['127.0.10.1'], listeners: ['91/TCP'] })
  const lines = world.run({ a: { want: shared('90/TCP') }, b: { want: alone }, c: { want: shared('92/TCP'), age: 'z' } })
  expect(lines).toContain(
    'refused default/c: Conflict: fairlead.dev/share: "default/edge" is at 127.0.10.1, which is held by default/b as well, under another key or none. Allowed: another share key',
  )
})

it('a share key of another namespace opens nothing', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('90/TCP') } })
  const [line] = world.run({ a: { want: shared('90/TCP') }, b: { want: wish({ share: 'team/edge', addresses: ['127.0.10.1'] }), namespace: 'team' } })
  expect(line).toContain('refused team/b: Conflict: spec.loadBalancerIP: "127.0.10.1" is held by default/a')
})

it('a Service that is refused keeps its ports against newcomers', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('80/TCP') }, b: { want: shared('81/TCP') } })
  const bad = wish({ share: 'default/edge', addresses: ['10.0.0.1'] })
  expect(world.run({ a: { want: bad }, b: { want: shared('80/TCP', '81/TCP'), age: 'a' } })).toEqual([
    expect.stringContaining('refused default/a: Invalid'),
    expect.stringContaining('refused default/b 80/TCP fairlead.dev/PortHeld'),
  ])
})

it('so does one that is not mentioned', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('80/TCP') }, b: { want: shared('81/TCP') } })
  expect(world.run({ b: { want: shared('80/TCP', '81/TCP') } })).toEqual([expect.stringContaining('refused default/b 80/TCP fairlead.dev/PortHeld')])
})

it('on 127.0.0.1, which a machine has once, everybody listens without a key', () => {
  const world = new PoolWorld(['127.0.0.1/32'])
  const lines = world.run({ a: { want: wish({ listeners: ['80/TCP'] }), age: 'a' }, b: { want: wish({ listeners: ['80/TCP', '81/TCP'] }), age: 'b' } })
  expect(lines).toEqual(['create a 127.0.0.1 80/TCP', 'create b 127.0.0.1 81/TCP', expect.stringContaining('refused default/b 80/TCP fairlead.dev/PortHeld')])
})

it('one who is only followed keeps settings and address, and its targets follow', () => {
  const world = new PoolWorld()
  world.run({ a: { want: shared('80/TCP') }, b: { want: shared('81/TCP') } })
  expect(world.run({ a: { follow: backends({ '80/TCP': ['10.244.0.9:1'] }) }, b: { follow: backends({}) } })).toEqual(['update a 127.0.10.1 80/TCP'])
})
