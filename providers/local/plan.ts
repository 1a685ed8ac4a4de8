/** From what is wanted and what is held to steps, one a frontend. Pure, and deterministic in the order of its steps. */
import { familyOf } from '../../src/model/address.ts'
import type { ListenerKey } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Desired, Intent, Plan, Refusal, Waiting } from '../../src/provider/provider.ts'
import { type Applicant, assign, inOrder, stillKnown } from './assign.ts'
import { bookOf, keptSockets, type Placed } from './held.ts'
import { byKey, isSameRule, type LocalRule, type LocalView, type Part, partKey } from './parts.ts'
import type { Pool } from './pool.ts'
import { grantListeners, type PortLimits } from './ports.ts'
import { PORT_ERRORS, protocolsNotServed } from './refusals.ts'
import { Rests } from './rests.ts'
import { followed, ruleMaker, type RulesOf } from './rules.ts'
import { type Seat, stagesOf } from './stages.ts'
import type { LocalStep } from './steps.ts'

export interface PlannerOptions extends PortLimits {
  readonly pools: readonly Pool[]
  /** Whether the nodes' kube-proxy answers health checks. */
  readonly kubeProxy: boolean
}

/** How long a Service waits before it asks again for an address that is being given up. */
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
  const sockets = keptSockets(intents, view, { placed, seats, book })
  for (const { applicant, addresses } of placed) {
    const { owner, want } = applicant.intent
    const { listeners, refusal } = grantListeners(owner, want.settings.listeners, addresses, sockets, options)
    if (refusal !== undefined) refused.push(refusal)
    const seat = { owner, held: applicant.held, target: wantedParts(applicant, addresses, new Set(listeners.map(({ key }) => key)), rules(want)) }
    seats.push(seat)
    if (refusal === undefined && addresses.length === want.settings.families.length) rests.remember(applicant.intent, seat, view)
  }
  return { stages: stagesOf(seats), refused, waiting }
}

/** Decides on addresses. Whoever gets none keeps what it has, and its backends follow. */
function place(intents: readonly Intent<unknown>[], view: LocalView, pools: readonly Pool[]) {
  const book = bookOf(intents, view)
  const [placed, seats, refused, waiting]: [Placed[], Seat[], Refusal[], Waiting[]] = [[], [], [], []]
  for (const applicant of inOrder(applicantsOf(intents, view))) {
    const { owner, want } = applicant.intent
    const unserved = refusedProtocols(owner, want)
    const assignment = unserved === undefined ? assign(applicant, book, pools) : undefined
    if (assignment?.kind === 'assigned') {
      placed.push({ applicant, addresses: assignment.addresses })
      continue
    }
    if (unserved !== undefined) refused.push(unserved)
    else if (assignment?.kind === 'refused') refused.push({ owner, problem: assignment.problem })
    else if (assignment?.kind === 'waits') waiting.push({ owner, because: assignment.because, afterMs: LINGER_POLL_MS })
    seats.push(followSeat(owner, want.backends, view))
  }
  for (const intent of intents) {
    if ('gone' in intent) seats.push({ owner: intent.owner, held: heldBy(view, intent.owner), target: [] })
    if ('follow' in intent) seats.push(followSeat(intent.owner, intent.follow, view))
  }
  return { placed, seats, refused, waiting, book }
}

function heldBy(view: LocalView, owner: Owner): readonly Part[] {
  return view.get(owner.uid)?.parts ?? []
}

function applicantsOf(intents: readonly Intent<unknown>[], view: LocalView): readonly Applicant[] {
  return intents.flatMap((intent) => ('want' in intent ? [{ intent, held: heldBy(view, intent.owner) }] : []))
}

function refusedProtocols(owner: Owner, { settings: { listeners } }: Desired<unknown>): Refusal | undefined {
  const unserved = listeners.filter(({ protocol }) => protocol === 'SCTP')
  if (unserved.length === 0) return undefined
  const ports = listeners.map(({ port, protocol }) => ({ port, protocol, error: protocol === 'SCTP' ? PORT_ERRORS.protocol : PORT_ERRORS.mixed }))
  return { owner, ports, problem: protocolsNotServed(unserved.map(({ key }) => key)) }
}

function followSeat(owner: Owner, backends: Desired<unknown>['backends'], view: LocalView): Seat {
  const held = heldBy(view, owner)
  const target = held.map((part) => {
    const rule = followed(part.rule, familyOf(part.address), part.listener, backends)
    const { lost, ...found } = part
    return lost === undefined && isSameRule(rule, part.rule) ? part : { ...found, rule }
  })
  return { owner, held, target }
}

/** The frontends on the assigned addresses, and those on replaced addresses that somebody may still know. */
function wantedParts({ intent, held }: Applicant, addresses: readonly string[], granted: ReadonlySet<ListenerKey>, rules: RulesOf): readonly Part[] {
  const { owner, want } = intent
  const { share, listeners } = want.settings
  const knownParts = new Map(held.map((part) => [part.key, part]))
  const replaced = [...new Set(held.map(({ address }) => address))].filter((address) => !addresses.includes(address) && stillKnown(intent, address))
  const parts: Part[] = []
  for (const listener of listeners) {
    const { key, port, protocol } = listener
    if (!granted.has(key) || protocol === 'SCTP') continue
    for (const [order, address] of [...addresses, ...replaced].entries()) {
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
