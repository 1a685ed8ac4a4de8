/** Steps of the base that the cloud refused. Unchanged, they are tried again seldom, as refused wishes are. */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../model/problem.ts'
import { stepName } from './plan-text.ts'
import type { Step } from './provider.ts'

const FIRST_RETRY_MS = 600_000
const LAST_RETRY_MS = 6 * 3_600_000

interface Entry<S> {
  readonly step: S
  readonly problem: Problem
  readonly delayMs: number
  readonly dueAt: number
}

export class RefusedSteps<S extends Step> {
  readonly #entries = new Map<string, Entry<S>>()

  add(step: S, problem: Problem, now: number): void {
    const before = this.#same(step)
    const delayMs = before === undefined ? FIRST_RETRY_MS : Math.min(2 * before.delayMs, LAST_RETRY_MS)
    this.#entries.set(stepName(step), { step, problem, delayMs, dueAt: now + delayMs })
  }

  /** Why this very step is not to be tried now; undefined: it may be. */
  standing(step: S, now: number): Problem | undefined {
    const entry = this.#same(step)
    return entry !== undefined && now < entry.dueAt ? entry.problem : undefined
  }

  /** When the first of them may be tried again. */
  dueAt(): number | undefined {
    const due = [...this.#entries.values()].map(({ dueAt }) => dueAt)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  /** Forgets the steps that the last plan did not want any more. */
  keepOnly(wanted: ReadonlySet<string>): void {
    for (const name of this.#entries.keys()) if (!wanted.has(name)) this.#entries.delete(name)
  }

  #same(step: S): Entry<S> | undefined {
    const entry = this.#entries.get(stepName(step))
    return entry !== undefined && isDeepStrictEqual(entry.step, step) ? entry : undefined
  }
}
