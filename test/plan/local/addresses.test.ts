/** Which address a Service gets from the pools, and why it is refused one. */
import { describe, expect, it } from 'vitest'
import { wish } from '../../contract/wish.ts'
import { PoolWorld, transcript } from './pool-world.ts'

describe('addresses are given away', () => {
  it('in order, the oldest Service first, one each', () => {
    const world = new PoolWorld()
    expect(world.run({ young: { want: wish(), age: 'b' }, old: { want: wish(), age: 'a' } })).toEqual([
      'create old 127.0.10.1 80/TCP',
      'create young 127.0.10.2 80/TCP',
    ])
  })

  it('and stay where they are when older Services come', () => {
    const world = new PoolWorld()
    world.run({ young: { want: wish(), age: 'b' } })
    expect(world.run({ young: { want: wish(), age: 'b' }, old: { want: wish(), age: 'a' } })).toEqual(['create old 127.0.10.2 80/TCP'])
  })

  it('after a restart as they were published, whatever the order and the age', () => {
    const world = new PoolWorld()
    world.run({
      old: { want: wish(), age: 'a' },
      web: { want: wish(), age: 'b', published: ['127.0.10.1'] },
      dns: { want: wish({ listeners: ['53/UDP', '53/TCP'] }), age: 'c', published: ['127.0.10.4'] },
    })
    expect(world.places()).toEqual(['dns 127.0.10.4', 'old 127.0.10.2', 'web 127.0.10.1'])
  })

  it('a published address outside the pools is not kept', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish(), published: ['192.0.2.1'] } })
    expect(world.places()).toEqual(['web 127.0.10.1'])
  })

  it('as requested, also the first and last of a range', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish({ addresses: ['127.0.10.0'] }) }, dns: { want: wish({ addresses: ['127.0.10.7'] }) } })
    expect(world.places()).toEqual(['dns 127.0.10.7', 'web 127.0.10.0'])
  })

  it('from the pool that is named', () => {
    const world = new PoolWorld(['127.0.10.0/29', 'edge=127.0.20.0/30'])
    world.run({ web: { want: wish({ addressPool: 'edge' }) } })
    expect(world.places()).toEqual(['web 127.0.20.1'])
  })

  it('from a pool that is kept for requests only to a Service that names the pool or an address of it', () => {
    const world = new PoolWorld(['edge=127.0.20.0/30@on-request', '127.0.10.4/32'])
    world.run({
      one: { want: wish(), age: 'a' },
      named: { want: wish({ addressPool: 'edge' }), age: 'b' },
      exact: { want: wish({ addresses: ['127.0.20.2'] }), age: 'c' },
    })
    expect(world.places()).toEqual(['exact 127.0.20.2', 'named 127.0.20.1', 'one 127.0.10.4'])
    expect(world.run({ two: { want: wish() } })).toEqual([
      expect.stringMatching(/^refused default\/two: LimitReached: .*127\.0\.10\.4\/32 \(pool default\).* has no free IPv4 address left/),
    ])
  })

  it('from the next pool when the first is full', () => {
    const world = new PoolWorld(['127.0.10.4/32', 'edge=127.0.20.0/30'])
    world.run({ one: { want: wish(), age: 'a' }, two: { want: wish(), age: 'b' } })
    expect(world.places()).toEqual(['one 127.0.10.4', 'two 127.0.20.1'])
  })

  it('and taken over at once from a Service that goes in the same turn', () => {
    const world = new PoolWorld(['127.0.10.4/32'])
    world.run({ one: { want: wish() } })
    expect(world.run({ one: { gone: true }, two: { want: wish() } })).toEqual(['delete one 127.0.10.4 80/TCP', '-', 'create two 127.0.10.4 80/TCP'])
  })

  it('one of each family to a dual-stack Service, in the order of its families', () => {
    const world = new PoolWorld(['127.0.10.0/29', 'fd00:10::/120'])
    world.run({ web: { want: wish({ families: ['IPv6', 'IPv4'] }) } })
    expect(world.places()).toEqual(['web fd00:10::1 127.0.10.1'])
  })

  it('one family only where one is enough and the other is not to be had', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish({ families: ['IPv4', 'IPv6'], needsAllFamilies: false }) } })
    expect(world.places()).toEqual(['web 127.0.10.1'])
  })

  it('127.0.0.1 to everybody, but only where no other is free', () => {
    const world = new PoolWorld(['127.0.0.0/30'])
    const two = { one: { want: wish({ listeners: ['80/TCP'] }), age: 'a' }, two: { want: wish({ listeners: ['81/TCP'] }), age: 'b' } }
    world.run({ ...two, three: { want: wish({ listeners: ['82/TCP'] }), age: 'c' } })
    expect(world.places()).toEqual(['one 127.0.0.2', 'three 127.0.0.1', 'two 127.0.0.1'])
  })
})

