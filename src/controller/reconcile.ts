/**
 * One turn of one Stack: reads the present state, asks the API server about owners who seem to be gone, decides what is asked for each owner, has it
 * carried out, and files what became of it. It writes nothing to the cluster.
 */
import type { Log } from '../model/log.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { type Owner, ownerName } from '../model/owner.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { ConvergeRequest, Outcome, PlanFilter } from '../provider/cloud.ts'
import type { Intent, StackId } from '../provider/provider.ts'
import type { Clock } from '../model/clock.ts'
import { askWhether } from './gate.ts'
import { type Case, decide, type Decision, isToBeApplied, needsAsking } from './intents.ts'
import { asksFor, isPrepared, type Ledger, otherStacks, wishOf } from './ledger.ts'
import { isPublished, placesOf } from './published.ts'
import type { Turn } from './queue.ts'
import { hasBackends, planFor, type Report, type Verdict, verdictsOf } from './report.ts'

export interface StackTurnOptions {
  readonly api: Pick<KubernetesApi, 'getService'>
  readonly snapshot: () => Snapshot
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly mayWrite: () => boolean
  readonly filter: PlanFilter | undefined
  /** Nothing is written anywhere, so a Service need not be prepared for what is only shown. */
  readonly isDryRun: boolean
  /** Whose calls go first where the cloud limits their rate. */
  readonly priority: NonNullable<ConvergeRequest['priority']>
}

export interface StackTurn {
  readonly turn: Turn
  /** Whose report says something new. */
  readonly toTell: readonly Owner[]
  /** Other Stacks that may go on now. */
  readonly toConverge: readonly StackId[]
  readonly outcome: Outcome
  /** Who was decided on, and how. */
  readonly members: readonly Member[]
}

export interface Member {
  readonly owner: Owner
  readonly decision: Decision
}

export async function convergeStack(ledger: Ledger, stack: StackId, options: StackTurnOptions): Promise<StackTurn> {
  const { cloud } = ledger
  const { clock, signal, mayWrite, filter, priority } = options
  const asked = await askAboutAbsent(ledger, stack, options)
  const snapshot = options.snapshot()
  const now = clock.now()
  const members = decideAll(ledger, stack, { snapshot, now, confirmed: asked.confirmed, isDryRun: options.isDryRun })
  for (const { owner, decision } of members) prepareView(ledger, stack, owner, decision)
  const intents = members.flatMap(({ decision }) => (decision.ask === 'nothing' ? [] : [decision.intent]))
  const plans = await previewPlans(ledger, stack, { members, intents, snapshot, signal }).catch((error: unknown) => {
    options.log.warn('a plan could not be shown', { stack, error })
    return undefined
  })
  const wasInDoubt = cloud.isInDoubt(stack)
  const lastResort = new Set(members.map(({ owner }) => owner.uid).filter((uid) => ledger.lastResort.has(uid)))
  const outcome = await cloud.converge({ stack, intents, now, signal, mayWrite, lastResort, priority, ...(filter === undefined ? {} : { filter }) })
  const isViewNew = wasInDoubt || outcome.applied.length > 0
  const verdictOf = verdictsOf(outcome)
  const newlyFiled = members
    .filter((member) => file(ledger, stack, member, { verdictOf, isViewNew, plan: plans?.get(member.owner.uid) }))
    .map(({ owner }) => owner)
  const toConverge = members.flatMap((member) => settle(ledger, stack, member, outcome))
  const repaired = noteRepairs(ledger, stack, outcome)
  for (const uid of lastResort) ledger.lastResort.delete(uid)
  return {
    turn: turnOf(ledger, { outcome, members, isUnanswered: asked.isUnanswered || plans === undefined, stack, now: clock.now() }),
    toTell: [...newlyFiled, ...repaired],
    toConverge,
    outcome,
    members,
  }
}

