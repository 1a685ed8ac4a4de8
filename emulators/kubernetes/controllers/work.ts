/** The keys that a controller has to work on: each once, however often it was asked for, one after the other, after the writes that asked for it. */

export class Work {
  readonly #keys = new Set<string>()
  readonly #look: (key: string) => void
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Immediate | undefined
  #isStopped = false

  constructor(look: (key: string) => void, onError: (error: unknown) => void) {
    this.#look = look
    this.#onError = onError
  }

  add(key: string): void {
    if (this.#isStopped) return
    this.#keys.add(key)
    this.#timer ??= setImmediate(() => this.#run())
  }

  stop(): void {
    this.#isStopped = true
    this.#keys.clear()
    clearImmediate(this.#timer)
  }

  #run(): void {
    this.#timer = undefined
    // What is added meanwhile has its turn later, so that two controllers at odds cannot hold the process.
    const keys = [...this.#keys]
    this.#keys.clear()
    for (const key of keys) {
      try {
        this.#look(key)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}

/** `namespace/name`; `/name` where there is no namespace. */
export const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string =>
  `${metadata.namespace ?? ''}/${metadata.name}`

export function placeOf(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
