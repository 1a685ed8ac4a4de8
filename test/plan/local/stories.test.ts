/** Random stories of Services on a small pool: whatever they ask, plans settle, sockets have one holder, and who did not change keeps what it has. */
import { type Arbitrary, array, assert, boolean, constantFrom, nat, property, record, uniqueArray } from 'fast-check'
import { expect, it } from 'vitest'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { backends, wish } from '../../contract/wish.ts'
import { PoolWorld, type Reported } from './pool-world.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const
const PORTS: readonly ListenerKey[] = ['80/TCP', '81/TCP', '53/UDP', '53/TCP']

/** Each turn an old place may end its lingering, which may let another Service move: no more than each Service once, and once back. */
const TURNS = 2 * NAMES.length

interface Said {
  readonly kind: 'want' | 'follow' | 'gone' | 'not mentioned'
  readonly listeners: readonly ListenerKey[]
  readonly share: string | undefined
  readonly address: string | undefined
  readonly families: readonly ('IPv4' | 'IPv6')[]
  readonly needsAllFamilies: boolean
  readonly pod: number
}

const said: Arbitrary<Said> = record({
  kind: constantFrom('want' as const, 'want' as const, 'want' as const, 'follow' as const, 'gone' as const, 'not mentioned' as const),
  listeners: uniqueArray(constantFrom(...PORTS), { minLength: 1, maxLength: 3 }),
  share: constantFrom(undefined, undefined, 'x', 'y'),
  address: constantFrom(undefined, undefined, undefined, '127.0.10.1', '127.0.10.2', '10.0.0.1'),
  families: constantFrom(['IPv4'] as const, ['IPv4', 'IPv6'] as const),
  needsAllFamilies: boolean(),
  pod: nat(2),
})

const stories = array(record(Object.fromEntries(NAMES.map((name) => [name, said])) as Record<(typeof NAMES)[number], typeof said>), {
  minLength: 2,
  maxLength: 6,
})

it.each([['127.0.10.0/30', '::1/128'], ['127.0.0.1/32'], ['127.0.10.0/29', 'fd00::/126']])('pools %s %s', (...pools) => {
  assert(
    property(stories, (story) => {
      const world = new PoolWorld(pools.filter((pool) => pool !== undefined))
      const published = new Map<string, readonly string[]>()
      const lingering = new Map<string, readonly string[]>()
      for (const moment of story) {
        const reported = Object.fromEntries(Object.entries(moment).flatMap(([name, one]) => tell(name, one, { published, lingering })))
        const before = parts(world)
        for (let turn = 0; turn < TURNS; turn++) publish(world, reported, { published, lingering })
        expect(
          world.run(retold(reported, { published, lingering })).filter((line) => !/^(refused|waits)/.test(line)),
          `after ${TURNS} turns something is still to do`,
        ).toEqual([])
        const untouched = [...before].filter(([name]) => moment[name as (typeof NAMES)[number]].kind === 'not mentioned')
        expect(parts(world)).toEqual(expect.arrayContaining(untouched))
      }
    }),
    { numRuns: 60 },
  )
})

interface Known {
  readonly published: Map<string, readonly string[]>
  readonly lingering: Map<string, readonly string[]>
}

function tell(name: string, { kind, listeners, share, address, families, needsAllFamilies, pod }: Said, { published, lingering }: Known): [string, Reported][] {
  const found = backends(Object.fromEntries(listeners.map((key) => [key, [`10.244.0.${pod + 1}:80`]])))
  if (kind === 'not mentioned') return []
  if (kind === 'gone') {
    published.delete(name)
    lingering.delete(name)
    return [[name, { gone: true }]]
  }
  if (kind === 'follow') return [[name, { follow: found }]]
  const want = wish({
    listeners,
    families,
    needsAllFamilies,
    addresses: address === undefined ? [] : [address],
    backends: found,
    ...(share === undefined ? {} : { share }),
  })
  return [[name, { want, age: name }]]
}

/** One turn, and what a controller does after it: publishes, and lets old places linger for one turn. */
function publish(world: PoolWorld, reported: Readonly<Record<string, Reported>>, known: Known): void {
  world.run(retold(reported, known))
  known.lingering.clear()
  for (const line of world.places()) {
    const [name = '', ...places] = line.split(' ')
    const before = known.published.get(name) ?? []
    if (places.length === 0) continue
    known.lingering.set(
      name,
      before.filter((place) => !places.includes(place)),
    )
    known.published.set(name, places)
  }
}

function retold(reported: Readonly<Record<string, Reported>>, { published, lingering }: Known): Record<string, Reported> {
  return Object.fromEntries(
    Object.entries(reported).map(([name, one]) => [
      name,
      one.want === undefined ? one : { ...one, published: published.get(name) ?? [], lingering: lingering.get(name) ?? [] },
    ]),
  )
}

function parts(world: PoolWorld): [string, readonly string[]][] {
  return [...world.view.owners.values()].map(({ owner, parts: held }) => [
    owner.name,
    held.map(({ address, listener, rule }) => `${address} ${listener} ${JSON.stringify(rule.targets)}`),
  ])
}
