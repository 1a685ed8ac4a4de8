import { describe, expect, test } from 'vitest'
import { type NetworkMap, parseNetworkMap } from '../../../../providers/local/balancer/network-map.ts'
import { type Candidate, createScheduler, hashText } from '../../../../providers/local/balancer/scheduler.ts'
import { compileRanges } from '../../../../providers/local/balancer/source-ranges.ts'
import { SCHEDULERS, type Scheduler } from '../../../../src/model/load-balancer.ts'

interface Named extends Candidate {
  readonly name: string
}

function candidate(name: string, connections = 0, weight = 1): Named {
  return { name, hash: hashText(name), connections, weight }
}

const CALL = { source: '192.0.2.1', destination: '198.51.100.1' }

function picks(name: Scheduler, candidates: readonly Named[], times: number): string {
  const choose = createScheduler(name, () => 0.6)
  return Array.from({ length: times }, () => choose(candidates, CALL)?.name ?? '-').join('')
}

describe('schedulers', () => {
  const cases: readonly (readonly [string, Scheduler, readonly Named[], string])[] = [
    ['rr goes round', 'rr', [candidate('a', 9), candidate('b'), candidate('c')], 'abcabc'],
    ['random follows the dice', 'random', [candidate('a'), candidate('b'), candidate('c')], 'bbbbbb'],
    ['lc takes the fewest connections, whatever the weight', 'lc', [candidate('a', 2, 9), candidate('b', 1), candidate('c', 3)], 'bbbbbb'],
    ['lc takes turns among equals', 'lc', [candidate('a', 1), candidate('b', 1), candidate('c', 2)], 'baabaa'],
    ['sed weighs: (3+1)/4 is less than (1+1)/1', 'sed', [candidate('a', 3, 4), candidate('b', 1, 1)], 'aaaaaa'],
    ['sed queues at the strong one although another is idle', 'sed', [candidate('a', 2, 10), candidate('b', 0, 1)], 'aaaaaa'],
    ['nq never does', 'nq', [candidate('a', 2, 10), candidate('b', 0, 1)], 'bbbbbb'],
    ['nq is sed when nobody is idle', 'nq', [candidate('a', 3, 4), candidate('b', 1, 1)], 'aaaaaa'],
    ['sed gives nothing to weight 0 while there is another', 'sed', [candidate('a', 0, 0), candidate('b', 9, 1)], 'bbbbbb'],
  ]
  test.each(cases)('%s', (_name, scheduler, candidates, expected) => {
    expect(picks(scheduler, candidates, 6)).toBe(expected)
  })

  test.each(SCHEDULERS)('%s has nobody to choose when there is nobody, and one when there is one', (name) => {
    expect(picks(name, [], 2)).toBe('--')
    expect(picks(name, [candidate('a', 5, 0)], 2)).toBe('aa')
  })

  test.each([
    ['sh', 'source'],
    ['dh', 'destination'],
  ] as const)('%s depends on the %s alone, spreads evenly, and moves only clients of the backend that left', (name, field) => {
    const all = Array.from({ length: 10 }, (_, i) => candidate(`10.244.0.${i}:80`))
    const choose = createScheduler(name, Math.random)
    const keys = Array.from({ length: 5_000 }, (_, i) => `10.9.${i >> 8}.${i & 255}`)
    const place = (candidates: readonly Named[], key: string) => choose(candidates, { source: 'x', destination: 'y', [field]: key })?.name
    const before = keys.map((key) => place(all, key))
    for (const { name: backend } of all) expect(before.filter((chosen) => chosen === backend).length).toBeGreaterThan(380)
    const [gone, ...rest] = all
    const after = keys.map((key) => place(rest, key))
    expect(after.filter((chosen, i) => chosen !== before[i] && before[i] !== gone?.name)).toEqual([])
    expect(new Set(after)).not.toContain(gone?.name)
  })
})

