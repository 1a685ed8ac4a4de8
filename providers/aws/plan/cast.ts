/** Who is asked what: the intents of one plan, by owner. Whoever is refused plays on as one who follows. */
import type { Backends } from '../../../src/model/load-balancer.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { placeText } from '../../../src/model/status.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsView } from '../view.ts'
import { owners } from './owners.ts'

export type Want = Extract<Intent<AwsOptions>, { want: unknown }>

/** `unmentioned`: nothing of this owner is touched. */
export type Fate = 'wants' | 'follows' | 'leaves' | 'unmentioned'

export interface Cast {
  /** Those who hold a part first, then by age: of two who want one thing, the earlier has it. */
  readonly wants: readonly Want[]
  /** Backends of those who follow, by uid. */
  readonly follows: ReadonlyMap<string, Backends>
  /** Uids. */
  readonly leaves: ReadonlySet<string>
  readonly leaving: readonly Owner[]
  /** Host names that somebody may still know. */
  readonly known: ReadonlySet<string>
}

export function castOf(intents: readonly Intent<AwsOptions>[], view: AwsView): Cast {
  const holding = new Set(owners(view).map(({ uid }) => uid))
  const wants = intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const leaving = intents.flatMap((intent) => ('gone' in intent ? [intent.owner] : []))
  return {
    wants: wants.toSorted(
      (a, b) =>
        Number(holding.has(b.owner.uid)) - Number(holding.has(a.owner.uid)) ||
        compare(a.createdAt ?? '', b.createdAt ?? '') ||
        compare(a.owner.uid, b.owner.uid),
    ),
    follows: new Map(intents.flatMap((intent) => ('follow' in intent ? [[intent.owner.uid, intent.follow] as const] : []))),
    leaves: new Set(leaving.map(({ uid }) => uid)),
    leaving: leaving.toSorted((a, b) => compare(a.uid, b.uid)),
    known: new Set(wants.flatMap(({ published, lingering = [] }) => [...published, ...lingering].map(placeText))),
  }
}

/** With these wishes planned as `follow`. */
export function withoutWants(cast: Cast, refused: ReadonlySet<string>): Cast {
  if (refused.size === 0) return cast
  const follows = new Map(cast.follows)
  for (const { owner, want } of cast.wants) if (refused.has(owner.uid)) follows.set(owner.uid, want.backends)
  return { ...cast, wants: cast.wants.filter(({ owner }) => !refused.has(owner.uid)), follows }
}

export function fateOf({ wants, follows, leaves }: Cast, uid: string): Fate {
  if (leaves.has(uid)) return 'leaves'
  if (follows.has(uid)) return 'follows'
  return wants.some(({ owner }) => owner.uid === uid) ? 'wants' : 'unmentioned'
}

/** Whether what this owner holds stays as it is found. */
export function stays(cast: Cast, uid: string): boolean {
  const fate = fateOf(cast, uid)
  return fate === 'follows' || fate === 'unmentioned'
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
