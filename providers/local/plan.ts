/** From what is wanted and what is held to steps, one a frontend. Pure, and deterministic in the order of its steps. */
import { familyOf } from '../../src/model/address.ts'
import type { ListenerKey } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Desired, Intent, Plan, Refusal, Waiting } from '../../src/provider/provider.ts'
import { AddressBook } from './address-book.ts'
import { type Applicant, assign, inOrder, stillKnown } from './assign.ts'
import { isSameRule, type LocalRule, type LocalView, type Part, partKey, socketOf } from './parts.ts'
import type { Pool } from './pool.ts'
import { grantListeners, type PortLimits } from './ports.ts'
import { PORT_ERRORS, protocolsNotServed } from './refusals.ts'
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
  const rules = ruleMaker(options)
  return (intents, view) => plan(intents, view, { options, rules })
}

interface Context {
  readonly options: PlannerOptions
  readonly rules: (want: Desired<unknown>) => RulesOf
}

function plan(intents: readonly Intent<unknown>[], view: LocalView, { options, rules }: Context): Plan<LocalStep> {
  const refused: Refusal[] = []
  const waiting: Waiting[] = []
  const book = bookOf(intents, view)
  const placed: { readonly applicant: Applicant; readonly addresses: readonly string[] }[] = []
  const seats: Seat[] = []
  const follow = (owner: Owner, want: Desired<unknown>): void => void seats.push(followSeat(owner, want.backends, view))

  for (const applicant of inOrder(applicantsOf(intents, view))) {
    const { owner, want } = applicant.intent
    const unserved = refusedProtocols(owner, want)
    const assignment = unserved === undefined ? assign(applicant, book, options.pools) : undefined
    if (assignment?.kind === 'assigned') {
      placed.push({ applicant, addresses: assignment.addresses })
      continue
    }
    if (unserved !== undefined) refused.push(unserved)
    else if (assignment?.kind === 'refused') refused.push({ owner, problem: assignment.problem })
    else if (assignment?.kind === 'waits') waiting.push({ owner, because: assignment.because, afterMs: LINGER_POLL_MS })
    follow(owner, want)
  }
  for (const intent of intents) {
    if ('gone' in intent) seats.push({ owner: intent.owner, held: heldBy(view, intent.owner), target: [] })
    if ('follow' in intent) seats.push(followSeat(intent.owner, intent.follow, view))
  }

  const sockets = keptSockets(placed, seats, intents, view, book)
  for (const { applicant, addresses } of placed) {
    const { owner, want } = applicant.intent
    const { listeners, refusal } = grantListeners(owner, want.settings.listeners, addresses, sockets, options)
    if (refusal !== undefined) refused.push(refusal)
    seats.push({ owner, held: applicant.held, target: wantedParts(applicant, addresses, new Set(listeners.map(({ key }) => key)), rules(want)) })
  }
  return { stages: stagesOf(seats), refused, waiting }
}

function heldBy(view: LocalView, owner: Owner): readonly Part[] {
  return view.get(owner.uid)?.parts ?? []
}

function applicantsOf(intents: readonly Intent<unknown>[], view: LocalView): readonly Applicant[] {
  return intents.flatMap((intent) => ('want' in intent ? [{ intent, held: heldBy(view, intent.owner) }] : []))
}

/** Everything that is held and will not go by this very plan, under the share key its owner asks for now. */
function bookOf(intents: readonly Intent<unknown>[], view: LocalView): AddressBook {
  const book = new AddressBook()
  const byUid = new Map(intents.map((intent) => [intent.owner.uid, intent]))
  const settled: Part[] = []
  for (const { owner, parts } of view.values()) {
    const intent = byUid.get(owner.uid)
    if (intent !== undefined && 'gone' in intent) continue
    const wanting = intent !== undefined && 'want' in intent ? intent : undefined
    for (const part of parts) {
      if (wanting !== undefined && part.lingers && !stillKnown(wanting, part.address)) continue
      const share = wanting === undefined ? part.share : wanting.want.settings.share
      book.hold(part.address, { owner, share, lingers: part.lingers })
      if (wanting === undefined && part.share !== undefined && !part.lingers) settled.push(part)
    }
  }
  for (const { share = '', address } of settled.toSorted((a, b) => compare(a.key, b.key))) book.settleGroup(share, address)
  return book
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
    return isSameRule(rule, part.rule) ? part : { ...part, rule }
  })
  return { owner, held, target }
}

/** Sockets on shared addresses that stay whose they are; on an address with one holder nothing can collide. */
function keptSockets(
  placed: readonly { readonly applicant: Applicant; readonly addresses: readonly string[] }[],
  seats: readonly Seat[],
  intents: readonly Intent<unknown>[],
  view: LocalView,
  book: AddressBook,
): Map<string, Owner> {
  const sockets = new Map<string, Owner>()
  const keep = (part: Part): void => {
    if (book.isShared(part.address)) sockets.set(socketOf(part), part.owner)
  }
  for (const { applicant, addresses } of placed) {
    const wanted = new Set(applicant.intent.want.settings.listeners.map(({ key }) => key))
    for (const part of applicant.held) {
      if (wanted.has(part.listener) && (addresses.includes(part.address) || stillKnown(applicant.intent, part.address))) keep(part)
    }
  }
  for (const { target } of seats) for (const part of target) keep(part)
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  for (const { owner, parts } of view.values()) if (!mentioned.has(owner.uid)) for (const part of parts) keep(part)
  return sockets
}

/** The frontends on the assigned addresses, and those on replaced addresses that somebody may still know. */
function wantedParts({ intent, held }: Applicant, addresses: readonly string[], granted: ReadonlySet<ListenerKey>, rules: RulesOf): readonly Part[] {
  const { owner, want } = intent
  const { share, listeners } = want.settings
  const byKey = new Map(held.map((part) => [part.key, part]))
  const replaced = [...new Set(held.map(({ address }) => address))].filter((address) => !addresses.includes(address) && stillKnown(intent, address))
  const parts: Part[] = []
  for (const listener of listeners) {
    const { key, port, protocol } = listener
    if (!granted.has(key) || protocol === 'SCTP') continue
    for (const [order, address] of [...addresses, ...replaced].entries()) {
      const lingers = order >= addresses.length
      const name = partKey(owner.uid, address, key)
      const known = byKey.get(name)
      if (lingers && known === undefined) continue
      const rule = rules(familyOf(address), listener)
      if (known !== undefined && isStanding(known, { rule, share, order, lingers })) parts.push(known)
      else parts.push({ key: name, owner, ...(share === undefined ? {} : { share }), address, order, lingers, listener: key, port, protocol, rule })
    }
  }
  return parts
}

function isStanding(part: Part, { rule, share, order, lingers }: { rule: LocalRule; share: string | undefined; order: number; lingers: boolean }): boolean {
  return part.share === share && part.lingers === lingers && (lingers || part.order === order) && isSameRule(part.rule, rule)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