describe('source ranges', () => {
  test.each([
    ['no list: everybody', undefined, '192.0.2.1', true],
    ['an empty list: nobody', [], '192.0.2.1', false],
    ['within', ['192.0.2.0/24'], '192.0.2.255', true],
    ['next to it', ['192.0.2.0/24'], '192.0.3.0', false],
    ['everything of one family', ['0.0.0.0/0'], '192.0.2.1', true],
    ['the other family stays shut', ['0.0.0.0/0'], '2001:db8::1', false],
    ['IPv6', ['2001:db8::/32'], '2001:db8:ffff::1', true],
    ['IPv6 outside', ['2001:db8::/32'], '2001:db9::', false],
    ['IPv4 written as IPv6', ['192.0.2.0/24'], '::ffff:192.0.2.7', true],
    ['nested and touching ranges', ['10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8'], '11.255.255.255', true],
    ['after a nested range', ['10.0.0.0/8', '10.1.0.0/16'], '10.200.0.1', true],
    ['what cannot be read opens nothing', ['everybody'], '192.0.2.1', false],
  ])('%s', (_name, ranges, client, admitted) => {
    expect(compileRanges(ranges)(client)).toBe(admitted)
  })

  test('agree with the list itself on a thousand ranges', () => {
    const ranges = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 2}.${(i & 3) * 64}.0/26`)
    const admits = compileRanges(ranges.toReversed())
    for (let i = 0; i < 1_000; i++) {
      expect(admits(`10.${i >> 2}.${(i & 3) * 64}.63`)).toBe(true)
      expect(admits(`10.${i >> 2}.${(i & 3) * 64}.64`)).toBe(false)
    }
  })
})

describe('the network map', () => {
  const map: NetworkMap = parseNetworkMap([
    '10.244.0.0/16=127.244.0.0/16',
    '10.244.7.0/24=192.0.2.0/24',
    'fd00::/64=2001:db8::/64',
    '10.96.0.0/12=127.96.0.0/12',
    'fd00:244::/112=::ffff:127.64.0.0/112',
  ])
  test.each([
    ['10.244.1.7', '127.244.1.7'],
    ['10.244.7.9', '192.0.2.9'],
    ['10.111.255.1', '127.111.255.1'],
    ['10.112.0.1', '10.112.0.1'],
    ['fd00::1:2', '2001:db8::1:2'],
    ['fd00:244::102', '::ffff:7f40:102'],
    ['no address', 'no address'],
  ])('%s is found at %s', (from, to) => {
    expect(map({ ip: from, port: 8080 })).toEqual({ ip: to, port: 8080 })
  })

  test.each([
    [53, 64_053],
    [1_023, 65_023],
    [1_024, 1_024],
  ])('port %i of a route that moves low ports is found at %i', (from, to) => {
    const raised = parseNetworkMap(['10.244.0.0/16=127.244.0.0/16+64000'])
    expect(raised({ ip: '10.244.1.7', port: from })).toEqual({ ip: '127.244.1.7', port: to })
  })

  test.each([
    ['10.244.0.0/16', 'is not two ranges with one = between them'],
    ['a=b=c', 'is not two ranges'],
    ['10.244.0.0/16=127.244.0.0/24', 'has prefix lengths that differ, /16 and /24'],
    ['10.244.0.0/16=fd00::/16', 'mixes IPv4 and IPv6'],
    ['10.244.0.0/16=::ffff:127.64.0.0/112', 'mixes IPv4 and IPv6'],
    ['10.244.0.0/16=127.244.0.0/16+65000', 'moves ports by "65000", which is not a number up to 64511'],
    ['10.244.0.0/16=127.244.0.0/16+', 'moves ports by ""'],
    ['10.244.0.0=127.244.0.0/16', 'holds "10.244.0.0", which is no range'],
  ])('refuses %s and says why', (value, wrong) => {
    expect(() => parseNetworkMap([value])).toThrow(`network map ${JSON.stringify(value)} ${wrong}`)
  })
})
