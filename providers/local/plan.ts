/** From what is wanted and what is held to steps, one a frontend. Pure, and deterministic in the order of its steps. */
import { familyOf } from '../../src/model/address.ts'
import type { ListenerKey } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Desired, Intent, Plan, Provider, Refusal, Waiting } from '../../src/provider/provider.ts'
import { type Applicant, assign, inOrder, stillKnown } from './assign.ts'
import { bookOf, keptSockets, type Placed } from './current-holdings.ts'
import { byKey, isSameRule, type LocalRule, type LocalView, type Part, partKey } from './parts.ts'
import type { Pool } from './pool.ts'
import { type AskingAt, grantListeners, type PortLimits } from './ports.ts'
import { Rests } from './settled.ts'
import { followed, type FollowIntent, ruleMaker, type RulesOf } from './rules.ts'
import { type Seat, stagesOf } from './stages.ts'
import { status } from './status.ts'
import type { LocalStep } from './steps.ts'

export interface PlannerOptions extends Omit<PortLimits, 'lowestPort'> {
  readonly pools: readonly Pool[]
  /** Whether the nodes' kube-proxy answers health checks. */
  readonly kubeProxy: boolean
}

/** How long a Service waits before it asks again for an address that is being released. */
const LINGER_POLL_MS = 10_000

export type Planner = (intents: readonly Intent<unknown>[], view: LocalView) => Plan<LocalStep>

export function planner(options: PlannerOptions): Planner {
  const context = { options, rules: ruleMaker(options), rests: new Rests() }
  return (intents, view) => plan(intents, view, context)
}

interface Context {
  readonly options: PlannerOptions
  readonly rules: (want: Desired<unknown>) => RulesOf
  readonly rests: Rests
}

function plan(all: readonly Intent<unknown>[], view: LocalView, { options, rules, rests }: Context): Plan<LocalStep> {
  const intents = all.filter((intent) => !rests.knows(intent, view))
  const { seats, placed, refused, waiting, book } = place(intents, view, options.pools)
  const limits = { lowestPort: view.machine.lowestPort, portOffset: options.portOffset }
  const grants = grantListeners(placed.map(askingAt), keptSockets(view, { placed, seats, book }), limits)
  for (const { applicant, addresses, replaceable } of placed) {
    const { owner, want } = applicant.intent
    const { listeners = [], refusal } = grants.get(owner.uid) ?? {}
    if (refusal !== undefined) refused.push(refusal)
    const old = replacedAddresses(applicant, addresses)
    const parts = wantedParts(applicant, { addresses, old }, new Set(listeners.map(({ key }) => key)), rules(want))
    const target = parts.filter(({ lingers, address, listener }) => !lingers || view.machine.inUse.get(address)?.has(listener) !== true)
    const seat = { owner, held: applicant.held, target, replaceable }
    seats.push(seat)
    if (refusal === undefined && addresses.length === want.settings.families.length) rests.remember(applicant.intent, seat, view)
  }
  return { stages: stagesOf(seats), refused, waiting }
}

/** The addresses that each gets, and those it had before that are served on for a while. */
export function outlookOf({ pools }: PlannerOptions): NonNullable<LocalOutlook> {
  return (intents, view) => {
    const addresses = new Map(place(intents, view, pools).placed.map(({ applicant, addresses: given }) => [applicant.intent.owner.uid, given]))
    return applicantsOf(intents, view).map(({ intent, held }) => {
      const { owner } = intent
      const given = addresses.get(owner.uid)
      if (given === undefined) return { owner, places: status(view, owner).places, removedLater: [] }
      const old = replacedAddresses({ intent, held }, given)
      return { owner, places: given.map((ip) => ({ ip, ipMode: 'Proxy' })), removedLater: old.map((address) => `the address ${address}`) }
    })
  }
}

type LocalOutlook = Provider<unknown, LocalView, LocalStep>['outlook']

