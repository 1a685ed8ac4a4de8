/**
 * Backends of one Stack that the cloud did not take. They are left out of its plans, so that they delay nothing else, and are tried again after a minute,
 * then less often. It is lost with the process, and nothing depends on it but calls saved.
 */
import type { Backends, ListenerKey, PortBackends } from '../../model/load-balancer.ts'
import type { BackendRef, Intent, RefusedBackend } from '../provider.ts'

const FIRST_RETRY_MS = 60_000
const LAST_RETRY_MS = 600_000
/** Names in one sentence; the others are counted. */
const MOST_NAMES = 3

interface Entry {
  readonly refused: RefusedBackend
  readonly delayMs: number
  readonly dueAt: number
}

export class RefusedBackends {
  readonly #entries = new Map<string, Entry>()
  /** The same backends without the same entries are the same object: planners compare by identity. */
  #cut = new WeakMap<Backends, Backends>()
  #cutAt: number | undefined

  get size(): number {
    return this.#entries.size
  }

  /** One that was tried again when it was due waits twice as long. */
  add(refused: readonly RefusedBackend[], now: number): void {
    for (const one of refused) {
      const before = this.#entries.get(nameOf(one))
      const delayMs = before === undefined ? FIRST_RETRY_MS : before.dueAt > now ? before.delayMs : Math.min(2 * before.delayMs, LAST_RETRY_MS)
      this.#entries.set(nameOf(one), { refused: one, delayMs, dueAt: now + delayMs })
    }
    if (refused.length > 0) this.#forgetCut()
  }

  /** A person has changed the Service: what was refused for it is tried now. */
  hurry(uid: string): void {
    for (const [name, entry] of this.#entries) if (entry.refused.owner === uid) this.#entries.set(name, { ...entry, dueAt: Number.NEGATIVE_INFINITY })
    this.#forgetCut()
  }

  /** Something left the Stack: what did not fit may fit now. */
  freed(): void {
    for (const [name, { refused }] of this.#entries) if (refused.reason === 'LimitReached') this.#entries.delete(name)
    this.#forgetCut()
  }

  /** What the owner asks for, without the backends that are not to be tried now. */
  without(intent: Intent<unknown>, now: number): Intent<unknown> {
    if (this.#entries.size === 0 || 'gone' in intent) return intent
    if (this.#cutAt !== now) this.#forgetCut()
    this.#cutAt = now
    const { uid } = intent.owner
    if ('follow' in intent) return { ...intent, follow: this.#without(uid, intent.follow, now) }
    return { ...intent, want: { ...intent.want, backends: this.#without(uid, intent.want.backends, now) } }
  }

  /** A turn came to rest: what was tried again and not refused again was taken, and what is no backend any more is forgotten. */
  settle(intents: readonly Intent<unknown>[], now: number): void {
    if (this.#entries.size === 0) return
    // Of a Stack with thousands of Services and nodes only those that have some left out are read.
    const owners = new Set(this.#entries.values().map(({ refused }) => refused.owner))
    const present = new Set(intents.filter(({ owner }) => owners.has(owner.uid)).flatMap(backendNames))
    for (const [name, { dueAt }] of this.#entries) {
      if (dueAt <= now || !present.has(name)) this.#entries.delete(name)
    }
  }

  /** When the first of them may be tried again; undefined: there is none. */
  dueAt(): number | undefined {
    return this.#entries.size === 0 ? undefined : this.#entries.values().reduce((soonest, { dueAt }) => Math.min(soonest, dueAt), Number.POSITIVE_INFINITY)
  }

  /** By uid: which backends are left out, and why. */
  notes(): ReadonlyMap<string, readonly string[]> {
    const byOwner = Map.groupBy(this.#entries.values(), ({ refused }) => refused.owner)
    return new Map([...byOwner].map(([uid, entries]) => [uid, notesOf(entries.map(({ refused }) => refused))]))
  }

  #without(uid: string, backends: Backends, now: number): Backends {
    const known = this.#cut.get(backends)
    if (known !== undefined) return known
    let isCut = false
    const ports = Object.entries(backends.ports).map(([key, port]) => {
      const rest = this.#withoutRefused(uid, key as ListenerKey, { port, backends }, now)
      if (rest !== port) isCut = true
      return [key, rest] as const
    })
    const cut = isCut ? { ...backends, ports: Object.fromEntries(ports) } : backends
    this.#cut.set(backends, cut)
    return cut
  }

  #withoutRefused(
    owner: string,
    listener: ListenerKey,
    { port, backends }: { readonly port: PortBackends; readonly backends: Backends },
    now: number,
  ): PortBackends {
    const isOut = (backend: BackendRef['backend']): boolean => (this.#entries.get(nameOf({ owner, listener, backend }))?.dueAt ?? 0) > now
    const endpoints = port.endpoints.filter(({ ip, port: number }) => !isOut({ ip, port: number }))
    const withoutNodes = backends.nodes.nodes.flatMap(({ name }) => (isOut({ node: name }) ? [name] : []))
    if (endpoints.length === port.endpoints.length && withoutNodes.length === 0) return port
    return { ...port, endpoints, ...(withoutNodes.length === 0 ? {} : { withoutNodes: new Set(withoutNodes) }) }
  }

  #forgetCut(): void {
    this.#cut = new WeakMap()
  }
}

function nameOf({ owner, listener, backend }: BackendRef): string {
  return `${owner} ${listener} ${'node' in backend ? `node ${backend.node}` : `${backend.ip} ${backend.port}`}`
}

function backendNames(intent: Intent<unknown>): readonly string[] {
  if ('gone' in intent) return []
  const { nodes, ports } = 'follow' in intent ? intent.follow : intent.want.backends
  return Object.entries(ports).flatMap(([key, { endpoints }]) => {
    const of = (backend: BackendRef['backend']): string => nameOf({ owner: intent.owner.uid, listener: key as ListenerKey, backend })
    return [...nodes.nodes.map(({ name }) => of({ node: name })), ...endpoints.map(({ ip, port }) => of({ ip, port }))]
  })
}

function notesOf(refused: readonly RefusedBackend[]): readonly string[] {
  const byCause = Map.groupBy(refused, ({ reason, because }) => `${reason} ${because}`)
  return [...byCause.values()].map((same) => {
    const names = [...new Set(same.map(({ backend }) => ('node' in backend ? `Node ${backend.node}` : `Pod ${backend.ip}`)))].toSorted()
    const others = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
    const listeners = [...new Set(same.map(({ listener }) => listener))].toSorted().join(', ')
    const [{ reason, because }] = same as [RefusedBackend]
    const next =
      reason === 'LimitReached'
        ? 'They are added automatically when there is room.'
        : 'Fairlead tries again after a minute, then less often, at least every 10 minutes.'
    return `${names.slice(0, MOST_NAMES).join(', ')}${others} ${names.length === 1 ? 'is' : 'are'} left out for ${listeners}: ${because} ${next}`
  })
}
