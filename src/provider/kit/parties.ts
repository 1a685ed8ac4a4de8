/** Who is asked what: the intents of one plan by owner, and in what order those come that want something. One whose configuration is refused is treated as follow. */
import { type ListenerKey } from '../../model/load-balancer.ts'
import { compareText } from '../../model/order.ts'
import type { Owner } from '../../model/owner.ts'
import { placeText } from '../../model/status.ts'
import type { Intent } from '../provider.ts'

export type Want<Options> = Extract<Intent<Options>, { want: unknown }>

/** What is asked for an owner whose settings stay as found. */
export type Follow<Options> = Omit<Extract<Intent<Options>, { follow: unknown }>, 'owner'>

/** `unmentioned`: nothing of this owner is touched. */
export type Role = 'wants' | 'follows' | 'leaves' | 'unmentioned'

export interface Parties<Options> {
  /** Those who hold a part first, then by age: of two who want one thing, the earlier has it. */
  readonly wants: readonly Want<Options>[]
  /** By uid. */
  readonly follows: ReadonlyMap<string, Follow<Options>>
  /** Uids. */
  readonly leaves: ReadonlySet<string>
  readonly leaving: readonly Owner[]
  /** Places, as texts, that clients may still know. */
  readonly known: ReadonlySet<string>
}

/** `holding`: those who hold a part. */
export function partiesOf<Options>(intents: readonly Intent<Options>[], holding: readonly Owner[]): Parties<Options> {
  const holders = new Set(holding.map(({ uid }) => uid))
  const wants = intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const leaving = intents.flatMap((intent) => ('gone' in intent ? [intent.owner] : []))
  return {
    wants: wants.toSorted(
      (a, b) =>
        Number(holders.has(b.owner.uid)) - Number(holders.has(a.owner.uid)) ||
        compareText(a.createdAt ?? '', b.createdAt ?? '') ||
        compareText(a.owner.uid, b.owner.uid),
    ),
    follows: new Map(intents.flatMap((intent) => ('follow' in intent ? [[intent.owner.uid, intent] as const] : []))),
    leaves: new Set(leaving.map(({ uid }) => uid)),
    leaving: leaving.toSorted((a, b) => compareText(a.uid, b.uid)),
    known: new Set(wants.flatMap(({ published, lingering = [] }) => [...published, ...lingering].map(placeText))),
  }
}

/** With the configurations of these owners planned as `follow`, within what they ask for. */
export function withoutWants<Options>(parties: Parties<Options>, refused: ReadonlySet<string>): Parties<Options> {
  if (refused.size === 0) return parties
  const follows = new Map(parties.follows)
  for (const { owner, want } of parties.wants) if (refused.has(owner.uid)) follows.set(owner.uid, { follow: want.backends, within: want })
  return { ...parties, wants: parties.wants.filter(({ owner }) => !refused.has(owner.uid)), follows }
}

/** With the configurations of these members alone; all others that want something follow. */
export function onlyWants<Options>(parties: Parties<Options>, members: readonly Pick<Want<Options>, 'owner'>[]): Parties<Options> {
  const uids = new Set(members.map(({ owner }) => owner.uid))
  return withoutWants(parties, new Set(parties.wants.flatMap(({ owner }) => (uids.has(owner.uid) ? [] : [owner.uid]))))
}

export function roleOf({ wants, follows, leaves }: Parties<unknown>, uid: string): Role {
  if (leaves.has(uid)) return 'leaves'
  if (follows.has(uid)) return 'follows'
  return wants.some(({ owner }) => owner.uid === uid) ? 'wants' : 'unmentioned'
}

/** Whether what this owner holds stays as it is found. */
export function stays(parties: Parties<unknown>, uid: string): boolean {
  const role = roleOf(parties, uid)
  return role === 'follows' || role === 'unmentioned'
}

/** Whether a part of an owner is for listeners of which the owner asks for none any more, while its other settings stay as found. */
export function isClosed({ follows }: Parties<unknown>, uid: string, listeners: readonly ListenerKey[]): boolean {
  const within = follows.get(uid)?.within
  return within !== undefined && !within.settings.listeners.some(({ key }) => listeners.includes(key))
}
