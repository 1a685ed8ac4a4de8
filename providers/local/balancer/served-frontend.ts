/**
 * One frontend through its life: opened, changed, closed, drained. What TCP and UDP have in common is here; sockets and bytes are in their own files.
 */
import type { Backend } from './backend.ts'
import type { Frontend, FrontendState, Rule } from './data-plane.ts'
import { type Closable, type Listener, Listening } from './listening.ts'
import { Selection } from './selection.ts'
import { type Shared, TICK_MS } from './shared.ts'

/** A client's connection or flow. */
export interface Session {
  /** Undefined while one is looked for. */
  readonly backend: Backend | undefined
  /** By the ticker's time. */
  readonly lastActive: number
  readonly clientAddress: string
  /** Ends it at once, both ways, and takes it out of the set. */
  cut(): void
  tick(now: number): void
}

/** What the transport needs of its frontend. */
export interface Host {
  /** Whose share of connections and flows it uses. */
  readonly owner: string
  readonly frontend: Frontend
  readonly rule: Rule
  readonly shared: Shared
  readonly selection: Selection
  readonly sessions: Set<Session>
  /** The listening socket is gone without having been closed. */
  lost(error: Error): void
}

/** Opens a listening socket that feeds the host's sessions. Rejects with a BindError. */
export type Bind = (host: Host) => Promise<Closable>

/** A socket that could not be had again is tried this often. */
const RETRY_BIND_MS = 2_000

export interface ServedOptions {
  readonly shared: Shared
  readonly bind: Bind
  /** It should listen and does not. */
  readonly lost: (key: string) => void
}

export class ServedFrontend implements Host, Listener {
  readonly selection: Selection
  readonly shared: Shared
  readonly #listening: Listening
  readonly #bind: Bind
  readonly #tellLost: (key: string) => void
  /** Absent until the first client. */
  #sessions: Set<Session> | undefined
  #frontend: Frontend
  #closedAt: number | undefined
  #lastTry = 0
  #isLost = false

  constructor(frontend: Frontend, { shared, bind, lost }: ServedOptions) {
    this.shared = shared
    this.#frontend = frontend
    this.#bind = bind
    this.#tellLost = lost
    this.selection = new Selection(frontend.rule, this)
    this.#listening = new Listening(this)
  }

  get sessions(): Set<Session> {
    this.#sessions ??= new Set()
    return this.#sessions
  }

  get sessionCount(): number {
    return this.#sessions?.size ?? 0
  }

  get frontend(): Frontend {
    return this.#frontend
  }

  get owner(): string {
    return this.#frontend.owner ?? this.#frontend.key
  }

  get rule(): Rule {
    return this.#frontend.rule
  }

  /** Rejects with a BindError; then it is closed. */
  async open(): Promise<void> {
    try {
      await this.settle()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Goes by the rule at once; what is awaited is only the socket. Rejects with a BindError, and goes on trying. */
  async change(rule: Rule): Promise<void> {
    this.#frontend = { ...this.#frontend, rule }
    if (this.selection.follow(rule)) this.#cut((session) => !this.selection.admits(session.clientAddress))
    if (rule.drainTimeoutSeconds === 0) this.#cut(({ backend }) => backend?.draining === true)
    try {
      await this.settle()
    } catch (error) {
      this.#isLost = true
      throw error
    }
  }

  /** Opens or closes the listening socket, as targets, health and limits ask for. */
  async settle(): Promise<void> {
    this.#lastTry = this.shared.clock.now()
    await this.#listening.settle()
    this.#isLost = false
    if (!this.#listening.isOpen) this.#endFlows()
  }

  close(): void {
    this.#closedAt = this.shared.clock.now()
    this.#listening.lose()
    this.selection.backends.close()
    if (this.rule.drainTimeoutSeconds === 0) this.cutAll()
    this.#endFlows()
  }

  cutAll(): void {
    this.#cut(() => true)
  }

  lost(error: Error): void {
    this.shared.log.error('a listening socket was lost, it will be opened again', { frontend: this.#frontend.key, error: error.message })
    this.#listening.lose()
    this.#endFlows()
    this.#noteLost()
  }

  tick(now: number): void {
    for (const session of this.#sessions ?? []) {
      this.shared.guard.run(
        'timer',
        () => (this.#isOver(session, now) ? session.cut() : session.tick(now)),
        () => session.cut(),
      )
    }
    if (this.isWanted() && !this.#listening.isOpen && now - this.#lastTry >= RETRY_BIND_MS) void this.#settleAlone()
  }

  /** Settles where no caller waits for it. */
  async #settleAlone(): Promise<void> {
    try {
      await this.settle()
    } catch (error) {
      this.shared.log.warn('a listening socket cannot be opened, it will be tried again', { frontend: this.#frontend.key, error: String(error) })
      this.#noteLost()
    }
  }

  #noteLost(): void {
    if (this.#isLost) return
    this.#isLost = true
    this.shared.guard.run('listener', () => this.#tellLost(this.#frontend.key))
  }

  resettle(): void {
    if (this.isWanted() !== this.#listening.isOpen) void this.#settleAlone()
  }

  state(): FrontendState {
    const targets = this.selection.backends.all().map(({ name, healthy, connections, draining, ejectedUntil }) => {
      return { name, healthy, connections, draining, ...(ejectedUntil === undefined ? {} : { ejectedUntil }) }
    })
    return { frontend: this.#frontend, listening: this.#listening.isOpen, lost: this.#isLost, connections: this.sessionCount, targets }
  }

  bind(): Promise<Closable> {
    return this.#bind(this)
  }

  isWanted(): boolean {
    if (this.#closedAt !== undefined || this.selection.backends.usable().length === 0) return false
    return this.#frontend.protocol === 'UDP' || this.shared.admission.isOpenFor(this.owner)
  }

  #isOver({ backend, lastActive }: Session, now: number): boolean {
    const { idleTimeoutSeconds, drainTimeoutSeconds } = this.rule
    const since = this.#closedAt ?? backend?.leftAt
    if (since !== undefined && now - since >= drainTimeoutSeconds * 1_000) return true
    return now - lastActive >= idleTimeoutSeconds * 1_000 + TICK_MS
  }

  backendsChanged(): void {
    if (this.#closedAt === undefined) this.resettle()
  }

  /** Replies of a flow leave through the listening socket: without it there is no flow. */
  #endFlows(): void {
    if (this.#frontend.protocol === 'UDP') this.cutAll()
  }

  #cut(which: (session: Session) => boolean): void {
    for (const session of this.#sessions ?? []) if (which(session)) session.cut()
  }
}
