/**
 * Random stories on the shared document: wishes change, some are bad, some have to wait, some move, go and come back; the cloud tells whose fault it is,
 * or not, and now and then its answer is lost. Whatever happens they come to rest, and nobody harmless is blamed or left out.
 */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { Desired } from '../../src/provider/provider.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import { inMemoryCloud, type InMemoryCloud, inMemoryProvider, type InMemoryStep } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { Process, type Services } from './process.ts'

const STORIES = 250
const TURNS = 6
const BAD_PORT = 5_000

interface Teller {
  readonly owner: NamedOwner
  /** What becomes of its addresses. */
  readonly address: 'given' | 'refused' | 'late'
  readonly ports: readonly number[]
  readonly pods: readonly string[]
  readonly isInternal: boolean
  readonly isHere: boolean
}

describe.each([{ tells: true }, { tells: false }])('the cloud tells whose fault it is: $tells', ({ tells }) => {
  test(`${STORIES} stories`, async () => {
    for (let seed = 1; seed <= STORIES; seed++) await expect(story(random(seed), tells, `seed ${seed}`)).resolves.toBeUndefined()
  })
})

async function story(next: () => number, tells: boolean, label: string): Promise<void> {
  let tellers = Array.from({ length: 2 + Math.floor(next() * 7) }, (_, i): Teller => {
    const luck = next()
    const address = luck < 0.1 ? 'refused' : luck < 0.2 ? 'late' : 'given'
    return { owner: service(`s${i}`), address, ports: [1_000 + i], pods: ['10.1.0.1'], isInternal: next() < 0.2, isHere: true }
  })
  const cloud = inMemoryCloud()
  const process = new Process(bind(inMemoryProvider(cloud)))
  for (let turn = 0; turn < TURNS; turn++) {
    tellers = tellers.map((teller, i) => changed(teller, { i, turn, luck: next() }))
    cloud.answer = moodOf(tellers, tells, next() < 0.3 ? Math.floor(next() * 4) : Infinity)
    process.now += next() < 0.3 ? 700_000 : 1_000
    if (next() < 0.2) await process.learn()
    const services: Services = new Map(tellers.flatMap((teller) => (teller.isHere ? [[teller.owner, wishOf(teller)]] : [])))
    await come(process, services, tellers)
    const before = cloud.journal.writes.length
    await process.turn(services)
    const late = tellers.filter(({ address }) => address === 'late').map(({ owner }) => owner.uid)
    const idle = cloud.journal.writes.slice(before).filter((write) => !late.some((uid) => write.includes(uid)))
    expect(idle, `${label}, turn ${turn}: a second run attempts nothing but what has to wait`).toEqual([])
    for (const teller of tellers.filter((candidate) => isHarmless(candidate))) {
      expect(served(cloud, teller), `${label}, turn ${turn}: ${teller.owner.name} is served`).toEqual(asked(teller))
      expect(process.refused.has(teller.owner.uid), `${label}, turn ${turn}: ${teller.owner.name} is blamed`).toBe(false)
    }
  }
}

/** Turns until only those are waited for who always have to wait. */
async function come(process: Process, services: Services, tellers: readonly Teller[]): Promise<void> {
  const late = new Set(tellers.flatMap(({ address, owner }) => (address === 'late' ? [owner.uid] : [])))
  for (let turn = 0; turn < 40; turn++) {
    const outcomes = await process.turn(services)
    const isOpen = outcomes.some(
      ({ stopped, waiting, needsBase, baseMayShrink }) =>
        stopped !== undefined || needsBase === true || baseMayShrink === true || [...waiting.keys()].some((uid) => !late.has(uid)),
    )
    const leaving = [...process.intents(services).values()].flat().some((intent) => 'gone' in intent)
    if (!isOpen && !leaving) return
  }
  throw new Error('does not come to rest')
}

/** The cloud's moods: it dislikes bad ports and bad pods, and loses one answer (and the write with it) before it is itself again. */
function moodOf(tellers: readonly Teller[], tells: boolean, lostAt: number): (step: InMemoryStep) => CloudError | undefined {
  let writes = 0
  return (step) => {
    if (writes++ === lostAt) return new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })
    if (writes > 3_000) throw new Error('does not end')
    if (step.kind === 'address' && step.verb === 'create') {
      const fate = tellers.find(({ owner }) => owner.uid === step.serves[0]?.uid)?.address
      if (fate === 'refused') return new CloudError('refused', { reason: 'LimitReached', publicMessage: 'no address for you' })
      if (fate === 'late') return new CloudError('later', { reason: 'Waiting', publicMessage: 'the address is being updated' })
    }
    if (!('rules' in step)) return undefined
    const bad = step.rules.find(
      ({ port, backends }) => port >= BAD_PORT || (backends.kind === 'endpoints' && backends.endpoints.some((to) => to.startsWith('bad'))),
    )
    if (bad === undefined) return undefined
    return new CloudError('refused', { reason: 'Refused', publicMessage: 'this rule is not allowed', ...(tells ? { blames: [bad.owner.uid] } : {}) })
  }
}

function changed(teller: Teller, { i, turn, luck }: { readonly i: number; readonly turn: number; readonly luck: number }): Teller {
  const [first = 0] = teller.ports
  if (luck < 0.15) return { ...teller, ports: [first, BAD_PORT + i] }
  if (luck < 0.25) return { ...teller, ports: [first, 2_000 + i] }
  if (luck < 0.35) return { ...teller, pods: [`10.2.0.${turn}`] }
  if (luck < 0.4) return { ...teller, pods: ['bad'] }
  if (luck < 0.5) return { ...teller, ports: [first], pods: [`10.3.0.${turn}`] }
  if (luck < 0.57) return { ...teller, isInternal: !teller.isInternal }
  if (luck < 0.63) return { ...teller, isHere: !teller.isHere }
  return { ...teller, isHere: true }
}

function wishOf({ ports, pods, isInternal }: Teller): Desired<unknown> {
  return wish(ports, { pods, settings: { scheme: isInternal ? 'internal' : 'internet-facing' } })
}

function isHarmless({ isHere, address, pods, ports }: Teller): boolean {
  return isHere && address === 'given' && !pods.includes('bad') && ports.every((port) => port < BAD_PORT)
}

function asked({ ports, pods, isInternal }: Teller): string[] {
  return ports.map((port) => `${isInternal ? 'internal' : 'internet-facing'} ${port} to ${pods.map((pod) => `${pod}:${8_000 + port}`).join()}`).toSorted()
}

function served(cloud: InMemoryCloud, { owner }: Teller): string[] {
  const own = cloud.rules.filter((rule) => rule.owner.uid === owner.uid)
  return own
    .map(
      ({ address, port, backends }) => `${address.replace(`${owner.uid}-`, '')} ${port} to ${backends.kind === 'endpoints' ? backends.endpoints.join() : ''}`,
    )
    .toSorted()
}

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed * 7919
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
}
