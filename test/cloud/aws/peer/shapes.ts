/** The shape of what a cloud answers: which fields it has at which place, and of which kind. */
import type { PeerCall } from './calls.ts'

/** `DescribeRules .Rules[].IsDefault: boolean`, without repetition. */
export class Shapes {
  readonly #seen = new Set<string>()

  readonly note = ({ action, answer }: PeerCall): void => this.#walk(answer, `${action} `)

  /** Actions that were noted. */
  get actions(): ReadonlySet<string> {
    return new Set([...this.#seen].map((one) => one.split(' ')[0] ?? ''))
  }

  /** What is here and not there, of actions that both have. */
  without(other: Shapes): readonly string[] {
    const { actions } = other
    return [...this.#seen].filter((one) => !other.#seen.has(one) && actions.has(one.split(' ')[0] ?? '')).toSorted()
  }

  #walk(value: unknown, at: string): void {
    if (value === undefined || value === null) return
    if (Array.isArray(value)) for (const item of value) this.#walk(item, `${at}[]`)
    else if (typeof value === 'object' && !(value instanceof Date)) {
      for (const [key, item] of Object.entries(value)) if (key !== '$metadata') this.#walk(item, `${at}.${key}`)
    } else this.#seen.add(`${at}: ${value instanceof Date ? 'date' : typeof value}`)
  }
}
