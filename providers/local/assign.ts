/** Which address each request gets. Stable: an owner that has one keeps it, then one that has published one gets it back, then the oldest Service comes first. */
import { KEYS } from '../../annotations/neutral.ts'
import { type Family, familyOf } from '../../src/model/address.ts'
import { compareText } from '../../src/model/order.ts'
import { ownerName } from '../../src/model/owner.ts'
import { limitAgainst } from '../../src/model/load-balancer.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { Intent } from '../../src/provider/provider.ts'
import type { AddressBook, Holder } from './address-book.ts'
import type { Machine, Part } from './parts.ts'
import { isEverybodys, type Pool, poolHolds, poolServes } from './pool.ts'
import { addressHeld, groupElsewhere, groupHeld, groupOutsidePool, noPoolForFamily, outsidePools, poolEmpty, type Requested, unknownPool } from './refusals.ts'
import type { IfInUse } from './steps.ts'

export type WantIntent = Extract<Intent<unknown>, { readonly want: unknown }>

/** A request and what its owner has so far. */
export interface Applicant {
  readonly intent: WantIntent
  readonly held: readonly Part[]
}

export type Assignment =
  | { readonly kind: 'assigned'; readonly addresses: readonly string[]; readonly replaceable: Replaceable }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'waits'; readonly because: string }

/** By address, what to do where another program has its sockets. An address that is not in it was asked for, and is kept. */
export type Replaceable = ReadonlyMap<string, IfInUse>

interface Address {
  readonly address: string
  readonly ifInUse?: IfInUse
}

type Found = Address | { readonly problem: Problem; readonly asked: boolean } | { readonly waits: string }

/** Those who have something before those who had, before those who are new and name an address, before all others; the oldest first. */
export function inOrder(applicants: readonly Applicant[]): readonly Applicant[] {
  return applicants
    .map((applicant) => ({ applicant, rank: rank(applicant), createdAt: applicant.intent.createdAt ?? '\uffff', uid: applicant.intent.owner.uid }))
    .toSorted((a, b) => a.rank - b.rank || compareText(a.createdAt, b.createdAt) || compareText(a.uid, b.uid))
    .map(({ applicant }) => applicant)
}

function rank({ intent, held }: Applicant): number {
  const share = intent.want.settings.share
  if (held.length > 0) return held.some((part) => !part.lingers && part.share === share) ? 0 : 1
  if (intent.published.length > 0) return 2
  // An address that was freed goes to the one that names it: for the others any will do.
  return intent.want.settings.addresses.length > 0 ? 3 : 4
}

/** Decides for one request, and writes it into the book. */
export function assign(applicant: Applicant, { book, inUse }: Pick<Place, 'book' | 'inUse'>, allPools: readonly Pool[]): Assignment {
  const { owner, want } = applicant.intent
  const { addressPool, families, needsAllFamilies, share } = want.settings
  const pools = addressPool === undefined ? allPools : allPools.filter(({ name }) => name === addressPool)
  if (addressPool !== undefined && pools.length === 0) return { kind: 'refused', problem: unknownPool(addressPool, allPools) }

  const found = families.map((family) => withinLimits(find(applicant, family, { book, inUse, pools }), want.settings, allPools))
  const chosen = found.flatMap((one) => ('address' in one ? [one] : []))
  const addresses = chosen.map(({ address }) => address)
  for (const one of found) {
    if ('waits' in one) return { kind: 'waits', because: one.waits }
    if ('problem' in one && (one.asked || needsAllFamilies || addresses.length === 0)) return { kind: 'refused', problem: one.problem }
  }
  for (const address of addresses) {
    book.hold(address, { owner, share, lingers: false })
    if (share !== undefined) book.settleGroup(share, address)
  }
  return { kind: 'assigned', addresses, replaceable: new Map(chosen.flatMap(({ address, ifInUse }) => (ifInUse === undefined ? [] : [[address, ifInUse]]))) }
}

type Settings = WantIntent['want']['settings']

