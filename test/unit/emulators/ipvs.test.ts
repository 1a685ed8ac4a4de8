/** The schedulers of IPVS told apart: the same connections, the same servers, and who gets how many. Pure. */
import { describe, expect, test } from 'vitest'
import { createScheduler, SCHEDULERS, type SchedulerName } from '../../../emulators/machines/ipvs/schedulers.ts'
import type { Packet, Server } from '../../../emulators/machines/ipvs/scheduler.ts'
import { createVirtualServer, type End } from '../../../emulators/machines/ipvs/virtual-server.ts'

type Weights = Readonly<Record<string, number>>

const WEIGHTS: Weights = { a: 4, b: 2, c: 1 }
const serversOf = (weights: Weights): readonly { readonly name: string; readonly weight: number }[] =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }))
const packet = (source = '192.0.2.1', sourcePort = 40_000, destination = '10.96.0.9'): Packet => ({ source, sourcePort, destination })

interface Arrival {
  /** Seconds, from arrival to end. */
  readonly lasts: number
  readonly source?: string
}

/** One connection a second, each as long as it says; `-`: none got it. */
function served(name: SchedulerName, weights: Weights, arrivals: readonly Arrival[]): string {
  const virtual = createVirtualServer(name)
  const open: { readonly until: number; readonly end: End }[] = []
  const given = arrivals.map(({ lasts, source }, second) => {
    for (const { until, end } of open) if (until === second) end(second * 1000, true)
    const chosen = virtual.schedule(serversOf(weights), packet(source, 40_000 + second), second * 1000)
    if (chosen !== undefined) open.push({ until: second + lasts, end: chosen.end })
    return chosen?.name ?? '-'
  })
  return given.join('')
}

const times = (count: number, lasts: number): readonly Arrival[] => Array.from({ length: count }, () => ({ lasts }))

/** Connections that are over before the next begins, those that stay open, and a mix: every third stays. */
const SHORT = times(14, 1)
const LONG = times(14, 1000)
const MIXED = Array.from({ length: 14 }, (_, i): Arrival => ({ lasts: i % 3 === 0 ? 1000 : 1 }))

describe('weights 4, 2 and 1', () => {
  test.each<readonly [SchedulerName, short: string, long: string, mixed: string]>([
    ['rr', 'abcabcabcabcab', 'abcabcabcabcab', 'abcabcabcabcab'],
    ['wrr', 'aaababcaaababc', 'aaababcaaababc', 'aaababcaaababc'],
    ['lc', 'abcabcabcabcab', 'abcabcabcabcab', 'abcbcccaabaaca'],
    ['wlc', 'abcaabaabcaaba', 'abcaabaabcaaba', 'abcbcccaaaabab'],
    ['sed', 'aaaaaaaaaaaaaa', 'aabaabcaabaabc', 'aaaabbbaaaaaab'],
    ['nq', 'aaaaaaaaaaaaaa', 'abcaaabaabaabc', 'abbbcccaaaaaaa'],
    ['fo', 'aaaaaaaaaaaaaa', 'aaaaaaaaaaaaaa', 'aaaaaaaaaaaaaa'],
    ['ovf', 'aaaaaaaaaaaaaa', 'aaaaabbbcc----', 'aaaaaaaaaaaaab'],
    ['lblc', 'aaaaaaaaaaaaaa', 'aaaaabbbcccccc', 'aaaaaaaaaaaaab'],
    ['lblcr', 'aaaaaaaaaaaaaa', 'aaaaabbbccabaa', 'aaaaaaaaaaaaab'],
  ])('%s', (name, short, long, mixed) => {
    expect({ short: served(name, WEIGHTS, SHORT), long: served(name, WEIGHTS, LONG), mixed: served(name, WEIGHTS, MIXED) }).toEqual({ short, long, mixed })
  })
})

/** How many of `count` connections each server gets. */
function shares(name: SchedulerName, weights: Weights, packetOf: (i: number) => Packet, count = 700): Readonly<Record<string, number>> {
  const schedule = createScheduler(name)
  const servers: readonly Server[] = serversOf(weights).map((server) => ({ ...server, active: 0, inactive: 0 }))
  const names = Array.from({ length: count }, (_, i) => schedule(servers, packetOf(i), 0)?.name ?? '-')
  return Object.fromEntries([...Object.keys(weights), '-'].map((key) => [key, names.filter((each) => each === key).length]))
}

const client = (i: number): string => `10.244.${i >> 8}.${i & 255}`

