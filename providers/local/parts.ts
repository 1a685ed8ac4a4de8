/**
 * What the local balancer holds, in our words: a part is one frontend with whose it is and why. The view of the Stack is all parts by owner, in a map that
 * shares what did not change, because each applied step makes a new view.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Affinity, HealthCheck, ListenerKey, Scheduler } from '../../src/model/load-balancer.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import { SharedMap } from './shared-map.ts'

export interface Part {
  /** `<owner uid>/<address>/<port>/<protocol>`, the port being the published one. */
  readonly key: string
  readonly owner: NamedOwner
  readonly share?: string
  readonly address: string
  /** Place of the address among those the Service publishes. */
  readonly order: number
  /** True: the address was replaced, and is served on only for those who still know it. */
  readonly lingers: boolean
  readonly listener: ListenerKey
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly rule: LocalRule
  /** The data plane says that it should listen and does not. */
  readonly lost?: true
}

/** What is done with traffic: the settings, and the targets they lead to. Plain data, in addresses as the cluster calls them. */
export interface LocalRule {
  readonly settings: RuleSettings
  readonly targets: readonly LocalTarget[]
}

export interface RuleSettings {
  readonly reach: 'nodes' | 'pods'
  /** Only nodes that hold an endpoint get traffic. */
  readonly local: boolean
  readonly scheduler: Scheduler
  readonly affinity: Affinity
  readonly sourceRanges?: readonly string[]
  readonly proxyProtocol: 'off' | 'v1' | 'v2'
  readonly healthCheck: HealthCheck
  readonly idleTimeoutSeconds: number
  readonly drainTimeoutSeconds: number
}

export interface LocalTarget {
  readonly ip: string
  readonly port: number
}

export interface OwnerParts {
  readonly owner: NamedOwner
  readonly parts: readonly Part[]
  /** The addresses of the parts, and how the owner stands there. */
  readonly standings: readonly Standing[]
}

export type Standing = Pick<Part, 'address' | 'share' | 'lingers'>

/** What this machine allows, and what other programs have of it. */
export interface Machine {
  /** The lowest port this process may bind. */
  readonly lowestPort: number
  /** By address, the listeners (published ports) whose socket another program was found to have. Only what was tried is in it. */
  readonly inUse: ReadonlyMap<string, ReadonlySet<ListenerKey>>
}

export interface LocalView {
  /** By owner's uid, each owner's parts sorted by key. An owner without a part is not in it. */
  readonly owners: SharedMap<OwnerParts>
  readonly machine: Machine
}

export const EMPTY_VIEW: LocalView = { owners: SharedMap.empty(), machine: { lowestPort: 1, inUse: new Map() } }

export function partKey(uid: string, address: string, listener: ListenerKey): string {
  return `${uid}/${address}/${listener}`
}

/** The one name of a socket, by any holder: `127.0.10.1/80/TCP`. */
export function socketOf({ address, listener }: Pick<Part, 'address' | 'listener'>): string {
  return `${address}/${listener}`
}

export function viewOf(parts: Iterable<Part>, machine: Machine): LocalView {
  let view: LocalView = { ...EMPTY_VIEW, machine }
  for (const part of parts) view = withPart(view, part)
  return view
}

export function withPart({ owners, machine }: LocalView, part: Part): LocalView {
  const others = (owners.get(part.owner.uid)?.parts ?? []).filter(({ key }) => key !== part.key)
  return { owners: owners.with(part.owner.uid, ownerParts([...others, part].toSorted(byKey), part.owner)), machine }
}

export function withoutPart(view: LocalView, uid: string, key: string): LocalView {
  const { owners, machine } = view
  const held = owners.get(uid)
  if (held === undefined) return view
  const parts = held.parts.filter((part) => part.key !== key)
  return { owners: parts.length === 0 ? owners.without(uid) : owners.with(uid, ownerParts(parts, held.owner)), machine }
}

/** With these sockets known to be another program's. */
export function withInUse({ owners, machine }: LocalView, sockets: Iterable<Pick<Part, 'address' | 'listener'>>): LocalView {
  const inUse = new Map(machine.inUse)
  for (const { address, listener } of sockets) inUse.set(address, new Set([...(inUse.get(address) ?? []), listener]))
  return { owners, machine: { ...machine, inUse } }
}

export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

function ownerParts(parts: readonly Part[], owner: NamedOwner): OwnerParts {
  const standings = new Map(parts.map((part) => [part.address, part]))
  return {
    owner,
    parts,
    standings: [...standings.values()].map(({ address, share, lingers }) => ({ address, lingers, ...(share === undefined ? {} : { share }) })),
  }
}

/** Whether two rules do the same. Rules that are one object, as those of an unchanged Service are, cost nothing. */
export function isSameRule(a: LocalRule, b: LocalRule): boolean {
  return a === b || (isSameSettings(a.settings, b.settings) && isSameTargets(a.targets, b.targets))
}

export function isSameSettings(a: RuleSettings, b: RuleSettings): boolean {
  return a === b || isDeepStrictEqual(a, b)
}

/** Targets are sorted, so that equal sets are equal lists. */
export function isSameTargets(a: readonly LocalTarget[], b: readonly LocalTarget[]): boolean {
  return a === b || (a.length === b.length && a.every(({ ip, port }, i) => ip === b[i]?.ip && port === b[i].port))
}
