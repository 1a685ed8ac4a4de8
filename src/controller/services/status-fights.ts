/** Another program writes the status of a Service: it is corrected at once the first times, then after longer and longer waits. */
const PATIENCE = 3
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 300_000
/** After such a time of peace, all is forgotten. */
const PEACE_MS = 900_000

interface Fight {
  rounds: number
  last: number
}

export interface FightVerdict {
  /** Milliseconds until the status may be corrected; 0: now. */
  readonly waitMs: number
  /** It is no accident any more. */
  readonly isFight: boolean
}

export class StatusFights {
  readonly #fights = new Map<string, Fight>()

  /** Another program overwrote what we published: how long to wait before it is corrected. Asking changes nothing. */
  judge(uid: string, now: number): FightVerdict {
    const fight = this.#fights.get(uid)
    if (fight === undefined || now - fight.last > PEACE_MS || fight.rounds < PATIENCE) return { waitMs: 0, isFight: false }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (fight.rounds - PATIENCE))
    return { waitMs: Math.max(0, fight.last + wait - now), isFight: true }
  }

  /** It was corrected once more. */
  repaired(uid: string, now: number): void {
    const fight = this.#fights.get(uid)
    const rounds = fight === undefined || now - fight.last > PEACE_MS ? 0 : fight.rounds
    this.#fights.set(uid, { rounds: rounds + 1, last: now })
  }

  forget(uid: string): void {
    this.#fights.delete(uid)
  }
}
