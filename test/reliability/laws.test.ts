/** The laws, on the shared document: each write of a story is crashed at, lost, throttled and followed by a stale listing, once each. */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { Crash } from '../crash.ts'
import { inMemoryCloud, type InMemoryCloud, inMemoryProvider, type Trouble, TROUBLES } from '../in-memory/index.ts'
import { nodes, service, wish } from '../in-memory/wishes.ts'
import { Process, type Services } from './process.ts'

const web = service('web')
const dns = service('dns')
const mail = service('mail')
const onNodes = { settings: { targets: 'nodes' } } as const
const internal = { settings: { targets: 'nodes', scheme: 'internal', schemeIsExplicit: true } } as const
const reserved = { settings: { addresses: ['198.51.100.7'] } } as const
const reservedInternal = { settings: { addresses: ['198.51.100.7'], scheme: 'internal' } } as const
const shared = { settings: { share: 'default/edge' } } as const

interface Moment {
  readonly services: Services
  readonly nodes?: readonly string[]
}

/** What the cluster holds, moment after moment: ports and pods change, nodes join, a Service moves with its address, an address is shared, all go. */
const story: readonly Moment[] = [
  {
    services: new Map([
      [web, wish([80], onNodes)],
      [dns, wish([53], { protocol: 'UDP' })],
    ]),
  },
  {
    services: new Map([
      [web, wish([80, 443], onNodes)],
      [dns, wish([53], reserved)],
      [mail, wish([25], internal)],
    ]),
    nodes: ['node-a', 'node-b', 'node-c'],
  },
  {
    services: new Map([
      [web, wish([443], { ...internal, pods: ['10.1.0.9'] })],
      [dns, wish([53], reservedInternal)],
      [mail, wish([25], internal)],
    ]),
  },
  {
    services: new Map([
      [web, wish([443], shared)],
      [dns, wish([53], shared)],
    ]),
    nodes: ['node-c'],
  },
  {
    services: new Map([
      [web, wish([443], shared)],
      [mail, wish([25])],
    ]),
    nodes: ['node-c'],
  },
]
const theEnd: Moment = { services: new Map() }

async function live(process: Process, moment: Moment): Promise<void> {
  process.nodes = nodes(...(moment.nodes ?? ['node-a', 'node-b']))
  await process.reconcile(moment.services)
}

function start(cloud: InMemoryCloud): Process {
  return new Process(bind(inMemoryProvider(cloud)))
}

/** Lives through the moments; after a crash a new process begins at the moment of the crash. */
async function tell(cloud: InMemoryCloud, moments: readonly Moment[]): Promise<Process> {
  let process = start(cloud)
  await process.learn()
  for (const moment of moments) {
    try {
      await live(process, moment)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      cloud.journal.revive()
      process = start(cloud)
      await process.learn()
      await live(process, moment)
    }
  }
  return process
}

describe('the laws', () => {
  test('a second run attempts nothing and reads nothing, at each moment', async () => {
    const cloud = inMemoryCloud()
    for (const moment of story) {
      const process = await tell(cloud, [moment])
      const [writes, reads] = [cloud.journal.writes.length, cloud.journal.reads.length]
      await live(process, moment)
      expect(cloud.journal.writes.slice(writes)).toEqual([])
      expect(cloud.journal.reads.slice(reads)).toEqual([])
    }
  })

  test('a restart at rest costs the inventory and nothing else', async () => {
    for (const moment of story) {
      const cloud = inMemoryCloud()
      await tell(cloud, [moment])
      const [writes, reads] = [cloud.journal.writes.length, cloud.journal.reads.length]
      await tell(cloud, [moment])
      expect(cloud.journal.writes.slice(writes)).toEqual([])
      expect(cloud.journal.reads.slice(reads)).toEqual(['inventory'])
    }
  })

  test('removing everything leaves nothing of ours, and what is not ours is as it was', async () => {
    const cloud = inMemoryCloud()
    await tell(cloud, [...story, theEnd])
    expect(cloud.state()).toEqual(inMemoryCloud().state())
  })

  test('history does not matter, where nobody competes', async () => {
    for (let end = 1; end <= 3; end++) {
      const [lived, fresh] = [inMemoryCloud(), inMemoryCloud()]
      await tell(lived, story.slice(0, end))
      await tell(fresh, story.slice(end - 1, end))
      expect(lived.state()).toEqual(fresh.state())
    }
  })

  test('what was damaged by hand is corrected after the next inventory', async () => {
    const cloud = inMemoryCloud()
    const process = await tell(cloud, story.slice(0, 1))
    const before = cloud.state()
    cloud.replaceRules('balancer-internet-facing', (rules) => rules.slice(1))
    expect(await process.learn()).toEqual(['balancer-internet-facing'])
    await live(process, story[0]!)
    expect(cloud.state()).toEqual(before)
  })

  test.each(TROUBLES)('%s at any write ends in the same state', async (kind: Trouble) => {
    const moments = [...story, theEnd]
    const reference = inMemoryCloud()
    const states = await statesOf(reference, moments)
    const writes = reference.journal.writes.length
    for (let at = 0; at < writes; at++) {
      const cloud = inMemoryCloud()
      cloud.journal.troubleAt(at, kind)
      expect(await statesOf(cloud, moments), `${kind} at write ${at}: ${reference.journal.writes[at]}`).toEqual(states)
      expect(cloud.journal.met).toBe(kind)
      const spare = cloud.journal.writes.length - writes
      expect(spare, `writes too many after ${kind} at write ${at}: ${reference.journal.writes[at]}`).toBeLessThanOrEqual(kind === 'stale-listing' ? 4 : 2)
    }
  })
})

/** The state after each moment. With the trouble of a stale listing, the process restarts and learns what was there before the troubled write. */
async function statesOf(cloud: InMemoryCloud, moments: readonly Moment[]): Promise<readonly unknown[]> {
  const states: unknown[] = []
  let process = start(cloud)
  let wasStale = false
  await process.learn()
  for (const moment of moments) {
    try {
      await live(process, moment)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      cloud.journal.revive()
      process = start(cloud)
      await process.learn()
      await live(process, moment)
    }
    if (cloud.journal.met === 'stale-listing' && !wasStale) {
      wasStale = true
      cloud.listingLag = 1
      await process.learn()
      process = start(cloud)
      await process.learn()
      cloud.listingLag = 0
      await live(process, moment)
      // Listings lag, but not for ever.
      await process.learn()
      await live(process, moment)
    }
    states.push(cloud.state())
  }
  return states
}

test('what a waiting pod had asked of the health of targets is what is counted later, without another call', async () => {
  const cloud = inMemoryCloud()
  const process = await tell(cloud, [{ services: new Map([[web, wish([80], { pods: ['10.1.0.1', '10.1.0.2'] })]]) }])
  expect([...process.cloud.lastTargets()]).toEqual([])
  cloud.judge = (target) => (target.startsWith('10.1.0.1:') ? { state: 'healthy', because: '' } : { state: 'unhealthy', because: 'it does not answer' })
  const [[stack] = ['']] = [...process.cloud.holdings()]
  const asked = await process.cloud.health?.(stack, new Set([web.uid]), new AbortController().signal)
  expect(asked).toHaveLength(2)
  expect([...process.cloud.lastTargets()].map(({ target, state }) => `${target} ${state}`).toSorted()).toEqual([
    '10.1.0.1:8080 healthy',
    '10.1.0.2:8080 unhealthy',
  ])
})