/** The pools that a new address may come from: those that the operator allows, the default one first. One that is kept for requests has to be named. */
function poolsForNew(pools: readonly Pool[], { addressPool, defaultAddressPool, limits }: Settings): readonly Pool[] {
  const open = pools.filter(({ name, onRequest }) => onRequest === undefined || name === addressPool || name === defaultAddressPool)
  const allowed = limits === undefined ? open : open.filter(({ name }) => limitAgainst(limits, 'address-pool', name) === undefined)
  if (defaultAddressPool === undefined) return allowed
  return allowed.toSorted((a, b) => Number(b.name === defaultAddressPool) - Number(a.name === defaultAddressPool))
}

/** An address of a pool that the operator does not allow is refused, also one that is held already: it is kept then, and nothing else is done. */
function withinLimits(found: Found, { limits }: Settings, pools: readonly Pool[]): Found {
  if (!('address' in found) || limits === undefined) return found
  const name = pools.find((pool) => poolHolds(pool, found.address))?.name ?? ''
  const limit = limitAgainst(limits, 'address-pool', name)
  return limit === undefined ? found : { problem: { ...limit.refusal, value: name }, asked: true }
}

/** 127.0.0.1 and ::1 are no choice of one address among many: what is in use there is a port. */
function replaceable(address: string, ifInUse: IfInUse): Address {
  return isEverybodys(address) ? { address } : { address, ifInUse }
}

/** Whether another program was found to have a socket that this Service needs at an address. */
export function isInUse({ want }: WantIntent, address: string, inUse: Machine['inUse']): boolean {
  const taken = inUse.get(address)
  return taken !== undefined && !isEverybodys(address) && want.settings.listeners.some(({ key }) => taken.has(key))
}

interface Place {
  readonly book: AddressBook
  readonly inUse: Machine['inUse']
  readonly pools: readonly Pool[]
}

function find(applicant: Applicant, family: Family, place: Place): Found {
  const { settings } = applicant.intent.want
  const requested = settings.addresses.find((address) => familyOf(address) === family)
  if (requested !== undefined) return findRequested(applicant, { address: requested, field: settings.addressesFrom ?? KEYS.addresses }, place)
  const group = settings.share === undefined ? undefined : place.book.groupAddress(settings.share, family)
  if (group !== undefined) return findGroup(applicant, group, place)
  const known = [...heldAddresses(applicant, family), ...publishedAddresses(applicant, family)]
  const mine = known.filter((address) => mayHave(applicant, address, place))
  const kept = mine.find((address) => !isInUse(applicant.intent, address, place.inUse))
  if (kept !== undefined) return replaceable(kept, stillKnown(applicant.intent, kept) ? 'wait, then next' : 'next')
  const pools = poolsForNew(place.pools, settings)
  const free = place.book.firstFree(pools, family)
  if (free?.isInUse === false) return replaceable(free.address, 'next')
  const address = mine[0] ?? free?.address
  if (address !== undefined) return { address }
  const isServed = pools.some((pool) => poolServes(pool, family))
  return { problem: isServed ? poolEmpty(family, pools) : noPoolForFamily(family, pools), asked: false }
}

function findRequested({ intent, held }: Applicant, requested: Requested, { book, pools }: Place): Found {
  const { address } = requested
  const { owner, want } = intent
  const { share } = want.settings
  const example = book.firstFree(pools, familyOf(address))?.address
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
  return own.toSorted((a, b) => Number(published.has(b)) - Number(published.has(a)) || compareText(a, b))
}

function publishedAddresses({ intent: { published } }: Applicant, family: Family): readonly string[] {
  return published.flatMap((place) => ('ip' in place && familyOf(place.ip) === family ? [place.ip] : []))
}

/** Whether an owner still has to serve an address it has no claim on any more: it is published, or was until lately. */
export function stillKnown({ published, lingering = [] }: WantIntent, address: string): boolean {
  return [...published, ...lingering].some((place) => 'ip' in place && place.ip === address)
}
