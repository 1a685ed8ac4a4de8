/** What is held when a plan begins, and stays held: addresses before they are given away, sockets before ports are. Decides nothing. */
import type { Owner } from '../../src/model/owner.ts'
import type { Intent } from '../../src/provider/provider.ts'
import { AddressBook } from './address-book.ts'
import { type Applicant, stillKnown } from './assign.ts'
import { type LocalView, type Part, socketOf } from './parts.ts'
import type { Seat } from './stages.ts'

/** A wish that got its addresses. */
export interface Placed {
  readonly applicant: Applicant
  readonly addresses: readonly string[]
}

/** Everything that will not go by this very plan, under the share key its owner asks for now. Owners without an intent stay as they are. */
export function bookOf(intents: readonly Intent<unknown>[], view: LocalView): AddressBook {
  const book = new AddressBook()
  const byUid = new Map(intents.map((intent) => [intent.owner.uid, intent]))
  const settled: { readonly share: string; readonly address: string }[] = []
  for (const { owner, standings } of view.values()) {
    const intent = byUid.get(owner.uid)
    if (intent !== undefined && 'gone' in intent) continue
    const wanting = intent !== undefined && 'want' in intent ? intent : undefined
    for (const { address, share, lingers } of standings) {
      if (wanting !== undefined && lingers && !stillKnown(wanting, address)) continue
      book.hold(address, { owner, share: wanting === undefined ? share : wanting.want.settings.share, lingers })
      if (wanting === undefined && share !== undefined && !lingers) settled.push({ share, address })
    }
  }
  for (const { share, address } of settled.toSorted((a, b) => compare(a.address, b.address))) book.settleGroup(share, address)
  return book
}

/** Sockets on shared addresses that stay whose they are; on an address with one holder nothing can collide. */
export function keptSockets(
  intents: readonly Intent<unknown>[],
  view: LocalView,
  { placed, seats, book }: { readonly placed: readonly Placed[]; readonly seats: readonly Seat[]; readonly book: AddressBook },
): Map<string, Owner> {
  const sockets = new Map<string, Owner>()
  const keep = (part: Part): void => {
    if (book.isShared(part.address)) sockets.set(socketOf(part), part.owner)
  }
  for (const { applicant, addresses } of placed) {
    const wanted = new Set(applicant.intent.want.settings.listeners.map(({ key }) => key))
    for (const part of applicant.held) {
      if (wanted.has(part.listener) && (addresses.includes(part.address) || stillKnown(applicant.intent, part.address))) keep(part)
    }
  }
  for (const { target } of seats) for (const part of target) keep(part)
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  for (const { owner, parts, standings } of view.values()) {
    if (!mentioned.has(owner.uid) && standings.some(({ address }) => book.isShared(address))) for (const part of parts) keep(part)
  }
  return sockets
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
