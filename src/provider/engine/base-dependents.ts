/** What depending on the base means for the owners of one Stack: who has to wait for it, and why. */
import type { Problem } from '../../model/problem.ts'
import type { Base, Intent, Step } from '../provider.ts'
import type { Wait } from './suspects.ts'

/** What is known of the base beside its view, by uid of who depends on it: the end of its last turn. */
export interface BaseTrouble {
  /** The needs that were asked for. */
  readonly asked: ReadonlySet<string>
  readonly refused: ReadonlyMap<string, Problem>
  readonly waiting: ReadonlyMap<string, Wait>
  /** Holds for all others. */
  readonly stopped: Wait | undefined
  /** Steps that were refused and would make something: those who have what they need lack it too. */
  readonly missing: readonly Problem[]
}

export const noTrouble: BaseTrouble = { asked: new Set(), refused: new Map(), waiting: new Map(), stopped: undefined, missing: [] }

const BASE_WAIT_MS = 10_000

/** One thing an owner needs and the base does not have, and how the base says that. */
export interface Lack {
  readonly need: string
  readonly because: string
}

export interface Dependents {
  /** The intents, those whose need the base does not meet as `follow`. */
  readonly intents: readonly Intent<unknown>[]
  /** Those, by uid. */
  readonly lacking: ReadonlyMap<string, Lack>
}

export function dependentsOf<View, S extends Step>(intents: readonly Intent<unknown>[], base: Base<unknown, View, S>, view: View): Dependents {
  const lacks = new Map<string, Lack | undefined>()
  const lackOf = (need: string): Lack | undefined => {
    if (!lacks.has(need)) {
      const because = base.lacks(view, need)
      lacks.set(need, because === undefined ? undefined : { need, because })
    }
    return lacks.get(need)
  }
  const lacking = new Map<string, Lack>()
  for (const intent of intents) {
    if (!('want' in intent)) continue
    const lack = base
      .needs(intent.want)
      .map(lackOf)
      .find((found) => found !== undefined)
    if (lack !== undefined) lacking.set(intent.owner.uid, lack)
  }
  if (lacking.size === 0) return { intents, lacking }
  return {
    intents: intents.map((intent) =>
      'want' in intent && lacking.has(intent.owner.uid) ? { owner: intent.owner, follow: intent.want.backends, within: intent.want } : intent,
    ),
    lacking,
  }
}

/** Why an owner whose need is not met is not served. */
export function troubleOf(uid: string, { because }: Lack, trouble: BaseTrouble): { readonly problem: Problem } | Wait {
  const problem = trouble.refused.get(uid)
  if (problem !== undefined) return { problem: { ...problem, wrong: `${problem.wrong}; so ${because}` } }
  return trouble.waiting.get(uid) ?? trouble.stopped ?? { reason: 'Progressing', because, afterMs: BASE_WAIT_MS }
}

/** False: the base has to be converged to find out. */
export function isTroubleKnown(uid: string, { need }: Lack, { asked, refused, waiting, stopped }: BaseTrouble): boolean {
  return asked.has(need) && (refused.has(uid) || waiting.has(uid) || stopped !== undefined)
}
