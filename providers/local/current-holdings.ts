/** What is held when a plan begins, and stays held: addresses before they are given away, sockets before ports are. Decides nothing. */
import { compareText } from '../../src/model/order.ts'
import type { Owner } from '../../src/model/owner.ts'
import { keptPlaces } from '../../src/provider/kit/port-grants.ts'
import type { Intent } from '../../src/provider/provider.ts'
import { AddressBook } from './address-book.ts'
import { type Applicant, type Replaceable, stillKnown } from './assign.ts'
import { type LocalView, socketOf } from './parts.ts'
import type { Seat } from './stages.ts'

/** A request that got its addresses. */
export interface Placed {
  readonly applicant: Applicant
  readonly addresses: readonly string[]
  readonly replaceable: Replaceable
}

/** Everything that will not go by this very plan, under the share key its owner asks for now. Owners without an intent stay as they are. */
export function bookOf(intents: readonly Intent<unknown>[], view: LocalView): AddressBook {
  const book = new AddressBook(view.machine.inUse)
  const byUid = new Map(intents.map((intent) => [intent.owner.uid, intent]))
  const settled: { readonly share: string; readonly address: string }[] = []
  for (const { owner, standings } of view.owners.values()) {
    const intent = byUid.get(owner.uid)
    if (intent !== undefined && 'gone' in intent) continue
    const wanting = intent !== undefined && 'want' in intent ? intent : undefined
    for (const { address, share, lingers } of standings) {
      if (wanting !== undefined && lingers && !stillKnown(wanting, address)) continue
      book.hold(address, { owner, share: wanting === undefined ? share : wanting.want.settings.share, lingers })
      if (wanting === undefined && share !== undefined && !lingers) settled.push({ share, address })
    }
  }
  for (const { share, address } of settled.toSorted((a, b) => compareText(a.address, b.address))) book.settleGroup(share, address)
  return book
}

/** Sockets on shared addresses that stay whose they are; on an address with one holder nothing can collide. */
export function keptSockets(
  view: LocalView,
  { placed, seats, book }: { readonly placed: readonly Placed[]; readonly seats: readonly Seat[]; readonly book: AddressBook },
): Map<string, Owner> {
  const parts = [...view.owners.values()]
    .filter(({ standings }) => standings.some(({ address }) => book.isShared(address)))
    .flatMap((held) => held.parts.filter(({ address }) => book.isShared(address)))
  if (parts.length === 0) return new Map()
  const asked = new Map([
    ...placed.map((one) => [one.applicant.intent.owner.uid, askedSockets(one)] as const),
    ...seats.map(({ owner, target }) => [owner.uid, new Set(target.map(socketOf))] as const),
  ])
  return keptPlaces(
    parts.map((part) => ({ place: socketOf(part), owner: part.owner })),
    (uid) => asked.get(uid),
  )
}

/** At the addresses that it gets, and at those that clients may still know. */
function askedSockets({ applicant: { intent, held }, addresses }: Placed): ReadonlySet<string> {
  const known = held.flatMap(({ address }) => (stillKnown(intent, address) ? [address] : []))
  return new Set([...addresses, ...known].flatMap((address) => intent.want.settings.listeners.map(({ key }) => socketOf({ address, listener: key }))))
}
