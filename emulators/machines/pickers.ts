/** Which endpoint a new connection gets where session affinity does not say: one picker for each address and port that a node answers on, by the mode of its proxy. */
import type { Endpoint } from './endpoints.ts'
import { createVirtualServer, type End } from './ipvs/virtual-server.ts'
import type { Packet } from './ipvs/scheduler.ts'
import type { ProxyMode } from './proxy-mode.ts'

export interface Given {
  readonly endpoint: Endpoint
  /** Called once, when the connection ends. */
  readonly end: End
}

export interface Picker {
  /** `open` has at least one endpoint. Undefined: none of them may have it. `now` in milliseconds. */
  pick(packet: Packet, open: readonly Endpoint[], now: number): Given | undefined
  /** For a connection whose endpoint, one of `open`, is known; undefined: it gets no new ones. */
  keep(endpoint: Endpoint, open: readonly Endpoint[], now: number): Given | undefined
}

export interface PickerOptions {
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly weightOf: (endpoint: Endpoint) => number
}

export function createPicker({ mode, scheduler }: ProxyMode, { random, weightOf }: PickerOptions): Picker {
  switch (mode) {
    case 'iptables':
    case 'nftables':
      return uncounted((open) => open[Math.floor(random() * open.length)])
    case 'userspace':
      return inTurns()
    case 'ipvs':
      return scheduled(scheduler, weightOf)
    default:
      return mode satisfies never
  }
}

function uncounted(choose: (open: readonly Endpoint[]) => Endpoint | undefined): Picker {
  const keep = (endpoint: Endpoint): Given => ({ endpoint, end: () => undefined })
  return {
    keep,
    pick(_packet, open) {
      const endpoint = choose(open)
      return endpoint === undefined ? undefined : keep(endpoint)
    },
  }
}

/** One after the other; a change of the endpoints begins anew. */
function inTurns(): Picker {
  let known = ''
  let turn = 0
  return uncounted((open) => {
    const ordered = inOrder(open)
    const now = ordered.map(nameOf).join(' ')
    if (known !== now) [known, turn] = [now, 0]
    return ordered[turn++ % ordered.length]
  })
}

function scheduled(scheduler: ProxyMode['scheduler'], weightOf: PickerOptions['weightOf']): Picker {
  const virtual = createVirtualServer(scheduler)
  const servers = (open: readonly Endpoint[]) => inOrder(open).map((endpoint) => ({ name: nameOf(endpoint), weight: weightOf(endpoint), endpoint }))
  return {
    pick(packet, open, now) {
      const given = virtual.schedule(servers(open), packet, now)
      const endpoint = open.find((candidate) => nameOf(candidate) === given?.name)
      return given === undefined || endpoint === undefined ? undefined : { endpoint, end: given.end }
    },
    keep(endpoint, open, now) {
      const given = virtual.keep(servers(open), nameOf(endpoint), now)
      return given === undefined ? undefined : { endpoint, end: given.end }
    },
  }
}

function nameOf({ ip, port }: Endpoint): string {
  return `${ip}:${port}`
}

/** By address, so that the same endpoints are chosen alike, in whatever order their slices came. */
function inOrder(open: readonly Endpoint[]): readonly Endpoint[] {
  const keys = new Map(open.map((endpoint) => [endpoint, keyOf(endpoint.ip)]))
  return open.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1))
}

function keyOf(ip: string): string {
  return ip.includes(':') ? ip.padStart(40) : ip.replaceAll(/\d+/g, (part) => part.padStart(3, '0'))
}
