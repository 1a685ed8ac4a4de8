/** What health checks make of a target over time. Nothing runs in the background: each question is answered from what changed when. */

export interface Verdict {
  readonly isHealthy: boolean
  /** What the target answers to checks, and since when. */
  readonly answers: boolean
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface Checked {
  /** Whether the target answers the check now. */
  readonly answers: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
  /** When something last changed that could have changed the answer: a change of answer is dated by it. */
  readonly touchedAt: number
  /** How long an answer that differs from the verdict has to last, in milliseconds: interval times threshold. */
  readonly confirmationMs: number
}

/** The verdict now. `known`: the one before; undefined: the target was never judged, and what it answers is the verdict. */
export function judge(known: Verdict | undefined, { answers, now, touchedAt, confirmationMs }: Checked): Verdict {
  if (known === undefined) return { isHealthy: answers, answers, since: now }
  const since = known.answers === answers ? known.since : Math.min(now, Math.max(touchedAt, known.since))
  const isDue = answers !== known.isHealthy && now >= since + confirmationMs
  return { isHealthy: isDue ? answers : known.isHealthy, answers, since }
}
