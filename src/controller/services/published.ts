/** What stands in the `status.loadBalancer` of a Service, in our words, and which of its places were taken out a short while ago. */
import { parseAddress } from '../../model/address.ts'
import type { Service } from '../../model/cluster.ts'
import { type Place, placeText } from '../../model/status.ts'
import type { NodesReachedBy } from '../../provider/provider.ts'

/** An entry without address and name is unreachable, and is left out. */
export function placesOf(service: Service): readonly Place[] {
  const ingress = service.status.loadBalancer?.ingress ?? []
  return ingress.flatMap(({ ip, hostname, ipMode }): Place[] => {
    const address = ip === undefined ? undefined : parseAddress(ip)
    if (address !== undefined) return [{ ip: address, ipMode: ipMode === 'Proxy' ? 'Proxy' : 'VIP' }]
    return hostname === undefined || hostname === '' ? [] : [{ hostname }]
  })
}

/** Whether exactly these places stand in the status. */
export function isPublished(service: Service, places: readonly Place[]): boolean {
  const shown = placesOf(service).map(comparable).toSorted()
  return shown.join(' ') === places.map(comparable).toSorted().join(' ')
}

/** In the same order, too. */
export function isSamePlaces(a: readonly Place[], b: readonly Place[]): boolean {
  return a.length === b.length && a.map(placeText).join(' ') === b.map(placeText).join(' ')
}

function comparable(place: Place): string {
  return placeText(place).toLowerCase().replace(/\.$/, '')
}

/** How long a place that left a status is served on: resolvers and clients lag. */
export const LINGER_MS = 300_000

/** Where nodes take packets for published addresses alone, an old one serves until the new one is published, and no longer. */
export function lingerMsAt({ nodesReachedBy }: { readonly nodesReachedBy?: NodesReachedBy }, lingerMs = LINGER_MS): number {
  return nodesReachedBy === 'publishedAddress' ? 0 : lingerMs
}

/** Places that resolvers and clients may still know: those that left a status lately. */
export class Lingering {
  readonly lingerMs: number
  readonly #left = new Map<string, Map<string, { readonly place: Place; readonly until: number }>>()
  readonly #replaced = new Map<string, number>()

  constructor(lingerMs: number) {
    this.lingerMs = lingerMs
  }

  /** The status of a Service changed. */
  note(uid: string, before: readonly Place[], after: readonly Place[], now: number): void {
    const shown = new Set(after.map(placeText))
    const gone = before.filter((place) => !shown.has(placeText(place)))
    const left = this.#left.get(uid)
    for (const text of shown) left?.delete(text)
    if (gone.length === 0) return
    const places = left ?? new Map()
    for (const place of gone) places.set(placeText(place), { place, until: now + this.lingerMs })
    this.#left.set(uid, places)
  }

  of(uid: string, now: number): readonly Place[] {
    const left = this.#left.get(uid)
    if (left === undefined) return []
    for (const [text, { until }] of left) if (until <= now) left.delete(text)
    if (left.size === 0) this.#left.delete(uid)
    return [...left.values()].map(({ place }) => place)
  }

  /** Milliseconds until the next of an owner's old places may go; undefined: there is none. */
  next(uid: string, now: number): number | undefined {
    const ends = [...(this.#left.get(uid)?.values() ?? [])].map(({ until }) => until - now).filter((ms) => ms > 0)
    return ends.length === 0 ? undefined : Math.min(...ends)
  }

  /** How long a whole Stack still has to linger after it was seen replaced: counted from when it was first seen. */
  remaining(stack: string, uid: string, now: number): number {
    const key = `${stack} ${uid}`
    const since = this.#replaced.get(key) ?? now
    this.#replaced.set(key, since)
    return Math.max(0, since + this.lingerMs - now)
  }

  /** The same of a Stack that was seen replaced before; undefined: it was not. */
  remains(stack: string, uid: string, now: number): number | undefined {
    const since = this.#replaced.get(`${stack} ${uid}`)
    return since === undefined ? undefined : Math.max(0, since + this.lingerMs - now)
  }

  /** The Stack is in use again, or gone. */
  settle(stack: string, uid: string): void {
    this.#replaced.delete(`${stack} ${uid}`)
  }

  forget(uid: string): void {
    this.#left.delete(uid)
  }
}