describe('an address changes', () => {
  it('the new one is served before the old one goes, which lingers while somebody knows it', () => {
    const world = new PoolWorld()
    const moved = wish({ addresses: ['127.0.10.5'] })
    world.run({ web: { want: wish() } })
    expect(world.run({ web: { want: moved, published: ['127.0.10.1'] } })).toEqual([
      'create web 127.0.10.5 80/TCP',
      '-',
      'update web 127.0.10.1 80/TCP lingers',
    ])
    expect(world.places()).toEqual(['web 127.0.10.5'])
    expect(world.run({ web: { want: moved, published: ['127.0.10.5'], lingering: ['127.0.10.1'] } })).toEqual([])
    expect(world.run({ web: { want: moved, published: ['127.0.10.5'] } })).toEqual(['delete web 127.0.10.1 80/TCP lingers'])
  })

  it('whoever asks for an address that lingers waits for it, and gets it', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish() } })
    const web = { want: wish({ addresses: ['127.0.10.5'] }), published: ['127.0.10.1'] }
    const dns = { want: wish({ addresses: ['127.0.10.1'] }) }
    world.run({ web })
    expect(world.run({ web, dns })).toEqual(['waits default/dns: 127.0.10.1 was left by default/web and is served a little longer for those who still know it'])
    expect(world.run({ web: { ...web, published: ['127.0.10.5'] }, dns })).toEqual([
      'delete web 127.0.10.1 80/TCP lingers',
      '-',
      'create dns 127.0.10.1 80/TCP',
    ])
  })

  it('back again while the old one lingers: it is served as before', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish({ addresses: ['127.0.10.1'] }) } })
    world.run({ web: { want: wish({ addresses: ['127.0.10.5'] }), published: ['127.0.10.1'] } })
    world.run({ web: { want: wish({ addresses: ['127.0.10.1'] }), published: ['127.0.10.5'] } })
    expect(world.places()).toEqual(['web 127.0.10.1'])
  })

  it('a request that is withdrawn changes nothing', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish({ addresses: ['127.0.10.5'] }) } })
    expect(world.run({ web: { want: wish(), published: ['127.0.10.5'] } })).toEqual([])
  })
})

