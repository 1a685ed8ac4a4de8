/**
 * A bound shared fairly, by dynamic thresholds (Choudhury and Hahne, 1998): the user that takes the most leaves a tenth free, so that a newcomer always finds room. Nothing
 * is set aside for anybody in advance, and one alone gets nine tenths.
 */
const GREED = 9

export class Shares {
  capacity: number
  #total = 0
  readonly #taken = new Map<string, number>()

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get total(): number {
    return this.#total
  }

  of(owner: string): number {
    return this.#taken.get(owner) ?? 0
  }

  take(owner: string): void {
    this.#total++
    this.#taken.set(owner, this.of(owner) + 1)
  }

  release(owner: string): void {
    this.#total--
    const left = this.of(owner) - 1
    if (left > 0) this.#taken.set(owner, left)
    else this.#taken.delete(owner)
  }

  /** Whether the owner has all that is its share: `slack` below 1 asks for some room beyond that. */
  isUsedUp(owner: string, slack = 1): boolean {
    return this.of(owner) >= slack * GREED * (this.capacity - this.#total)
  }

  owners(): Iterable<string> {
    return this.#taken.keys()
  }

  /** The user that has the most; undefined when none has any. */
  largest(): string | undefined {
    let [found, most] = [undefined as string | undefined, 0]
    for (const [owner, count] of this.#taken) if (count > most) [found, most] = [owner, count]
    return found
  }
}
