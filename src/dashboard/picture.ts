/** The way from an address to the backends, as data that a page draws: pure, and bounded whatever a Service has. */
import type { Backends, ClusterNode, Endpoint, ListenerKey } from '../model/load-balancer.ts'
import { excerpt } from '../model/text.ts'
import type { TargetState } from '../provider/provider.ts'

export interface Picture {
  readonly addresses: readonly string[]
  readonly listeners: readonly PictureListener[]
  readonly moreListeners: number
  /** What the cloud holds for the Service, by kind. */
  readonly parts: readonly PictureParts[]
  /** False: the Service is not served, so that its ports have no backends here. */
  readonly isServed: boolean
  /** Where the health of backends is from: the health checks, or the cluster alone. */
  readonly healthFrom: 'health checks' | 'cluster'
}

export interface PictureListener {
  /** `80/TCP` */
  readonly key: string
  /** Why this port is refused; null: it is not. */
  readonly error: string | null
  /** The unhealthy ones first. */
  readonly backends: readonly PictureBackend[]
  /** How many are not shown. */
  readonly moreBackends: number
  readonly counts: Readonly<Partial<Record<BackendHealth, number>>>
}

export type BackendHealth = TargetState['state'] | 'ready'

export interface PictureBackend {
  /** `10.244.1.7:8080`, or an instance and its port. */
  readonly name: string
  readonly node: string | null
  readonly zone: string | null
  /** `ready`: the cluster says so; the health checks were not asked. */
  readonly health: BackendHealth
  readonly because: string
}

export interface PictureParts {
  readonly kind: string
  readonly names: readonly string[]
  readonly more: number
}

export interface PictureFacts {
  readonly addresses: readonly string[]
  /** In the Service's order. */
  readonly ports: readonly ListenerKey[]
  readonly refusedPorts: readonly { readonly port: string; readonly error: string }[]
  /** Undefined: not known. */
  readonly backends: Backends | undefined
  /** Undefined: the health checks were not asked, or gave no answer. */
  readonly targets: readonly TargetState[] | undefined
  readonly parts: readonly string[]
}

const MOST_LISTENERS = 16
const MOST_BACKENDS = 12
const MOST_NAMES = 6
const MOST_KINDS = 8
const LONGEST_NAME = 96
const LONGEST_BECAUSE = 200

export function pictureOf({ addresses, ports, refusedPorts, backends, targets, parts }: PictureFacts): Picture {
  const isChecked = targets !== undefined && targets.length > 0
  const errors = new Map(refusedPorts.map(({ port, error }) => [port, error]))
  const places = placesOf(backends)
  const listeners = ports.slice(0, MOST_LISTENERS).map((key): PictureListener => {
    const all = isChecked ? checked(key, targets, places) : fromCluster(backends?.ports[key]?.endpoints ?? [], places)
    const sorted = all.toSorted((a, b) => RANKS[a.health] - RANKS[b.health])
    const error = errors.get(key)
    return {
      key,
      error: error === undefined ? null : excerpt(error, LONGEST_BECAUSE),
      backends: sorted.slice(0, MOST_BACKENDS),
      moreBackends: Math.max(0, all.length - MOST_BACKENDS),
      counts: countsOf(all),
    }
  })
  return {
    addresses: addresses.map((address) => excerpt(address, LONGEST_NAME)),
    listeners,
    moreListeners: Math.max(0, ports.length - MOST_LISTENERS),
    parts: partsByKind(parts),
    isServed: backends !== undefined || isChecked,
    healthFrom: isChecked ? 'health checks' : 'cluster',
  }
}

const RANKS: Readonly<Record<BackendHealth, number>> = { unhealthy: 0, initial: 1, draining: 2, healthy: 3, ready: 3 }

interface BackendPlace {
  readonly node: string | null
  readonly zone: string | null
}

/** Where a target is, by what it may be called: an address, a node's name, or what a cloud calls a node. */
function placesOf(backends: Backends | undefined): ReadonlyMap<string, BackendPlace> {
  const places = new Map<string, BackendPlace>()
  for (const node of backends?.nodes.nodes ?? []) for (const name of namesOf(node)) places.set(name, { node: node.name, zone: node.zone ?? null })
  for (const { endpoints } of Object.values(backends?.ports ?? {}))
    for (const { ip, node = null, zone = null } of endpoints) places.set(ip, { node, zone: zone ?? (node === null ? null : (places.get(node)?.zone ?? null)) })
  return places
}

function namesOf({ name, providerId, addresses }: ClusterNode): readonly string[] {
  const inCloud = providerId?.split('/').at(-1)
  return [name, ...addresses, ...(inCloud === undefined ? [] : [inCloud])]
}

function checked(key: ListenerKey, targets: readonly TargetState[], places: ReadonlyMap<string, BackendPlace>): readonly PictureBackend[] {
  return targets.flatMap(({ listener, target, state, because }): PictureBackend[] => {
    if (listener !== key) return []
    const host = target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
    const { node, zone } = places.get(host) ?? { node: null, zone: null }
    return [{ name: excerpt(target, LONGEST_NAME), node, zone, health: state, because: excerpt(because, LONGEST_BECAUSE) }]
  })
}

function fromCluster(endpoints: readonly Endpoint[], places: ReadonlyMap<string, BackendPlace>): readonly PictureBackend[] {
  return endpoints.map(({ ip, port }) => ({
    name: ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`,
    ...(places.get(ip) ?? { node: null, zone: null }),
    health: 'ready',
    because: '',
  }))
}

function countsOf(backends: readonly PictureBackend[]): PictureListener['counts'] {
  return Object.fromEntries([...Map.groupBy(backends, ({ health }) => health)].map(([health, group]) => [health, group.length]))
}

/** `target group k8s-web-80`: names have no space in them, kinds may have. */
function partsByKind(parts: readonly string[]): readonly PictureParts[] {
  const kinds = Map.groupBy(parts, (part) => part.slice(0, Math.max(0, part.lastIndexOf(' '))))
  return [...kinds].slice(0, MOST_KINDS).map(([kind, of]) => ({
    kind,
    names: of.slice(0, MOST_NAMES).map((part) => excerpt(part.slice(part.lastIndexOf(' ') + 1), LONGEST_NAME)),
    more: Math.max(0, of.length - MOST_NAMES),
  }))
}
