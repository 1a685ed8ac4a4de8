/** Who gets what two of them want: whoever holds it keeps it, among new ones the oldest. Decided from the view, without a call. */
import { type Listener, type ListenerKey, listenerKey } from '../../src/model/load-balancer.ts'
import { compareText } from '../../src/model/order.ts'
import { type Owner, ownerName } from '../../src/model/owner.ts'
import { knownOwners } from '../../src/provider/kit/known-owners.ts'
import { type Asking, grantPorts, keptPlaces } from '../../src/provider/kit/port-grants.ts'
import { PORT_HELD, portsRefusal, type RefusedPort } from '../../src/provider/kit/refused-ports.ts'
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
  const byAge = wants.toSorted((a, b) => compareText(a.createdAt ?? '', b.createdAt ?? '') || compareText(a.owner.uid, b.owner.uid))
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
    refusedWholly.has(intent.owner.uid) && 'want' in intent ? { owner: intent.owner, follow: intent.want.backends, within: intent.want } : intent,
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
function contestedPorts(wants: readonly Want[], intents: readonly Intent<unknown>[], view: View): readonly Refusal[] {
  const asking = wants
    .filter(({ want }) => want.settings.share !== undefined)
    .map(({ owner, want }): AskingWant => ({ owner, want, ports: want.settings.listeners }))
  if (asking.length === 0) return []
  const asked = new Map(
    wants.map(({ owner, want }) => [owner.uid, new Set(want.settings.listeners.map(({ key }) => placeOf(addressName(owner, want.settings), key)))]),
  )
  for (const intent of intents) if ('gone' in intent) asked.set(intent.owner.uid, new Set())
  const known = knownOwners(intents)
  const taken = (view.document?.rules ?? []).map(({ owner, address, port, protocol }) => ({
    owner: known(owner),
    place: placeOf(address, listenerKey(port, protocol)),
  }))
  const granted = grantPorts(
    asking,
    keptPlaces(taken, (uid) => asked.get(uid)),
    { placesOf: ({ key }, { owner, want }) => [placeOf(addressName(owner, want.settings), key)], heldBy },
  )
  return asking.flatMap(({ owner }) => {
    const denied = granted.get(owner.uid)?.denied.map(({ because }) => because) ?? []
    return denied.length === 0 ? [] : [portsRefusal(owner, denied)]
  })
}

interface AskingWant extends Asking<Listener> {
  readonly want: Want['want']
}

function placeOf(address: string, listener: ListenerKey): string {
  return `${address} ${listener}`
}

function heldBy(holder: Owner, listener: Listener): RefusedPort {
  const wrong = `is held by ${ownerName(holder)}, which shares the address`
  return { listener, error: PORT_HELD, problem: { reason: 'Conflict', field: 'spec.ports', value: listener.key, wrong } }
}
