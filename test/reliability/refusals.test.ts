/** One Service's trouble stays its own: who is served, and what it costs, when the cloud refuses a part of the shared document. */
import { describe, expect, test } from 'vitest'
import { inMemoryCloud, type InMemoryCloud } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import type { Process } from './process.ts'
import { documents, FORBIDDEN, forbid, many, portsOf, start, STACK } from './shared-document.ts'

describe.each([
  { tells: true, most: 2 },
  { tells: false, most: 16 },
])('one of 100 is refused, and the cloud tells whose fault it is: $tells', ({ tells, most }) => {
  const next = many(100, (i) => [1000 + i, i === 42 ? FORBIDDEN : 2000 + i])

  async function refused(): Promise<{ cloud: InMemoryCloud; process: Process }> {
    const cloud = inMemoryCloud()
    forbid(cloud, tells)
    const process = start(cloud)
    await process.reconcile(many(100))
    const before = documents(cloud)
    await process.reconcile(next)
    expect(documents(cloud) - before).toBeLessThanOrEqual(most)
    return { cloud, process }
  }

  test('it keeps what it had, with the reason; the others are served', async () => {
    const { cloud, process } = await refused()
    expect([...process.refused.keys()]).toEqual(['uid-s42'])
    expect(process.refused.get('uid-s42')?.problem).toMatchObject({ reason: 'Refused', wrong: expect.stringContaining('this port is not allowed') })
    expect(portsOf(cloud, 's42')).toEqual([1042])
    expect(cloud.rules).toHaveLength(199)
  })

  test('its backends follow, which costs no attempt at what was refused', async () => {
    const { cloud, process } = await refused()
    const before = documents(cloud)
    const renumbered = new Map([...next].map(([owner, want]) => [owner, { ...want, backends: { ...want.backends, ports: shifted(want.backends.ports) } }]))
    await process.reconcile(renumbered)
    expect(documents(cloud) - before).toBe(1)
    expect(cloud.rules.every(({ backends }) => backends.kind === 'group' && (backends.nodePort ?? 0) >= 40_000)).toBe(true)
    expect([...process.refused.keys()]).toEqual(['uid-s42'])
  })

  test('unchanged it is tried again alone within a minute, then less often, at least every 10 minutes, and not in between', async () => {
    const { cloud, process } = await refused()
    const tries: number[] = []
    for (let seconds = 5; seconds <= 3_600; seconds += 5) {
      const before = documents(cloud)
      process.now = seconds * 1_000
      await process.reconcile(next)
      if (documents(cloud) > before) tries.push(seconds)
    }
    expect(tries).toEqual([30, 90, 210, 450, 930, 1530, 2130, 2730, 3330])
  })

  test('when a person has changed the Service it is tried at once, and the delays begin anew', async () => {
    const { cloud, process } = await refused()
    for (const at of [30_000, 90_000, 210_000, 450_000]) {
      process.now = at
      await process.reconcile(next)
    }
    const before = documents(cloud)
    process.retryNow = new Set(['uid-s42'])
    process.now = 460_000
    await process.turn(next)
    expect(documents(cloud) - before).toBe(1)
    expect(process.outcomes.get(STACK)?.retryAfterMs).toBe(30_000)
  })

  test('when its author mends it, it is served', async () => {
    const { cloud, process } = await refused()
    await process.reconcile(many(100))
    expect(process.refused.size).toBe(0)
    expect(portsOf(cloud, 's42')).toEqual([1042])
  })

  test('when something is freed it is tried at once', async () => {
    const { cloud, process } = await refused()
    cloud.answer = () => undefined
    await process.reconcile(new Map([...next].slice(0, 99)))
    expect(process.refused.size).toBe(0)
    expect(portsOf(cloud, 's42')).toEqual([1042, FORBIDDEN])
  })

  test('after a restart it is tried last and alone, where its condition says that it was refused', async () => {
    const { cloud } = await refused()
    const process = start(cloud)
    await process.learn()
    process.lastResort = new Set(['uid-s42'])
    const before = documents(cloud)
    await process.reconcile(new Map([...next, [service('new'), wish([7])]]))
    expect(documents(cloud) - before).toBe(2)
    expect([...process.refused.keys()]).toEqual(['uid-s42'])
    expect(portsOf(cloud, 'new')).toEqual([7])
  })
})

function shifted<T extends { readonly nodePort?: number }>(ports: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, { ...port, nodePort: (port.nodePort ?? 0) + 10_000 }]))
}

describe('many refused at once', () => {
  test('a turn spends at most 32 refused attempts, and the rest goes on in the next until everybody is judged', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(100))
    const refusals = forbid(cloud, false)
    const bad = many(100, (i) => (i % 5 === 0 ? [FORBIDDEN] : [2000 + i]))
    const spent: number[] = []
    for (let turn = 0; turn < 12; turn++) {
      const before = refusals()
      await process.turn(bad)
      spent.push(refusals() - before)
    }
    expect(process.refused.size).toBe(20)
    expect(cloud.rules.filter(({ port }) => port >= 2000)).toHaveLength(80)
    expect(Math.max(...spent)).toBe(32)
    expect(spent.at(-1)).toBe(0)
  })

  test("100 who are named one by one: everybody's turn comes, in turns of 32", async () => {
    const cloud = inMemoryCloud()
    const refusals = forbid(cloud, true)
    const process = start(cloud)
    const spent: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      const before = refusals()
      await process.turn(many(100, () => [FORBIDDEN]))
      spent.push(refusals() - before)
    }
    expect(process.refused.size).toBe(100)
    expect(spent).toEqual([32, 32, 32, 4, 0])
  })
})
