/** The in-memory cloud's planner. Pure: from what is intended and what is there to steps. */
import type { Owner } from '../../src/model/owner.ts'
import { placeText } from '../../src/model/status.ts'
import type { Intent, Plan } from '../../src/provider/provider.ts'
import { judgeWishes, type Want } from './competition.ts'
import { addressName, stackOf } from './names.ts'
import { followedRules, wantedRules, withKnown } from './rules.ts'
import { type Address, emptyView, type InMemoryStep, type Rule, type View } from './view.ts'

/**
 * Addresses first, then the document, then the addresses that nobody uses any more. A listener moves to a new address only when that is ready; the old
 * one stays as long as it lingers.
 */
export function plan(intents: readonly Intent<unknown>[], view: View, base: View = emptyView): Plan<InMemoryStep> {
  const found = view.document?.rules ?? []
  const verdict = judgeWishes(intents, view)
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  const wants = verdict.intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const foundByOwner = Map.groupBy(found, ({ owner }) => owner.uid)
  const rulesFor = (intent: Intent<unknown>, own: readonly Rule[]): readonly Rule[] => {
    if ('gone' in intent) return []
    if ('follow' in intent) return followedRules(own, intent.follow, base)
    const address = view.addresses[addressName(intent.owner, intent.want.settings)]
    // Nothing changes over before the new address is there.
    if (address?.state !== 'ready') return followedRules(own, intent.want.backends, base)
    // What is published now lingers as soon as it is replaced, which the core cannot know before.
    const lingering = new Set([...intent.published, ...(intent.lingering ?? [])].map(placeText))
    const old = own.filter((rule) => rule.address !== address.name && lingering.has(view.addresses[rule.address]?.ip ?? ''))
    const kept = followedRules(old, intent.want.backends, base).map((rule): Rule => ({ ...rule, isLingering: true }))
    return [...wantedRules(intent, address.name, verdict.refusedPorts, base), ...kept]
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
  const stages = [
    addressesToMake(wants, view, unused),
    [...addressesToAwait(wants, view), ...documentToRead(view, rules, changed)],
    documentSteps(wants, view, rules, changed),
    unused.map((address) => deletion(address, view, mentioned)),
  ]
  return { stages: stages.filter(({ length }) => length > 0), refused: verdict.refused, waiting: [] }
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
  if (document === undefined || document.limit !== undefined || rules.length === 0) return []
  return serves.length === 0 ? [] : [{ verb: 'read', kind: 'document', key: document.stack, serves, why: 'its limit has to be sent back' }]
}

function documentSteps(wants: readonly Want[], { document }: View, rules: readonly Rule[], serves: readonly Owner[]): InMemoryStep[] {
  const [key] = document === undefined ? wants.map(({ want }) => stackOf(want.settings)) : [document.stack]
  if (key === undefined) return []
  if (document !== undefined && rules.length === 0) return [{ verb: 'delete', kind: 'document', key, serves, why: 'nobody has a listener any more' }]
  if (serves.length === 0) return []
  const sorted = rules.toSorted((a, b) => compare(ruleKey(a), ruleKey(b)))
  return [{ verb: 'update', kind: 'document', key, rules: sorted, serves, why: `listeners of ${serves.length} Services change` }]
}

function deletion({ name, owner }: Address, { document }: View, mentioned: ReadonlySet<string>): InMemoryStep {
  const users = (document?.rules ?? []).filter((rule) => rule.address === name && mentioned.has(rule.owner.uid)).map((rule) => rule.owner)
  const serves = owner === undefined ? [...new Map(users.map((user) => [user.uid, user])).values()] : [owner]
  return { verb: 'delete', kind: 'address', key: name, serves, why: 'nobody uses it any more' }
}

function ruleKey({ owner, address, port, protocol }: Rule): string {
  return `${owner.uid} ${address} ${port} ${protocol}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
