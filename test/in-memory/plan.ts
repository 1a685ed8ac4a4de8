/** The in-memory cloud's planner. Pure: from what is intended and what is there to steps. */
import { compareText } from '../../src/model/order.ts'
import type { Owner } from '../../src/model/owner.ts'
import { commonRanges } from '../../src/model/source-ranges.ts'
import { placeText } from '../../src/model/status.ts'
import type { Intent, Plan } from '../../src/provider/provider.ts'
import { judgeWishes, type Want } from './competition.ts'
import { addressName, stackOf } from './names.ts'
import { followedRules, type RuleGround, wantedRules, withKnown } from './rules.ts'
import { type Address, type InMemoryStep, type Rule, type View } from './view.ts'

export interface PlanGround extends RuleGround {
  /** A document that is written changes only after a while. */
  readonly hasOperations: boolean
}

const POLL_MS = 5_000

/**
 * Addresses first, then the document, then the addresses that nobody uses any more. A listener moves to a new address only when that is ready; the old
 * one stays as long as it lingers. While an operation on the document runs, it is polled, and only a change that takes something away is made on top of it,
 * which supersedes it and contains what it was to do.
 */
export function plan(intents: readonly Intent<unknown>[], view: View, ground: PlanGround): Plan<InMemoryStep> {
  const { base, hasOperations } = ground
  const found = view.document?.rules ?? []
  const verdict = judgeWishes(intents, view)
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  const wants = verdict.intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const foundByOwner = Map.groupBy(found, ({ owner }) => owner.uid)
  const rulesFor = (intent: Intent<unknown>, own: readonly Rule[]): readonly Rule[] => {
    if ('gone' in intent) return []
    if ('follow' in intent) return followedRules(own, intent, base)
    const address = view.addresses[addressName(intent.owner, intent.want.settings)]
    // Nothing changes over before the new address is there.
    const follow = { follow: intent.want.backends, within: intent.want }
    if (address?.state !== 'ready') return followedRules(own, follow, base)
    // What is published now lingers as soon as it is replaced, which the core cannot know before.
    const lingering = new Set([...intent.published, ...(intent.lingering ?? [])].map(placeText))
    const old = own.filter((rule) => rule.address !== address.name && lingering.has(view.addresses[rule.address]?.ip ?? ''))
    const kept = followedRules(old, follow, base).map((rule): Rule => ({ ...rule, isLingering: true }))
    return [...wantedRules(intent, address.name, verdict.refusedPorts, ground), ...kept]
  }
  const untouched = [...foundByOwner].flatMap(([uid, rules]) => (mentioned.has(uid) ? [] : rules))
  const parts = verdict.intents.map((intent): Part => {
    const before = foundByOwner.get(intent.owner.uid) ?? []
    return { owner: intent.owner, before, after: withKnown(before, rulesFor(intent, before)) }
  })
  const rules = [...untouched, ...parts.flatMap(({ after }) => after)]
  const changed = parts.filter(isChanged).map(({ owner }) => owner)
  const needed = new Set(wants.map(({ owner, want }) => addressName(owner, want.settings)))
  for (const { address } of rules) needed.add(address)
  const unused = unusedAddresses(verdict.intents, view, needed)
  const lessened = parts.filter(isLessened).map(({ owner }) => owner)
  const isBusy = view.document?.operation !== undefined && lessened.length === 0
  const writes = isBusy ? [] : documentSteps(wants, view, rules, { changed, lessened })
  const deletions = unused.map((address) => deletion(address, view, mentioned))
  const stages = [
    addressesToMake(wants, view, unused),
    [...addressesToAwait(wants, view), ...(isBusy ? [documentToPoll(view, intents)] : documentToRead(view, rules, changed))],
    writes,
    // An address is in use until the operation ends.
    isBusy || (hasOperations && writes.length > 0) ? [] : deletions,
  ]
  const waiting = isBusy ? newcomers(view, [...changed, ...deletions.flatMap(({ serves }) => serves)]) : []
  return { stages: stages.filter(({ length }) => length > 0), refused: verdict.refused, waiting }
}

/** It serves those whose parts are changing; where that cannot be seen, no one in particular. */
function documentToPoll({ document }: View, intents: readonly Intent<unknown>[]): InMemoryStep {
  const changing = new Set(document?.operation?.of)
  const serves = intents.flatMap(({ owner }) => (changing.has(owner.uid) ? [owner] : []))
  return { verb: 'read', kind: 'document', key: document?.stack ?? '', serves, why: 'a change of it is under way' }
}

/** Those whose parts are to change when the operation is over. */
function newcomers({ document }: View, owners: readonly Owner[]): Plan<InMemoryStep>['waiting'] {
  const changing = new Set(document?.operation?.of)
  const others = new Map(owners.flatMap((owner) => (changing.has(owner.uid) ? [] : [[owner.uid, owner] as const])))
  return [...others.values()].map((owner) => ({ owner, because: 'the document is being updated', afterMs: POLL_MS }))
}

/** What one owner has in the document, and what it is to have. */
interface Part {
  readonly owner: Owner
  readonly before: readonly Rule[]
  readonly after: readonly Rule[]
}

