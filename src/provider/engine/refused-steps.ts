/** Steps of the base that the cloud refused. Unchanged, they are tried again in the rhythm of refused Services. */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../model/problem.ts'
import { nextDelay } from './retry-pace.ts'
import { stepName } from './plan-text.ts'
import type { Step } from '../provider.ts'

interface Entry<S> {
  readonly step: S
  readonly problem: Problem
  readonly delayMs?: number
  readonly dueAt: number
}

export class RefusedSteps<S extends Step> {
  readonly #entries = new Map<string, Entry<S>>()

  add(step: S, problem: Problem, now: number): void {
    const before = this.#same(step)
    const delayMs = nextDelay(problem.pace ?? 'usual', before?.delayMs)
    this.#entries.set(stepName(step), { step, problem, delayMs, dueAt: now + delayMs })
  }

  /** Why this very step is not to be tried now; undefined: it may be. */
  standing(step: S, now: number): Problem | undefined {
    const entry = this.#same(step)
    return entry !== undefined && now < entry.dueAt ? entry.problem : undefined
  }

  /** All of them may be tried now. */
  hurry(): void {
    for (const [name, { step, problem }] of this.#entries) this.#entries.set(name, { step, problem, dueAt: Number.NEGATIVE_INFINITY })
  }

  /** When the first of them may be tried again; infinite: none may without a change. */
  dueAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#entries.values()].map(({ dueAt }) => dueAt))
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
