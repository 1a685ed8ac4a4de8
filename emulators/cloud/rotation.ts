/** Takes turns, so that a few packets reach all there are. Flow hashing would spread them at random. */

export interface Rotation {
  /** The next of these at this place. Undefined: there are none. */
  next<T>(place: string, of: readonly T[]): T | undefined
}

export function createRotation(): Rotation {
  const turns = new Map<string, number>()
  return {
    next(place, of) {
      const turn = turns.get(place) ?? 0
      turns.set(place, turn + 1)
      return of[turn % of.length]
    },
  }
}

/** The same one of these for the same client, as session affinity has it. Undefined: there are none. */
export function chosenFor<T>(client: string, of: readonly T[]): T | undefined {
  const hash = Array.from(client).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
  return of[hash % of.length]
}
