/** Tokens that were given out. They are not signed: one that is not known here is taken, one that is known and over is refused. */
import type { CloudClock } from '../../cloud/clock.ts'

const LIFETIME_MS = 3_600_000

export class Tokens {
  readonly #clock: CloudClock
  readonly #endsAt = new Map<string, number>()

  constructor(clock: CloudClock) {
    this.#clock = clock
  }

  /** A new token, and the seconds that it lasts. */
  give(claims: object): { readonly token: string; readonly seconds: number; readonly endsAt: number } {
    const endsAt = this.#clock.now() + LIFETIME_MS
    const now = Math.floor(this.#clock.now() / 1000)
    const body = { ...claims, iat: now, nbf: now, exp: Math.floor(endsAt / 1000), jti: String(this.#endsAt.size + 1) }
    const token = [{ typ: 'JWT', alg: 'none' }, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    this.#endsAt.set(`${token}.x`, endsAt)
    return { token: `${token}.x`, seconds: LIFETIME_MS / 1000, endsAt }
  }

  isOver(token: string): boolean {
    const endsAt = this.#endsAt.get(token)
    return endsAt !== undefined && endsAt <= this.#clock.now()
  }
}
