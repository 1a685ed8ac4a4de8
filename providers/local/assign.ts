/** Which address each wish gets. Stable: who has one keeps it, then who has published one gets it back, then the oldest Service comes first. */
import { type Family, familyOf } from '../../src/model/address.ts'
import { ownerName } from '../../src/model/owner.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { Intent } from '../../src/provider/provider.ts'
import type { AddressBook, Holder } from './address-book.ts'
import type { Part } from './parts.ts'
import { type Pool, poolHolds, poolServes } from './pool.ts'
import { addressHeld, groupElsewhere, groupHeld, groupOutsidePool, noPoolForFamily, outsidePools, poolEmpty, type Requested, unknownPool } from './refusals.ts'

export type WantIntent = Extract<Intent<unknown>, { readonly want: unknown }>

/** A wish and what its owner has so far. */
export interface Applicant {
  readonly intent: WantIntent
  readonly held: readonly Part[]
}

export type Assignment =
  | { readonly kind: 'assigned'; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'waits'; readonly because: string }

type Found = { readonly address: string } | { readonly problem: Problem; readonly asked: boolean } | { readonly waits: string }

/** Those who have something before those who had, before those who are new; the oldest first. */
export function inOrder(applicants: readonly Applicant[]): readonly Applicant[] {
  return applicants
    .map((applicant) => ({ applicant, rank: rank(applicant), createdAt: applicant.intent.createdAt ?? '\uffff', uid: applicant.intent.owner.uid }))
    .toSorted((a, b) => a.rank - b.rank || compare(a.createdAt, b.createdAt) || compare(a.uid, b.uid))
    .map(({ applicant }) => applicant)
}

function rank({ intent, held }: Applicant): number {
  const share = intent.want.settings.share
  if (held.length > 0) return held.some((part) => !part.lingers && part.share === share) ? 0 : 1
  return intent.published.length > 0 ? 2 : 3
}

/** Decides for one wish, and writes it into the book. */
export function assign(applicant: Applicant, book: AddressBook, allPools: readonly Pool[]): Assignment {
  const { owner, want } = applicant.intent
  const { addressPool, families, needsAllFamilies, share } = want.settings
  const pools = addressPool === undefined ? allPools : allPools.filter(({ name }) => name === addressPool)
  if (addressPool !== undefined && pools.length === 0) return { kind: 'refused', problem: unknownPool(addressPool, allPools) }

  const found = families.map((family) => find(applicant, family, { book, pools }))
  const addresses = found.flatMap((one) => ('address' in one ? [one.address] : []))
  for (const one of found) {
    if ('waits' in one) return { kind: 'waits', because: one.waits }
    if ('problem' in one && (one.asked || needsAllFamilies || addresses.length === 0)) return { kind: 'refused', problem: one.problem }
  }
  for (const address of addresses) {
    book.hold(address, { owner, share, lingers: false })
    if (share !== undefined) book.settleGroup(share, address)
  }
  return { kind: 'assigned', addresses }
}

interface Place {
  readonly book: AddressBook
  readonly pools: readonly Pool[]
}

function find(applicant: Applicant, family: Family, place: Place): Found {
  const { settings } = applicant.intent.want
  const requested = settings.addresses.find((address) => familyOf(address) === family)
  if (requested !== undefined) return findRequested(applicant, { address: requested, field: settings.addressesFrom ?? 'fairlead.dev/addresses' }, place)
  const group = settings.share === undefined ? undefined : place.book.groupAddress(settings.share, family)
  if (group !== undefined) return findGroup(applicant, group, place)
  const known = [...heldAddresses(applicant, family), ...publishedAddresses(applicant, family)]
  const kept = known.find((address) => mayHave(applicant, address, place))
  const address = kept ?? place.book.firstFree(place.pools, family)
  if (address !== undefined) return { address }
  const isServed = place.pools.some((pool) => poolServes(pool, family))
  return { problem: isServed ? poolEmpty(family, place.pools) : noPoolForFamily(family, place.pools), asked: false }
}

function findRequested({ intent, held }: Applicant, requested: Requested, { book, pools }: Place): Found {
  const { address } = requested
  const { owner, want } = intent
  const { share } = want.settings
  const example = book.firstFree(pools, familyOf(address))
  if (!pools.some((pool) => poolHolds(pool, address))) return { problem: outsidePools(requested, pools, example), asked: true }
  const group = share === undefined ? undefined : book.groupAddress(share, familyOf(address))
  if (share !== undefined && group !== undefined && group !== address) return { problem: groupElsewhere(requested, share, group), asked: true }
  const obstacle = keeps(held, address, share) ? undefined : book.obstacle(address, owner, share)
  return obstacle === undefined ? { address } : barred(obstacle, address, () => addressHeld(requested, obstacle, example))
}

function findGroup({ intent }: Applicant, address: string, { book, pools }: Place): Found {
  const { addressPool = '', share = '' } = intent.want.settings
  if (!pools.some((pool) => poolHolds(pool, address))) return { problem: groupOutsidePool(addressPool, share, address), asked: true }
  const obstacle = book.obstacle(address, intent.owner, share)
  return obstacle === undefined ? { address } : barred(obstacle, address, () => groupHeld(address, share, obstacle))
}

function barred({ owner, lingers }: Holder, address: string, problem: () => Problem): Found {
  if (lingers) return { waits: `${address} was left by ${ownerName(owner)} and is served a little longer for those who still know it` }
  return { problem: problem(), asked: true }
}

function mayHave({ intent, held }: Applicant, address: string, { book, pools }: Place): boolean {
  const { share } = intent.want.settings
  return pools.some((pool) => poolHolds(pool, address)) && (keeps(held, address, share) || book.obstacle(address, intent.owner, share) === undefined)
}

/** Who is at an address under an unchanged share key stays, whatever others there ask for. */
function keeps(held: readonly Part[], address: string, share: string | undefined): boolean {
  return held.some((part) => part.address === address && !part.lingers && part.share === share)
}

/** Where the owner is; a published address before one that was only just opened. */
function heldAddresses({ intent, held }: Applicant, family: Family): readonly string[] {
  const published = new Set(intent.published.map((place) => ('ip' in place ? place.ip : undefined)))
  const own = [...new Set(held.filter(({ address, lingers }) => !lingers && familyOf(address) === family).map(({ address }) => address))]
  return own.toSorted((a, b) => Number(published.has(b)) - Number(published.has(a)) || compare(a, b))
}

function publishedAddresses({ intent: { published } }: Applicant, family: Family): readonly string[] {
  return published.flatMap((place) => ('ip' in place && familyOf(place.ip) === family ? [place.ip] : []))
}

/** Whether an owner still has to serve an address it has no claim on any more: it is published, or was until lately. */
export function stillKnown({ published, lingering = [] }: WantIntent, address: string): boolean {
  return [...published, ...lingering].some((place) => 'ip' in place && place.ip === address)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