/** Decides on addresses. An owner that gets none keeps what it has, and its backends follow. */
function place(intents: readonly Intent<unknown>[], view: LocalView, pools: readonly Pool[]) {
  const book = bookOf(intents, view)
  const [placed, seats, refused, waiting]: [Placed[], Seat[], Refusal[], Waiting[]] = [[], [], [], []]
  for (const applicant of inOrder(applicantsOf(intents, view))) {
    const { owner, want } = applicant.intent
    const assignment = assign(applicant, { book, inUse: view.machine.inUse }, pools)
    if (assignment.kind === 'assigned') {
      placed.push({ applicant, addresses: assignment.addresses, replaceable: assignment.replaceable })
      continue
    }
    if (assignment.kind === 'refused') refused.push({ owner, problem: assignment.problem })
    else waiting.push({ owner, because: assignment.because, afterMs: LINGER_POLL_MS })
    seats.push(followSeat({ owner, follow: want.backends, within: want }, view))
  }
  for (const intent of intents) {
    if ('gone' in intent) seats.push({ owner: intent.owner, held: heldBy(view, intent.owner), target: [] })
    if ('follow' in intent) seats.push(followSeat(intent, view))
  }
  return { placed, seats, refused, waiting, book }
}

function askingAt({ applicant: { intent }, addresses }: Placed): AskingAt {
  return { owner: intent.owner, ports: intent.want.settings.listeners, addresses }
}

function heldBy(view: LocalView, owner: Owner): readonly Part[] {
  return view.owners.get(owner.uid)?.parts ?? []
}

function applicantsOf(intents: readonly Intent<unknown>[], view: LocalView): readonly Applicant[] {
  return intents.flatMap((intent) => ('want' in intent ? [{ intent, held: heldBy(view, intent.owner) }] : []))
}

function followSeat(intent: FollowIntent & { readonly owner: Owner }, view: LocalView): Seat {
  const { owner, within } = intent
  const held = heldBy(view, owner)
  const asked = within === undefined ? held : held.filter(({ listener }) => within.settings.listeners.some(({ key }) => key === listener))
  const target = asked.map((part) => {
    const rule = followed(part.rule, familyOf(part.address), part.listener, intent)
    const { lost, ...found } = part
    return lost === undefined && isSameRule(rule, part.rule) ? part : { ...found, rule }
  })
  return { owner, held, target }
}

/** Addresses that the owner is at, does not get again, and that clients may still know. */
function replacedAddresses({ intent, held }: Applicant, addresses: readonly string[]): readonly string[] {
  return [...new Set(held.map(({ address }) => address))].filter((address) => !addresses.includes(address) && stillKnown(intent, address))
}

/** The frontends on the assigned addresses, and those on replaced addresses that clients may still know. */
function wantedParts(
  { intent, held }: Applicant,
  { addresses, old }: { readonly addresses: readonly string[]; readonly old: readonly string[] },
  granted: ReadonlySet<ListenerKey>,
  rules: RulesOf,
): readonly Part[] {
  const { owner, want } = intent
  const { share, listeners } = want.settings
  const knownParts = new Map(held.map((part) => [part.key, part]))
  const parts: Part[] = []
  for (const listener of listeners) {
    const { key, port, protocol } = listener
    if (!granted.has(key) || protocol === 'SCTP') continue
    for (const [order, address] of [...addresses, ...old].entries()) {
      const lingers = order >= addresses.length
      const name = partKey(owner.uid, address, key)
      const known = knownParts.get(name)
      if (lingers && known === undefined) continue
      const rule = rules(familyOf(address), listener)
      if (known !== undefined && isStanding(known, { rule, share, order, lingers })) parts.push(known)
      else parts.push({ key: name, owner, ...(share === undefined ? {} : { share }), address, order, lingers, listener: key, port, protocol, rule })
    }
  }
  return parts.toSorted(byKey)
}

function isStanding(part: Part, { rule, share, order, lingers }: { rule: LocalRule; share: string | undefined; order: number; lingers: boolean }): boolean {
  return part.lost === undefined && part.share === share && part.lingers === lingers && (lingers || part.order === order) && isSameRule(part.rule, rule)
}
