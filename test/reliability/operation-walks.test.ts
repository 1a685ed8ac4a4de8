/**
 * Random walks on a shared document that changes by operations: Services come, change and go, some cannot be served, operations fail or are superseded,
 * others write beside us, processes start anew. Whatever happens it comes to rest, and everyone who can be served is.
 */
import { expect, test } from 'vitest'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Desired } from '../../src/provider/provider.ts'
import type { Fate } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { portsOf, STACK } from './shared-document.ts'
import { TimedProcess } from './timed-process.ts'

const WALKS = 40
const STEPS = 8
const BAD_PORT = 5_000
const FATES: readonly Fate[] = ['fails', 'fails halfway', 'canceled', 'superseded']

interface Walker {
  readonly owner: NamedOwner
  readonly ports: readonly number[]
  readonly isHere: boolean
}

test(`${WALKS} walks`, { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= WALKS; seed++) await expect(walk(random(seed)), `seed ${seed}`).resolves.toBeUndefined()
})

async function walk(next: () => number): Promise<void> {
  const timed = new TimedProcess({ provisioningReads: next() < 0.5 ? 0 : 2 })
  timed.cloud.writeByOthers(STACK)
  // An operation that contains a bad port fails.
  timed.cloud.answer = (step) => {
    if ('rules' in step && step.rules.some(({ port }) => port >= BAD_PORT)) timed.cloud.decideNext('fails')
    return undefined
  }
  let walkers = Array.from({ length: 2 + Math.floor(next() * 8) }, (_, i): Walker => ({ owner: service(`s${i}`), ports: [1_000 + i], isHere: true }))
  for (let step = 0; step < STEPS; step++) {
    walkers = walkers.map((walker, i) => changed(walker, i, next()))
    await disturb(timed, next)
    // Some changes come while operations run.
    for (let turn = 0; turn < Math.floor(next() * 4); turn++) {
      await timed.turn(servicesOf(walkers))
      timed.now += 1_000 * Math.floor(next() * 20)
      if (next() < 0.3) walkers = walkers.map((walker, i) => changed(walker, i, next()))
    }
    await timed.settle(servicesOf(walkers))
  }
  timed.cloud.decideNext('succeeds')
  await timed.settle(servicesOf(walkers))
  // What an operation that failed by chance has left refused is tried again.
  for (let minutes = 0; minutes < 60; minutes += 10) {
    timed.now += 600_000
    await timed.settle(servicesOf(walkers))
  }
  const harmless = walkers.filter(({ ports }) => !ports.some((port) => port >= BAD_PORT))
  const asked = harmless.map(({ owner, ports, isHere }) => [owner.name, isHere ? ports : []])
  expect(harmless.map(({ owner }) => [owner.name, portsOf(timed.cloud, owner.name).toSorted((a, b) => a - b)])).toEqual(asked)
  expect(harmless.filter(({ owner }) => timed.outcome.refused.has(owner.uid))).toEqual([])
  expect(timed.cloud.rules.filter(({ port }) => port >= BAD_PORT)).toEqual([])
  expect(timed.cloud.othersParts().found).toEqual(timed.cloud.othersParts().expected)
}

async function disturb(timed: TimedProcess, next: () => number): Promise<void> {
  if (next() < 0.4) timed.cloud.decideNext(FATES[Math.floor(next() * FATES.length)] ?? 'fails')
  if (next() < 0.3) timed.cloud.writeByOthers(STACK)
  const luck = next()
  if (luck < 0.2) await timed.begin().learn()
  else if (luck < 0.35) await timed.process.learn()
}

function changed(walker: Walker, i: number, luck: number): Walker {
  if (luck < 0.1) return { ...walker, ports: [1_000 + i, BAD_PORT + i] }
  if (luck < 0.25) return { ...walker, ports: [1_000 + i, 2_000 + i] }
  if (luck < 0.4) return { ...walker, ports: [1_000 + i] }
  if (luck < 0.5) return { ...walker, isHere: !walker.isHere }
  return { ...walker, isHere: true }
}

function servicesOf(walkers: readonly Walker[]): ReadonlyMap<NamedOwner, Desired<unknown>> {
  return new Map(walkers.flatMap(({ owner, ports, isHere }) => (isHere ? [[owner, wish(ports, { settings: { targets: 'nodes' } })] as const] : [])))
}

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed * 7919
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
}
