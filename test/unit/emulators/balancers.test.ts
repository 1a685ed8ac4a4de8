/** Which endpoint a new connection gets on a node: by session affinity, or by the mode of its proxy. Pure: random numbers and the time are the test's. */
import { describe, expect, test } from 'vitest'
import { type Asked, type Balancers, createBalancers } from '../../../emulators/machines/balancers.ts'
import type { Endpoint, ServiceObject } from '../../../emulators/machines/endpoints.ts'
import { SCHEDULERS } from '../../../emulators/machines/ipvs/schedulers.ts'
import { DEFAULT_PROXY_MODE, MODES, type ProxyMode } from '../../../emulators/machines/proxy-mode.ts'
import { PROGRAM_SETTINGS } from '../../../src/config.ts'

const endpoint = (ip: string): Endpoint => ({ ip, port: 80, node: undefined, ready: true, leaving: false })
const [a, b, c] = [endpoint('10.244.1.2'), endpoint('10.244.2.2'), endpoint('10.244.10.2')]
const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } }
const IPVS: ProxyMode = { mode: 'ipvs', scheduler: 'rr' }
const RANDOM: ProxyMode = { mode: 'iptables', scheduler: 'rr' }

function service(spec: object = {}): ServiceObject {
  return { metadata: { namespace: 'shop', name: 'web', uid: 'u' }, spec: { type: 'ClusterIP', ...spec } }
}

function asked(source: string, spec: object = sticky, rest: Partial<Asked> = {}): Asked {
  const packet = { source, sourcePort: 40_000, destination: '10.96.0.9' }
  return { service: service(spec), affinity: 'u 80', picker: 'u 10.96.0.9', packet, isRetry: false, ...rest }
}

/** Takes the first, then the last, and so on. */
function turns(): () => number {
  let turn = 0
  return () => (turn++ % 2 === 0 ? 0 : 0.99)
}

function balancers(mode: ProxyMode, weights: Readonly<Record<string, number>> = {}, random = turns()): Balancers {
  return createBalancers(mode, { random, weightOf: ({ ip }) => weights[ip] ?? 1 })
}

describe('session affinity', () => {
  const tries = (of: Balancers, client: string, now: number): string | undefined => of.choose(asked(client), [a, b], now)?.endpoint.ip

  test('keeps a client with its endpoint for as long as the Service says since its last connection', () => {
    const of = balancers(RANDOM)
    expect([tries(of, 'x', 0), tries(of, 'y', 0), tries(of, 'x', 9_000), tries(of, 'x', 18_000), tries(of, 'y', 9_999)]).toEqual([a.ip, b.ip, a.ip, a.ip, b.ip])
    expect([tries(of, 'z', 20_000), tries(of, 'x', 28_000)]).toEqual([a.ip, b.ip])
  })

  test('lasts three hours where the Service sets no time', () => {
    const of = balancers(RANDOM)
    const plain = asked('x', { sessionAffinity: 'ClientIP' })
    expect([0, 10_799_999, 21_600_000].map((now) => of.choose(plain, [a, b], now)?.endpoint.ip)).toEqual([a.ip, a.ip, b.ip])
  })

  test('is none where the Service asks for none', () => {
    const of = balancers(RANDOM)
    expect([0, 1, 2].map((now) => of.choose(asked('x', {}), [a, b], now)?.endpoint.ip)).toEqual([a.ip, b.ip, a.ip])
  })

  test('ends with the endpoint, and does not return to it', () => {
    const of = balancers(RANDOM, {}, () => 0)
    expect([[a, b], [b], [a, b]].map((open, now) => of.choose(asked('x'), open, now)?.endpoint.ip)).toEqual([a.ip, b.ip, b.ip])
    expect(of.choose(asked('x'), [], 3)).toBeUndefined()
  })

  test('is of one port of a Service: another port chooses anew', () => {
    const of = balancers(RANDOM)
    expect(
      [of.choose(asked('x'), [a, b], 0), of.choose(asked('x', sticky, { affinity: 'u 443', picker: 'u 443' }), [a, b], 0)].map((given) => given?.endpoint.ip),
    ).toEqual([a.ip, b.ip])
  })

  test('is counted when its time is over, once', () => {
    const of = balancers(RANDOM)
    for (const client of ['x', 'y']) of.choose(asked(client), [a, b], 0)
    of.choose(asked('y'), [a, b], 5_000)
    expect([of.expire(10_000), of.expire(10_000), of.expire(15_000)]).toEqual([1, 0, 1])
  })

  test('is gone with another mode', () => {
    const of = balancers(RANDOM)
    of.choose(asked('x'), [b], 0)
    of.restart(IPVS)
    expect(of.choose(asked('x'), [a, b], 1)?.endpoint.ip).toBe(a.ip)
  })

  test('in mode ipvs counts as a connection, and ends with a weight of 0', () => {
    const weights: Record<string, number> = {}
    const of = balancers({ mode: 'ipvs', scheduler: 'lc' }, weights)
    expect(['x', 'x', 'y', 'y', 'z'].map((client) => of.choose(asked(client), [a, b], 0)?.endpoint.ip)).toEqual([a.ip, a.ip, b.ip, b.ip, a.ip])
    weights[a.ip] = 0
    expect(of.choose(asked('x'), [a, b], 1)?.endpoint.ip).toBe(b.ip)
  })

  test('gives way where the endpoint does not answer', () => {
    const of = balancers({ mode: 'userspace', scheduler: 'rr' })
    const given = [false, true, false].map((isRetry) => of.choose(asked('x', sticky, { isRetry }), [a, b], 0)?.endpoint.ip)
    expect(given).toEqual([a.ip, b.ip, b.ip])
  })
})

describe('the modes', () => {
  const ips = (mode: ProxyMode, count: number): readonly (string | undefined)[] => {
    const of = balancers(mode)
    // The order in which slices list endpoints does not count.
    return Array.from({ length: count }, (_, i) => of.choose(asked('x', {}), i % 2 === 0 ? [c, b, a] : [a, b, c], 0)?.endpoint.ip)
  }

  test.each(['iptables', 'nftables'] as const)('%s chooses at random', (mode) => {
    expect(ips({ mode, scheduler: 'rr' }, 4)).toEqual([c.ip, c.ip, c.ip, c.ip])
  })

  test.each(['userspace', 'ipvs'] as const)('%s takes turns, by address', (mode) => {
    expect(ips({ mode, scheduler: 'rr' }, 5)).toEqual([a.ip, b.ip, c.ip, a.ip, b.ip])
  })

  test('ipvs asks the scheduler, with the weights of the Pods', () => {
    const of = balancers({ mode: 'ipvs', scheduler: 'wrr' }, { [a.ip]: 2 })
    expect(Array.from({ length: 6 }, () => of.choose(asked('x', {}), [a, b], 0)?.endpoint.ip)).toEqual([a.ip, a.ip, b.ip, a.ip, a.ip, b.ip])
  })

  test('ipvs gives a connection to none where all weights are 0', () => {
    expect(balancers(IPVS, { [a.ip]: 0 }).choose(asked('x', {}), [a], 0)).toBeUndefined()
  })
})

test('the settings of the playground offer every mode and every scheduler, and begin with the same', () => {
  const { 'proxy-mode': mode, 'ipvs-scheduler': scheduler } = PROGRAM_SETTINGS
  expect([mode.values, scheduler.values]).toEqual([MODES, SCHEDULERS])
  expect({ mode: mode.fallback, scheduler: scheduler.fallback }).toEqual(DEFAULT_PROXY_MODE)
})