/** Owners whom the store does not show, or not as asking for this provider: the API server decides. */
async function askAboutAbsent(ledger: Ledger, stack: StackId, options: StackTurnOptions): Promise<{ confirmed: ReadonlySet<string>; isUnanswered: boolean }> {
  const { api, log, signal } = options
  const snapshot = options.snapshot()
  const confirmed = new Set<string>()
  let isUnanswered = false
  const absent = [...ledger.roster.members(stack)].filter((owner) => {
    if (ledger.roster.of(owner.uid)?.cleared.has(stack) === true) return false
    return needsAsking(caseOf(ledger, owner, snapshot)) && !ledger.noMore.has(owner.uid)
  })
  const unanswered = (owner: Owner, error: unknown): void =>
    log.warn('the API server did not say whether a Service is gone', { service: ownerName(owner), error })
  const ask = async (owner: Owner): Promise<void> => {
    const answer = await askWhether(owner, { api, asks: (service) => asksFor(ledger, service), unanswered }, signal)
    if (answer === 'no more') ledger.noMore.add(owner.uid)
    else if (answer === 'asks no longer') confirmed.add(owner.uid)
    else isUnanswered = true
  }
  const waiting = absent.values()
  const asker = async (): Promise<void> => {
    for (const owner of waiting) await ask(owner)
  }
  await Promise.all(Array.from({ length: Math.min(ASKED_AT_A_TIME, absent.length) }, asker))
  return { confirmed, isUnanswered }
}

const ASKED_AT_A_TIME = 8

interface Moment {
  readonly snapshot: Snapshot
  readonly now: number
  readonly confirmed: ReadonlySet<string>
  readonly isDryRun: boolean
}

/** One synchronous run over all owners, so that they are decided by one state of the cluster. */
function decideAll(ledger: Ledger, stack: StackId, moment: Moment): readonly Member[] {
  return [...ledger.roster.members(stack)].flatMap((owner) => {
    const decision = decide(factsOf(ledger, stack, owner, moment))
    const isClear = ledger.roster.of(owner.uid)?.cleared.has(stack) === true && decision.ask !== 'want'
    return isClear ? [] : [{ owner, decision }]
  })
}

function caseOf(ledger: Ledger, owner: Owner, snapshot: Snapshot): Pick<Case, 'service' | 'wish'> {
  const shown = snapshot.service(owner.namespace, owner.name)
  const service = shown?.metadata.uid === owner.uid ? shown : undefined
  return { service, wish: service === undefined ? undefined : wishOf(ledger, service, snapshot) }
}

function factsOf(ledger: Ledger, stack: StackId, owner: Owner, moment: Moment): Case {
  const { roster, lingering, noMore } = ledger
  const { service, wish } = caseOf(ledger, owner, moment.snapshot)
  const placement = roster.of(owner.uid)
  const home = placement?.home
  const others = placement === undefined ? [] : otherStacks(placement)
  const want = wish !== undefined && isToBeApplied(wish) ? wish.desired : undefined
  const claims = want === undefined || others.length === 0 ? [] : ledger.cloud.claims(want)
  const holds = (other: StackId): boolean => claims.length > 0 && ledger.cloud.holds(other, owner).some((held) => claims.includes(held))
  return {
    owner,
    service,
    wish,
    isConfirmed: noMore.has(owner.uid) || moment.confirmed.has(owner.uid),
    isHome: stack === home,
    isPrepared: moment.isDryRun || (service !== undefined && home !== undefined && isPrepared(ledger, service, home)),
    isHeld: placement?.held.has(stack) ?? false,
    isClaimedElsewhere: stack === home && others.some(holds),
    holdsClaim: stack !== home && holds(stack),
    isReplaced: stack !== home && service !== undefined && home !== undefined && isReplaced(ledger, stack, { owner, home, service, now: moment.now }),
    published: service === undefined ? [] : placesOf(service),
    lingering: lingering.of(owner.uid, moment.now),
  }
}

/** The home serves, its address is in the status, and what this Stack had published has lingered long enough. */
function isReplaced(
  { cloud, lingering, reports }: Ledger,
  stack: StackId,
  { owner, home, service, now }: { readonly owner: Owner; readonly home: StackId; readonly service: Service; readonly now: number },
): boolean {
  const report = reports.of(home, owner.uid)
  const isServed = report?.ask === 'want' && report.verdict.kind === 'served' && report.status.places.length > 0
  if (!isServed || !isPublished(service, report.status.places)) {
    lingering.settle(stack, owner.uid)
    return false
  }
  return cloud.status(stack, owner).places.length === 0 || lingering.remaining(stack, owner.uid, now) === 0
}

/** Before the first word about an owner: what is asked for is remembered as held, and where it is to go, the Stack is looked at by name. */
function prepareView({ cloud, roster, looked }: Ledger, stack: StackId, owner: Owner, decision: Decision): void {
  const key = `${stack} ${owner.uid}`
  if (decision.ask === 'want') {
    roster.hold(stack, owner)
    looked.delete(key)
  } else if (decision.ask === 'gone' && !looked.has(key)) {
    cloud.doubt(stack)
    looked.add(key)
  }
}

