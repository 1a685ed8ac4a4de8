/** Keeps a socket open exactly while it is wanted. One attempt at a time; what was wanted meanwhile decides when it ends. It serves no client. */
import { BindError } from './data-plane.ts'

export interface Closable {
  close(): void
}

/** Whose socket it is. */
export interface Listener {
  /** Rejects with a BindError. */
  bind(): Promise<Closable>
  isWanted(): boolean
}

export class Listening {
  readonly #listener: Listener
  #socket: Closable | undefined
  #binding: Promise<void> | undefined

  constructor(listener: Listener) {
    this.#listener = listener
  }

  get isOpen(): boolean {
    return this.#socket !== undefined
  }

  /** Opens or closes, as is wanted now: closing happens before this returns. Rejects with a BindError; the socket is closed then. */
  async settle(): Promise<void> {
    if (!this.#listener.isWanted()) return this.lose()
    if (this.#socket !== undefined) return undefined
    this.#binding ??= this.#open().finally(() => {
      this.#binding = undefined
    })
    return this.#binding
  }

  /** Closes the socket, or takes note that it is closed. */
  lose(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  async #open(): Promise<void> {
    const socket = await this.#listener.bind()
    if (this.#listener.isWanted()) this.#socket = socket
    else socket.close()
  }
}

/** Node's error as ours. */
export function bindError(error: Error & { readonly code?: string }, { address, port }: { readonly address: string; readonly port: number }): BindError {
  return new BindError(error.code ?? 'UNKNOWN', address, port, error)
}
