/**
 * Which Service gets which port of an address or a load balancer that several share: one that has it keeps it, and among new ones the first in the order that they are
 * given in gets it. What only one Service can have is the adapter's to say: a number and a protocol at an address, or a number alone.
 */
import type { Owner } from '../../model/owner.ts'

/** Something that only one Service can have, as a comparable name (`127.0.10.1/80/TCP`), and who was found to have it. */
export interface TakenPlace {
  readonly place: string
  readonly owner: Owner
}

/**
 * Who has which place before anything is granted. `askedPlaces`: by uid, all places that an owner is to have from now on, none for one that leaves; undefined for
 * one that keeps what it has.
 */
export function keptPlaces(found: Iterable<TakenPlace>, askedPlaces: (uid: string) => ReadonlySet<string> | undefined): Map<string, Owner> {
  const kept = new Map<string, Owner>()
  for (const { place, owner } of found) if (askedPlaces(owner.uid)?.has(place) !== false) kept.set(place, owner)
  return kept
}

/** A Service and the ports that it asks for; an adapter adds what its rules have to know. */
export interface Asking<Port> {
  readonly owner: Owner
  readonly ports: readonly Port[]
}

type PortOf<A extends Asking<unknown>> = A['ports'][number]

export interface PortRules<A extends Asking<unknown>, Because> {
  /** The places of a port. It is granted with all of them or not at all. None: no other Service can be in its way. */
  readonly placesOf: (port: PortOf<A>, asking: A) => readonly string[]
  /** The answer where another Service has one of its places. */
  readonly heldBy: (holder: Owner, port: PortOf<A>, asking: A) => Because
  /**
   * Why a port whose places no other Service has cannot be had all the same; undefined: it can. `isNew`: this Service has none of its places yet. `taken`: how many
   * places are had by now.
   */
  readonly otherwise?: (port: PortOf<A>, asking: A, standing: { readonly isNew: boolean; readonly taken: number }) => Because | undefined
}

export interface Granted<Port, Because> {
  readonly ports: readonly Port[]
  readonly denied: readonly { readonly port: Port; readonly because: Because }[]
}

/** By uid, what each of those who ask gets, in the order that it asks in. */
export function grantPorts<A extends Asking<unknown>, Because>(
  asking: readonly A[],
  kept: ReadonlyMap<string, Owner>,
  { placesOf, heldBy, otherwise }: PortRules<A, Because>,
): ReadonlyMap<string, Granted<PortOf<A>, Because>> {
  const holders = new Map(kept)
  const grant = (one: A): Granted<PortOf<A>, Because> => {
    const ports: PortOf<A>[] = []
    const denied: { readonly port: PortOf<A>; readonly because: Because }[] = []
    for (const port of one.ports) {
      const places = placesOf(port, one)
      const has = places.flatMap((place) => holders.get(place) ?? [])
      const holder = has.find(({ uid }) => uid !== one.owner.uid)
      const because = holder === undefined ? otherwise?.(port, one, { isNew: has.length === 0, taken: holders.size }) : heldBy(holder, port, one)
      if (because !== undefined) denied.push({ port, because })
      else {
        ports.push(port)
        for (const place of places) holders.set(place, one.owner)
      }
    }
    return { ports, denied }
  }
  return new Map(asking.map((one) => [one.owner.uid, grant(one)]))
}