describe('by hash', () => {
  test('sh keeps a client with its server, and spreads clients by weight', () => {
    expect(Object.values(shares('sh', WEIGHTS, (i) => packet('192.0.2.1', i))).toSorted((x, y) => x - y)).toEqual([0, 0, 0, 700])
    const { a = 0, b = 0, c = 0 } = shares('sh', WEIGHTS, (i) => packet(client(i)))
    expect([a / 400, b / 200, c / 100].map((share) => Math.abs(share - 1) < 0.2)).toEqual([true, true, true])
  })

  test('dh keeps all clients of a Service with one server, and spreads Services evenly', () => {
    expect(Object.values(shares('dh', WEIGHTS, (i) => packet(client(i)))).toSorted((x, y) => x - y)).toEqual([0, 0, 0, 700])
    const { a = 0, b = 0, c = 0 } = shares('dh', WEIGHTS, (i) => packet('192.0.2.1', 1, client(i)))
    expect([a, b, c].map((share) => Math.abs(share - 233) < 50)).toEqual([true, true, true])
  })

  test('mh hashes the port as well, as kube-proxy sets it: the connections of one client are spread, by weight', () => {
    const { a = 0, b = 0, c = 0 } = shares('mh', WEIGHTS, (i) => packet('192.0.2.1', i))
    expect([a / 400, b / 200, c / 100].map((share) => Math.abs(share - 1) < 0.2)).toEqual([true, true, true])
    expect(Object.values(shares('mh', WEIGHTS, () => packet())).toSorted((x, y) => x - y)).toEqual([0, 0, 0, 700])
  })

  test.each([
    ['mh', 0.6],
    ['sh', 0.4],
  ] as const)('when a fourth server comes %s leaves at least %f of the connections where they were', (name, least) => {
    const placed = (weights: Weights): readonly (string | undefined)[] => {
      const schedule = createScheduler(name)
      const servers = serversOf(weights).map((server) => ({ ...server, active: 0, inactive: 0 }))
      return Array.from({ length: 700 }, (_, i) => schedule(servers, packet(client(i)), 0)?.name)
    }
    const [before, after] = [placed({ a: 1, b: 1, c: 1 }), placed({ a: 1, b: 1, c: 1, d: 1 })]
    const kept = before.filter((server, i) => server === after[i]).length / before.length
    expect(kept >= least).toBe(name === 'mh')
  })

  test.each(['sh', 'dh'] as const)('with %s, what falls on a server of weight 0 is served by none; mh leaves it out', (name) => {
    const packetOf = (i: number): Packet => (name === 'sh' ? packet(client(i)) : packet('192.0.2.1', 1, client(i)))
    expect(shares(name, { a: 1, b: 0 }, packetOf)['-']).toBeGreaterThan(200)
    expect(shares('mh', { a: 1, b: 0 }, packetOf)).toEqual({ a: 700, b: 0, '-': 0 })
  })
})

describe('every scheduler', () => {
  test.each(SCHEDULERS)('%s gives no connection to a server of weight 0, and none at all where there is no other', (name) => {
    expect(shares(name, { a: 0, b: 3 }, (i) => packet(client(i)))['a']).toBe(0)
    expect(shares(name, { a: 0, b: 0 }, () => packet())['-']).toBe(700)
    expect(createScheduler(name)([], packet(), 0)).toBeUndefined()
  })

  test.each(SCHEDULERS)('%s goes on when servers come and go', (name) => {
    const virtual = createVirtualServer(name)
    const sets: readonly Weights[] = [{ a: 1, b: 1, c: 1 }, { b: 1, c: 1 }, { c: 5 }, { a: 10, c: 5, d: 5 }, { a: 3 }]
    for (const [i, weights] of sets.entries()) {
      for (let n = 0; n < 4; n++) {
        const given = virtual.schedule(serversOf(weights), packet(client(n), n), i)
        given?.end(i, true)
        expect(Object.keys(weights)).toContain(given?.name)
      }
    }
  })
})

test('rr goes on behind the last server, also where that one has gone', () => {
  const schedule = createScheduler('rr')
  const ask = (...names: readonly string[]): string | undefined =>
    schedule(
      names.map((name) => ({ name, weight: 1, active: 0, inactive: 0 })),
      packet(),
      0,
    )?.name
  expect([ask('a', 'b', 'c'), ask('a', 'b', 'c'), ask('a', 'c'), ask('a', 'b', 'c')]).toEqual(['a', 'b', 'c', 'a'])
})

test.each([
  [{ a: 4, b: 3, c: 2 }, 'aababcabcaababcabc'],
  [{ a: 20, b: 10 }, 'aabaab'],
  [{ a: 1, b: 1 }, 'abab'],
])('wrr with weights %o', (weights, order) => {
  expect(served('wrr', weights, times(order.length, 1))).toBe(order)
})

test('a TCP connection that ended is remembered for two minutes, one of UDP is not', () => {
  const virtual = createVirtualServer('lc')
  const servers = serversOf({ a: 1, b: 1 })
  const next = (now: number): { readonly name: string; readonly end: End } => virtual.schedule(servers, packet(), now)!
  next(0).end(0, true)
  expect(next(119_000)).toMatchObject({ name: 'b' })
  next(119_500).end(119_500, false)
  // b has one that is open.
  expect([next(120_000), next(120_000)].map(({ name }) => name)).toEqual(['a', 'a'])
})

test('lblcr lets the busiest server of a set go a day after the set changed', () => {
  const schedule = createScheduler('lblcr')
  const day = 24 * 60 * 60 * 1000
  const ask = (a: number, b: number, now: number): string | undefined =>
    schedule(
      [
        { name: 'a', weight: 1, active: a, inactive: 0 },
        { name: 'b', weight: 1, active: b, inactive: 0 },
      ],
      packet(),
      now,
    )?.name
  expect([ask(0, 0, 0), ask(2, 0, 1), ask(2, 3, day), ask(2, 3, day + 2), ask(1, 0, day + 3)]).toEqual(['a', 'b', 'a', 'a', 'a'])
})
