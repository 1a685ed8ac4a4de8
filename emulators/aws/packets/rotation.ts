/** Takes turns, so that who asks several times sees all there are. Flow hashing would spread by chance; turns spread surely. */

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