/** What would be done for those who only want to be told. */
async function previewPlans(
  ledger: Ledger,
  stack: StackId,
  { members, intents, snapshot, signal }: { members: readonly Member[]; intents: readonly Intent<unknown>[]; snapshot: Snapshot; signal: AbortSignal },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Map<string, Intent<unknown>>()
  for (const { owner, decision } of members) {
    if (decision.ask !== 'follow' || decision.because !== 'plan only' || ledger.roster.of(owner.uid)?.home !== stack) continue
    const { service, wish } = caseOf(ledger, owner, snapshot)
    if (service !== undefined && wish?.kind === 'wanted') wanted.set(owner.uid, { owner, want: wish.desired, published: placesOf(service) })
  }
  if (wanted.size === 0) return new Map()
  const plan = await ledger.cloud.preview(
    stack,
    intents.map((intent) => wanted.get(intent.owner.uid) ?? intent),
    signal,
  )
  return new Map([...wanted.keys()].map((uid) => [uid, planFor(plan, uid)]))
}

interface Filing {
  readonly verdictOf: (uid: string) => Verdict
  readonly isViewNew: boolean
  readonly plan: readonly string[] | undefined
}

/** Answers whether the owner has to be told something. */
function file({ cloud, reports }: Ledger, stack: StackId, { owner, decision }: Member, { verdictOf, isViewNew, plan }: Filing): boolean {
  const before = reports.of(stack, owner.uid)
  const report: Report = {
    ask: decision.ask,
    ...('because' in decision ? { because: decision.because } : {}),
    verdict: decision.ask === 'nothing' ? { kind: 'open' } : verdictOf(owner.uid),
    status: isViewNew || before === undefined ? cloud.status(stack, owner) : before.status,
    hasBackends: decision.ask === 'want' && hasBackends(decision.want),
    ...(plan === undefined ? {} : { plan }),
  }
  return reports.file(stack, owner.uid, report)
}

/** Where `gone` was carried out, the owner has left: its home may go on with what was claimed here. */
function settle({ roster, reports, lingering, looked, noMore }: Ledger, stack: StackId, { owner, decision }: Member, outcome: Outcome): readonly StackId[] {
  if (decision.ask !== 'gone' || !outcome.served.has(owner.uid)) return []
  const home = roster.of(owner.uid)?.home
  roster.release(stack, owner.uid)
  looked.delete(`${stack} ${owner.uid}`)
  lingering.settle(stack, owner.uid)
  if (roster.of(owner.uid) === undefined) {
    reports.drop(stack, owner.uid)
    lingering.forget(owner.uid)
    noMore.delete(owner.uid)
  }
  return home === undefined || home === stack ? [] : [home]
}

/** What had to be done although nobody asked for anything else was a repair: answers for whom, each once. They are told though nothing else is new. */
function noteRepairs({ drifted, repaired }: Ledger, stack: StackId, { applied }: Outcome): readonly Owner[] {
  if (!drifted.delete(stack)) return []
  const owners = new Map(applied.flatMap(({ verb, serves }) => (verb === 'read' ? [] : serves.map((owner) => [owner.uid, owner] as const))))
  for (const uid of owners.keys()) repaired.add(uid)
  return [...owners.values()]
}

interface Ending {
  readonly outcome: Outcome
  readonly members: readonly Member[]
  readonly isUnanswered: boolean
  readonly stack: StackId
  readonly now: number
}

function turnOf({ lingering, roster }: Ledger, { outcome, members, isUnanswered, stack, now }: Ending): Turn {
  if (outcome.stopped !== undefined) return { kind: 'failed', afterMs: outcome.stopped.afterMs }
  if (isUnanswered) return { kind: 'failed' }
  const lingers = members.flatMap(({ owner, decision }) => {
    const whole = decision.ask === 'follow' && decision.because === 'moving away' ? [lingering.remains(stack, owner.uid, now)] : []
    return [lingering.next(owner.uid, now), ...(roster.of(owner.uid) === undefined ? [] : whole)]
  })
  const waits = [...outcome.waiting.values()].map(({ afterMs }) => afterMs)
  const looks = [outcome.againAfterMs, ...waits, ...lingers].filter((ms) => ms !== undefined)
  return looks.length === 0 ? { kind: 'done' } : { kind: 'done', againAfterMs: looks.reduce((a, b) => Math.min(a, b)) }
}