describe('a wish is refused', () => {
  const cases: readonly [string, ConstructorParameters<typeof PoolWorld>[0], ReturnType<typeof wish>, string][] = [
    [
      'a pool that is not there',
      ['127.0.10.0/29'],
      wish({ addressPool: 'nope' }),
      'Invalid: fairlead.dev/address-pool: "nope" names no address pool. Allowed: default',
    ],
    [
      'a family without a pool',
      ['127.0.10.0/29'],
      wish({ families: ['IPv6'] }),
      'Invalid: spec.ipFamilies: "IPv6" is in no address pool. Allowed: 127.0.10.0/29 (pool default). ',
    ],
    ['a second family that is needed', ['127.0.10.0/29'], wish({ families: ['IPv4', 'IPv6'] }), 'Invalid: spec.ipFamilies: "IPv6" is in no address pool. '],
  ]
  it.each(cases)('%s', (_, pools, want, said) => {
    const [line, ...others] = new PoolWorld(pools).run({ web: { want } })
    expect(others).toEqual([])
    expect(line).toContain(said)
  })

  it('an address outside the pools: what is allowed and an example of a free one are named', () => {
    expect(new PoolWorld().run({ web: { want: wish({ addresses: ['10.0.0.1'] }) } })).toEqual([
      'refused default/web: Invalid: spec.loadBalancerIP: "10.0.0.1" is not in address pool default. Allowed: 127.0.10.0/29 (pool default), such as 127.0.10.1',
    ])
  })

  it('the field or annotation that asks is named', () => {
    const want = wish({ addresses: ['10.0.0.1'], addressesFrom: 'fairlead.dev/addresses' })
    expect(new PoolWorld().run({ web: { want } })[0]).toContain('refused default/web: Invalid: fairlead.dev/addresses: "10.0.0.1" is not in')
  })

  it('an address somebody holds: the holder is named, and keeps it', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish() } })
    expect(world.run({ web: { want: wish() }, dns: { want: wish({ addresses: ['127.0.10.1'] }), age: 'a' } })).toEqual([
      'refused default/dns: Conflict: spec.loadBalancerIP: "127.0.10.1" is held by default/web. Allowed: another address, such as 127.0.10.2. Services of one namespace share an address when both name the same fairlead.dev/share key',
    ])
  })

  it('a pool that is used up, and served when somebody goes', () => {
    const world = new PoolWorld(['127.0.10.4/32'])
    world.run({ one: { want: wish() } })
    const [line] = world.run({ one: { want: wish() }, two: { want: wish() } })
    expect(line).toContain('refused default/two: LimitReached: address pool: "127.0.10.4/32 (pool default)" has no free IPv4 address left')
    world.run({ one: { gone: true }, two: { want: wish() } })
    expect(world.places()).toEqual(['two 127.0.10.4'])
  })

  it('and keeps what it had, with its backends following', () => {
    const world = new PoolWorld()
    world.run({ web: { want: wish() } })
    const bad = wish({ addresses: ['10.0.0.1'], backends: { nodes: { nodes: [] }, ports: { '80/TCP': { endpoints: [{ ip: '10.244.9.9', port: 1 }] } } } })
    const [step, refusal] = world.run({ web: { want: bad, published: ['127.0.10.1'] } })
    expect(step).toBe('update web 127.0.10.1 80/TCP')
    expect(refusal).toContain('refused default/web: Invalid')
    expect(world.view.owners.get('uid-default-web')?.parts[0]?.rule.targets).toEqual([{ ip: '10.244.9.9', port: 1 }])
  })

  it('SCTP: that port alone, and the others are served', () => {
    expect(new PoolWorld().run({ web: { want: wish({ listeners: ['80/TCP', '132/SCTP'] }) } })).toEqual([
      'create web 127.0.10.1 80/TCP',
      'refused default/web 132/SCTP fairlead.dev/ProtocolNotSupported: Invalid: spec.ports: "132/SCTP" uses SCTP, which the local load balancer does not support. Allowed: TCP, UDP',
    ])
  })
})

describe('ports this process may not bind', () => {
  it('are refused one by one, with the remedies, and the others are served', () => {
    const world = new PoolWorld(['127.0.10.0/29'], { lowestPort: 1024 })
    const [step, refusal] = world.run({ web: { want: wish({ listeners: ['80/TCP', '8080/TCP'] }) } })
    expect(step).toBe('create web 127.0.10.1 8080/TCP')
    expect(refusal).toContain('80/TCP fairlead.dev/PortNotPermitted: Denied')
    expect(refusal).toMatch(/ip_unprivileged_port_start.*setcap.*--port-offset/)
  })

  it('are served with a port offset, unless they end beyond 65535', () => {
    const world = new PoolWorld(['127.0.10.0/29'], { lowestPort: 1024, portOffset: 8000 })
    const [step, refusal] = world.run({ web: { want: wish({ listeners: ['80/TCP', '60000/TCP'] }) } })
    expect(step).toBe('create web 127.0.10.1 80/TCP')
    expect(refusal).toContain('60000/TCP fairlead.dev/PortOutOfRange: Invalid')
  })
})

it('a plan without intents touches nobody', () => {
  const world = new PoolWorld()
  world.run({ web: { want: wish() } })
  expect(transcript(world.plan({}))).toEqual([])
})

it('a freed address goes to the Service that names it, before an older one that takes any', () => {
  const world = new PoolWorld(['127.0.10.8/31'])
  const held = { a: { want: wish(), age: '1' }, b: { want: wish(), age: '2' } }
  world.run(held)
  const waiting = { any: { want: wish(), age: '3' }, named: { want: wish({ addresses: ['127.0.10.8'] }), age: '4' } }
  world.run({ ...held, ...waiting })
  expect(world.places()).toEqual(['a 127.0.10.8', 'b 127.0.10.9'])
  world.run({ ...held, ...waiting, a: { gone: true } })
  expect(world.places()).toEqual(['b 127.0.10.9', 'named 127.0.10.8'])
})
