/** Which backend a client was given last. Entries run out a fixed time after the client's last new connection; it knows nothing of health. */

interface Entry<T> {
  readonly backend: T
  readonly until: number
}

export class AffinityTable<T> {
  readonly #timeoutMs: number
  readonly #maxClients: number
  /** Oldest first: each use moves an entry to the end, and all have the same time to live. */
  readonly #entries = new Map<string, Entry<T>>()

  constructor(timeoutMs: number, maxClients: number) {
    this.#timeoutMs = timeoutMs
    this.#maxClients = maxClients
  }

  get size(): number {
    return this.#entries.size
  }

  find(client: string, now: number): T | undefined {
    const entry = this.#entries.get(client)
    return entry !== undefined && entry.until > now ? entry.backend : undefined
  }

  /** A new connection of the client to a backend: remembered from now on for the whole time-out. */
  remember(client: string, backend: T, now: number): void {
    this.#entries.delete(client)
    this.#entries.set(client, { backend, until: now + this.#timeoutMs })
    this.#forgetOld(now)
  }

  /** Drops what points at a backend that is gone. */
  forget(isGone: (backend: T) => boolean): void {
    for (const [client, { backend }] of this.#entries) if (isGone(backend)) this.#entries.delete(client)
  }

  /** The same clients with another time-out, counted from the last connection of each. */
  withTimeout(timeoutMs: number, now: number): AffinityTable<T> {
    const table = new AffinityTable<T>(timeoutMs, this.#maxClients)
    for (const [client, { backend, until }] of this.#entries) if (until > now) table.remember(client, backend, until - this.#timeoutMs)
    return table
  }

  #forgetOld(now: number): void {
    for (const [client, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#maxClients) return
      this.#entries.delete(client)
    }
  }
}
