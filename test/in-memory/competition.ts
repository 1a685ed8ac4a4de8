/** Who gets what two of them want: whoever holds it keeps it, among new ones the oldest. Decided from the view, without a call. */
import { listenerKey } from '../../src/model/load-balancer.ts'
import { type Owner, ownerName } from '../../src/model/owner.ts'
import type { PortStatus } from '../../src/model/status.ts'
import type { Intent, Refusal } from '../../src/provider/provider.ts'
import { addressName } from './names.ts'
import type { View } from './view.ts'

export type Want = Extract<Intent<unknown>, { want: unknown }>

export interface Verdict {
  /** The intents, those refused altogether as `follow`. */
  readonly intents: readonly Intent<unknown>[]
  readonly refused: readonly Refusal[]
  /** `uid 80/TCP`. */
  readonly refusedPorts: ReadonlySet<string>
}

export function judgeWishes(intents: readonly Intent<unknown>[], view: View): Verdict {
  const wants = intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const byAge = wants.toSorted((a, b) => compare(a.createdAt ?? '', b.createdAt ?? '') || compare(a.owner.uid, b.owner.uid))
  const refused = [...contestedAddresses(byAge, intents, view)]
  const refusedWholly = new Set(refused.map(({ owner }) => owner.uid))
  const refusedPorts = new Set<string>()
  for (const refusal of contestedPorts(
    byAge.filter(({ owner }) => !refusedWholly.has(owner.uid)),
    intents,
    view,
  )) {
    refused.push(refusal)
    for (const { port, protocol } of refusal.ports ?? []) refusedPorts.add(`${refusal.owner.uid} ${listenerKey(port, protocol)}`)
  }
  const judged = intents.map((intent) =>
    refusedWholly.has(intent.owner.uid) && 'want' in intent ? { owner: intent.owner, follow: intent.want.backends } : intent,
  )
  return { intents: judged, refused, refusedPorts }
}

/** A requested address is for one address object. */
function* contestedAddresses(wants: readonly Want[], intents: readonly Intent<unknown>[], view: View): Generator<Refusal> {
  const leaving = new Set(intents.flatMap((intent) => ('gone' in intent ? [intent.owner.uid] : [])))
  const holders = new Map<string, string>()
  for (const { ip, name, owner } of Object.values(view.addresses)) if (!leaving.has(owner?.uid ?? '')) holders.set(ip, name)
  for (const { owner, want } of wants) {
    const [ip] = want.settings.addresses
    if (ip === undefined) continue
    const name = addressName(owner, want.settings)
    const holder = holders.get(ip) ?? name
    holders.set(ip, holder)
    if (holder === name) continue
    yield { owner, problem: { reason: 'Conflict', field: 'spec.loadBalancerIP', value: ip, wrong: 'belongs to another Service' } }
  }
}

/** Only who shares an address can find a port of it held. */
function* contestedPorts(all: readonly Want[], intents: readonly Intent<unknown>[], view: View): Generator<Refusal> {
  const wants = all.filter(({ want }) => want.settings.share !== undefined)
  if (wants.length === 0) return
  const wanted = new Map(
    wants.map(({ owner, want }) => [owner.uid, new Set(want.settings.listeners.map(({ key }) => `${addressName(owner, want.settings)} ${key}`))]),
  )
  const follows = new Set(intents.flatMap((intent) => ('follow' in intent ? [intent.owner.uid] : [])))
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  const holders = new Map<string, Owner>()
  for (const { owner, address, port, protocol } of view.document?.rules ?? []) {
    const place = `${address} ${listenerKey(port, protocol)}`
    const isKept = !mentioned.has(owner.uid) || follows.has(owner.uid) || wanted.get(owner.uid)?.has(place) === true
    if (isKept) holders.set(place, owner)
  }
  for (const { owner, want } of wants) {
    const address = addressName(owner, want.settings)
    const lost: { readonly port: PortStatus; readonly holder: Owner }[] = []
    for (const { key, port, protocol } of want.settings.listeners) {
      const place = `${address} ${key}`
      const holder = holders.get(place) ?? owner
      holders.set(place, holder)
      if (holder.uid !== owner.uid) lost.push({ port: { port, protocol, error: 'PortHeld' }, holder })
    }
    const [first] = lost
    if (first === undefined) continue
    const wrong = `is held by ${ownerName(first.holder)}, which shares the address`
    const problem = { reason: 'Conflict', field: 'spec.ports', value: listenerKey(first.port.port, first.port.protocol), wrong } as const
    yield { owner, ports: lost.map(({ port }) => port), problem }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
