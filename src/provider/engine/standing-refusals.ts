/**
 * What the planner refused while those took part who have to wait now. Until the turn ends it stays refused: what one that waits asks for, and does not hold yet, is
 * not another one's meanwhile.
 */
import { mergedRefusals } from '../kit/refused-ports.ts'
import type { Intent, Plan, Refusal, Step } from '../provider.ts'

export class StandingRefusals {
  /** By uid. */
  readonly #refused = new Map<string, Refusal>()
  readonly #waiting = new Set<string>()

  /** Before a plan. `waiting`: uids of those whose configuration is not carried out because they have to wait. `last`: the plan before. */
  note(waiting: readonly string[], last: Plan<Step> | undefined): void {
    const isMore = waiting.some((uid) => !this.#waiting.has(uid))
    for (const uid of waiting) this.#waiting.add(uid)
    if (!isMore || last === undefined) return
    for (const refusal of last.refused) if (!this.#waiting.has(refusal.owner.uid)) this.#refused.set(refusal.owner.uid, refusal)
  }

  /** The intents without what is refused: the ports, or the configuration as a whole. */
  without(intents: readonly Intent<unknown>[]): readonly Intent<unknown>[] {
    return this.#refused.size === 0 ? intents : intents.map((intent) => withoutRefused(intent, this.#refused.get(intent.owner.uid)))
  }

  addedTo<S extends Step>(plan: Plan<S>): Plan<S> {
    if (this.#refused.size === 0) return plan
    const refused = new Map(plan.refused.map((refusal) => [refusal.owner.uid, refusal] as const))
    for (const [uid, refusal] of this.#refused) refused.set(uid, mergedRefusals(refused.get(uid), refusal))
    return { ...plan, refused: [...refused.values()] }
  }
}

function withoutRefused(intent: Intent<unknown>, refusal: Refusal | undefined): Intent<unknown> {
  if (refusal === undefined || !('want' in intent)) return intent
  const { owner, want } = intent
  const { settings, backends } = want
  const isRefused = (one: { readonly port: number; readonly protocol: string }): boolean =>
    refusal.ports?.some(({ port, protocol }) => port === one.port && protocol === one.protocol) !== false
  const listeners = settings.listeners.filter((one) => !isRefused(one))
  return listeners.length === 0 ? { owner, follow: backends, within: want } : { ...intent, want: { ...want, settings: { ...settings, listeners } } }
}
