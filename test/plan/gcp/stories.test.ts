/** What becomes of Services that share an address and ask for what not all of them can have. */
import { afterEach, describe, expect, it } from 'vitest'
import { FOREIGN_ADDRESS } from '../../cloud/gcp/foreign.ts'
import { type Ask, wish } from '../../contract/wish.ts'
import { type GcpWorld, openGcpWorld, type Reported } from './gcp-world.ts'
import { backendsOf, nodes } from './random-asks.ts'

interface Request extends Ask {
  readonly tier?: 'Standard'
  readonly age: string
}

const DUAL = { families: ['IPv4', 'IPv6'] } as const
const IF_POSSIBLE = { ...DUAL, needsAllFamilies: false } as const
const SIX = { families: ['IPv6'] } as const
const STANDARD = { tier: 'Standard' } as const

let world: GcpWorld
afterEach(() => world.close?.())

function asking({ tier, age, listeners = ['80/TCP'], ...ask }: Request): Reported {
  const keys = listeners.map((one) => (typeof one === 'string' ? one : one.key))
  const want = { ...wish({ share: 'default/edge', listeners, targets: 'nodes', ...ask, backends: backendsOf(keys, nodes(1)) }), options: {} }
  return { want: tier === undefined ? want : { ...want, options: { networkTier: tier } }, age }
}

/** The first is served when the second comes. */
async function second({ web, dns }: Readonly<Record<'web' | 'dns', Reported>>): Promise<readonly string[]> {
  await world.run({ web })
  return world.run({ web: { ...web, published: world.places('web') }, dns })
}

const refusalsIn = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.startsWith('refused'))
const familiesOf = (name: string): readonly string[] => world.places(name).map((ip) => (ip.includes(':') ? 'IPv6' : 'IPv4'))

describe('the standard tier, which has no IPv6 addresses, and IPv6 at one address', () => {
  const web = (more: Partial<Request> = {}): Reported => asking({ age: '1', ...more })
  const dns = (more: Partial<Request> = {}): Reported => asking({ age: '2', listeners: ['53/TCP'], ...more })

  it.each([
    ['both families', DUAL],
    ['IPv6 alone', SIX],
  ])('refuses who asks for %s after one that sets the tier', async (_, families) => {
    world = await openGcpWorld()
    const lines = await second({ web: web(STANDARD), dns: dns(families) })
    expect(refusalsIn(lines)).toEqual([expect.stringMatching(/^refused default\/dns: spec\.ipFamilies.*default\/web.*network-tier/)])
    expect([familiesOf('web'), familiesOf('dns')]).toEqual([['IPv4'], []])
  })

  it.each([
    ['has to have both families', DUAL],
    ['has IPv6 alone', SIX],
    ['has IPv6 where it is possible', IF_POSSIBLE],
  ])('refuses who sets the tier after one that %s', async (_, families) => {
    world = await openGcpWorld()
    const lines = await second({ web: web(families), dns: dns(STANDARD) })
    expect(refusalsIn(lines)).toEqual([expect.stringMatching(/^refused default\/dns: cloud\.google\.com\/network-tier.*default\/web/)])
    expect([familiesOf('web'), familiesOf('dns')]).toEqual([families.families, []])
  })

  it('serves who asks for IPv6 where it is possible by IPv4 alone', async () => {
    world = await openGcpWorld()
    expect(refusalsIn(await second({ web: web(STANDARD), dns: dns(IF_POSSIBLE) }))).toEqual([])
    expect([familiesOf('web'), world.places('dns')]).toEqual([['IPv4'], world.places('web')])
  })

  it('serves the older of two new ones', async () => {
    world = await openGcpWorld()
    expect(refusalsIn(await world.run({ dns: dns(DUAL), web: web(STANDARD) }))).toEqual([expect.stringContaining('refused default/dns')])
    expect([familiesOf('web'), familiesOf('dns')]).toEqual([['IPv4'], []])
  })

  it('leaves what serves as it is, whichever is older', async () => {
    world = await openGcpWorld()
    await world.run({ dns: dns(IF_POSSIBLE) })
    const before = world.places('dns')
    const lines = await world.run({ web: web(STANDARD), dns: { ...dns(IF_POSSIBLE), published: before } })
    expect(refusalsIn(lines)).toEqual([expect.stringContaining('default/web')])
    expect([familiesOf('web'), familiesOf('dns'), world.places('dns')]).toEqual([[], DUAL.families, before])
  })
})

describe('of two new Services that ask for one port', () => {
  it('the older has it, also where the younger would be made while the older waits for its load balancer', async () => {
    world = await openGcpWorld()
    const lines = await world.run({ dns: asking({ age: '2' }), web: asking({ age: '1' }) })
    expect(refusalsIn(lines)).toEqual([expect.stringMatching(/^refused default\/dns: spec\.ports: "80\/TCP" is held at the address by default\/web/)])
    expect([familiesOf('web'), familiesOf('dns')]).toEqual([['IPv4'], []])
  })
})

describe('a Service that is refused for its address', () => {
  it.each<[string, Partial<Request>, RegExp]>([
    ['that does not exist', { addressNames: ['none'] }, /is not a reserved address/],
    ['that another load balancer uses', { addressNames: [FOREIGN_ADDRESS] }, /: "reserved-3" is used by the forwarding rule [\w-]+\. Allowed: a free address/],
    ['of another network tier', { addressNames: ['reserved-1'], tier: 'Standard' }, /is of the network tier PREMIUM/],
    ['of another type', { addressNames: ['reserved-1'], scheme: 'internal', schemeIsExplicit: true }, /is an external address/],
  ])('%s has no instance group, health check or firewall rule made for it', async (_, more, said) => {
    world = await openGcpWorld()
    expect(refusalsIn(await world.run({ web: asking({ age: '1', ...more }) }))).toEqual([expect.stringMatching(said)])
    expect(world.owned()).toEqual([])
  })
})
