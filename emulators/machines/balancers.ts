/** What nodes remember of their clients: pickers by the address that is asked for, and affinity by the Service port, each on one node. */
import { type Affinity, createAffinity, hasAffinity } from './affinity.ts'
import type { Endpoint, ServiceObject } from './endpoints.ts'
import type { Packet } from './ipvs/scheduler.ts'
import { createPicker, type Given, type Picker, type PickerOptions } from './pickers.ts'
import type { ProxyMode } from './proxy-mode.ts'

export interface Asked {
  readonly service: ServiceObject
  /** Of the Service port on this node, in this family. */
  readonly affinity: string
  /** Of the address and port on this node. */
  readonly picker: string
  readonly packet: Packet
  /** The endpoint that the client had does not answer: it gets another, and keeps that. */
  readonly isRetry: boolean
}

export interface Balancers {
  /** What a new connection gets of the endpoints that are open to it; undefined: none of them may have it. `now` in milliseconds. */
  choose(asked: Asked, open: readonly Endpoint[], now: number): Given | undefined
  /** Forgets everything whose key begins with this text. */
  forget(prefix: string): void
  /** Everything begins anew in this mode, as the rules of another proxy do. */
  restart(mode: ProxyMode): void
  /** How many clients' affinity is over now. */
  expire(now: number): number
}

export function createBalancers(initial: ProxyMode, options: PickerOptions): Balancers {
  const affinities = new Map<string, Affinity>()
  const pickers = new Map<string, Picker>()
  let mode = initial
  return {
    choose({ service, affinity: affinityKey, picker: pickerKey, packet, isRetry }, open, now) {
      if (open.length === 0) return undefined
      const picker = got(pickers, pickerKey, () => createPicker(mode, options))
      if (!hasAffinity(service)) return picker.pick(packet, open, now)
      const affinity = got(affinities, affinityKey, createAffinity)
      const kept = isRetry ? undefined : affinity.kept(packet.source, open, now)
      const given = (kept === undefined ? undefined : picker.keep(kept, open, now)) ?? picker.pick(packet, open, now)
      if (given !== undefined) affinity.remember(packet.source, given.endpoint, service, now)
      return given
    },
    forget(prefix) {
      for (const map of [affinities, pickers]) for (const key of map.keys()) if (key.startsWith(prefix)) map.delete(key)
    },
    restart(next) {
      mode = next
      affinities.clear()
      pickers.clear()
    },
    expire: (now) => [...affinities.values()].reduce((sum, affinity) => sum + affinity.expire(now), 0),
  }
}

function got<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key) ?? create()
  map.set(key, known)
  return known
}