function isChanged({ before, after }: Part): boolean {
  return before.length !== after.length || after.some((rule, i) => rule !== before[i] && !before.includes(rule))
}

/** One step for each address, for all who share it. One that must go from here before it can come here has to wait for the next plan. */
function addressesToMake(wants: readonly Want[], view: View, unused: readonly Address[]): InMemoryStep[] {
  const leaving = new Set(unused.map(({ ip }) => ip))
  const missing = wants.filter(
    ({ owner, want: { settings } }) => !(addressName(owner, settings) in view.addresses) && !leaving.has(settings.addresses[0] ?? ''),
  )
  return [...Map.groupBy(missing, ({ owner, want }) => addressName(owner, want.settings))].flatMap(([name, users]): InMemoryStep[] => {
    const [first] = users
    if (first === undefined) return []
    const { settings } = first.want
    const address = {
      name,
      stack: stackOf(settings),
      ...(settings.addresses[0] === undefined ? {} : { ip: settings.addresses[0] }),
      ...(settings.share === undefined ? { owner: first.owner } : {}),
    }
    return [{ verb: 'create', kind: 'address', key: name, address, serves: users.map(({ owner }) => owner), why: 'its Service has none' }]
  })
}

function addressesToAwait(wants: readonly Want[], view: View): InMemoryStep[] {
  const awaited = wants.filter(({ owner, want }) => view.addresses[addressName(owner, want.settings)]?.state === 'provisioning')
  return [...Map.groupBy(awaited, ({ owner, want }) => addressName(owner, want.settings))].map(([name, users]) => ({
    verb: 'read',
    kind: 'address',
    key: name,
    serves: users.map(({ owner }) => owner),
    why: 'it is not ready yet',
  }))
}

/** Whose settings are only followed keeps the address it has, used or not. */
function unusedAddresses(intents: readonly Intent<unknown>[], view: View, needed: ReadonlySet<string>): Address[] {
  const leaving = new Set(intents.flatMap((intent) => ('follow' in intent ? [] : [intent.owner.uid])))
  const followed = intents.filter((intent) => 'follow' in intent)
  const users = new Set(followed.length === 0 ? [] : view.document?.rules.map(({ owner }) => owner.uid))
  const isAwaited = followed.some(({ owner }) => !users.has(owner.uid))
  return Object.values(view.addresses).filter(({ name, owner }) => !needed.has(name) && (owner === undefined ? !isAwaited : leaving.has(owner.uid)))
}

/** Whoever writes the document has to send back its limit, which stands on no listing. */
function documentToRead({ document }: View, rules: readonly Rule[], serves: readonly Owner[]): InMemoryStep[] {
  if (document === undefined || document.limit !== undefined || (rules.length === 0 && document.others === undefined)) return []
  return serves.length === 0 ? [] : [{ verb: 'read', kind: 'limit', key: document.stack, serves, why: 'it has to be sent back with the document' }]
}

/** A listener, a source range or a pod of an owner goes. */
function isLessened({ before, after }: Part): boolean {
  return before.some((rule) => {
    const now = after.find(({ address, port, protocol }) => address === rule.address && port === rule.port && protocol === rule.protocol)
    if (now === undefined || commonRanges(rule.sourceRanges, now.sourceRanges) !== rule.sourceRanges) return true
    const { backends } = now
    if (rule.backends.kind === 'group' || backends.kind === 'group') return rule.backends.kind !== backends.kind
    return rule.backends.endpoints.some((endpoint) => !backends.endpoints.includes(endpoint))
  })
}

interface Changes {
  readonly changed: readonly Owner[]
  readonly lessened: readonly Owner[]
}

function documentSteps(wants: readonly Want[], { document }: View, rules: readonly Rule[], { changed: serves, lessened: takesFrom }: Changes): InMemoryStep[] {
  const [key] = document === undefined ? wants.map(({ want }) => stackOf(want.settings)) : [document.stack]
  if (key === undefined) return []
  if (document !== undefined && rules.length === 0 && document.others === undefined)
    return [{ verb: 'delete', kind: 'document', key, serves, takesFrom, why: 'nobody has a listener any more' }]
  if (serves.length === 0) return []
  const sorted = rules.toSorted((a, b) => compareText(ruleKey(a), ruleKey(b)))
  return [{ verb: 'update', kind: 'document', key, rules: sorted, serves, takesFrom, why: `listeners of ${serves.length} Services change` }]
}

function deletion({ name, owner }: Address, { document }: View, mentioned: ReadonlySet<string>): InMemoryStep {
  const users = (document?.rules ?? []).filter((rule) => rule.address === name && mentioned.has(rule.owner.uid)).map((rule) => rule.owner)
  const serves = owner === undefined ? [...new Map(users.map((user) => [user.uid, user])).values()] : [owner]
  return { verb: 'delete', kind: 'address', key: name, serves, takesFrom: serves, why: 'nobody uses it any more' }
}

function ruleKey({ owner, address, port, protocol }: Rule): string {
  return `${owner.uid} ${address} ${port} ${protocol}`
}
