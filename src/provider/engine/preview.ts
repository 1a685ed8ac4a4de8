/** What would be done for a Stack, up to the end and without a write: what `fairlead plan` prints. */
import { isDeepStrictEqual } from 'node:util'
import { CloudError } from '../cloud-error.ts'
import type { Preview } from '../cloud.ts'
import type { Problem } from '../../model/problem.ts'
import type { Base, Intent, Plan, Refusal, StackId, Step, Waiting } from '../provider.ts'
import { isGrowth } from '../shrinking.ts'
import { dependentsOf, noTrouble, troubleOf } from './base-dependents.ts'
import { foresee } from './base-forecast.ts'
import { needsOf } from './base-needs.ts'
import { problemOf } from './failure.ts'
import type { Observed } from './observed.ts'
import { keepSteps } from './plan-filters.ts'
import { stepName } from './plan-text.ts'
import { withRefusedPorts } from './refused-ports.ts'
import { partsOf } from './stage.ts'

/** A plan needs fewer rounds; one that does not end has its beginning shown. */
const MOST_ROUNDS = 12

/** On the base as it will be, whose growth comes first; who lacks something even then is shown as waiting. */
export async function preview<View, S extends Step>(
  observed: Observed<View, S>,
  stack: StackId,
  intents: readonly Intent<unknown>[],
  signal: AbortSignal,
): Promise<Preview> {
  const { provider, view } = observed
  const { base } = provider
  if (base === undefined) {
    const planOn = (found: View): Plan<S> => withRefusedPorts(provider.plan(intents, found), intents)
    const plan = await planToTheEnd(observed, { stack, intents, planOn }, signal)
    return { ...plan, outlook: provider.outlook?.(intents, await view(stack, signal)) ?? [] }
  }
  const found = await view(base.stack, signal)
  const isLacking = dependentsOf(intents, base, found).lacking.size > 0
  const foresight = isLacking ? foresee(observed, base, { intents, view: found }) : undefined
  const baseView = foresight?.view ?? found
  const dependents = dependentsOf(intents, base, baseView)
  const planOn = (known: View): Plan<S> => withRefusedPorts(provider.plan(dependents.intents, known, baseView), dependents.intents)
  const plan = await planToTheEnd(observed, { stack, intents, planOn }, signal)
  const waiting = intents.flatMap(({ owner }) => {
    const lack = dependents.lacking.get(owner.uid)
    const wait = lack && troubleOf(owner.uid, lack, noTrouble)
    return wait === undefined || 'problem' in wait ? [] : [{ owner, because: wait.because, afterMs: wait.afterMs }]
  })
  const outlook = provider.outlook?.(dependents.intents, await view(stack, signal), baseView) ?? []
  const grown = isLacking ? growthFor(observed, base, { intents, refused: plan.refused, view: found }) : []
  return { ...plan, stages: [...grown, ...plan.stages], waiting: [...plan.waiting, ...waiting], outlook }
}

/** What the base gets first, for those who are not refused anyway. */
function growthFor<View, S extends Step>(
  observed: Observed<View, S>,
  base: Base<unknown, View, S>,
  { intents, refused, view }: { readonly intents: readonly Intent<unknown>[]; readonly refused: readonly Refusal[]; readonly view: View },
): readonly (readonly Step[])[] {
  const out = new Set(refused.flatMap(({ owner, ports }) => (ports === undefined ? [owner.uid] : [])))
  const wants = intents.flatMap((intent) => ('want' in intent && !out.has(intent.owner.uid) ? [intent] : []))
  const [first] = wants
  if (first === undefined) return []
  const growthOn = (known: View): Plan<S> => keepSteps(base.plan(needsOf(wants, base, observed, []), first.want.backends.nodes, known), isGrowth)
  return playedOn({ plan: growthOn(view), view, planOn: growthOn, next: base.grown?.bind(base) }).stages
}

interface Planning<View, S extends Step> {
  readonly stack: StackId
  readonly intents: readonly Intent<unknown>[]
  readonly planOn: (view: View) => Plan<S>
}

/** The plan, and what follows on it, as far as the provider can say what its steps lead to. Who waits for a look keeps waiting: what follows is planned as if it was over. */
async function planToTheEnd<View, S extends Step>(observed: Observed<View, S>, planning: Planning<View, S>, signal: AbortSignal): Promise<Plan<Step>> {
  const { intents, planOn } = planning
  const { plan, view, awaited } = await planAfterReading(observed, planning, signal)
  const { provider } = observed
  const played = playedOn({ plan, view, planOn, next: provider.foreseen?.bind(provider) })
  return { ...played, waiting: [...played.waiting, ...awaited.flatMap((wait) => waitingOf(wait, intents))] }
}

interface Played<View, S extends Step> {
  readonly plan: Plan<S>
  readonly view: View
  readonly planOn: (view: View) => Plan<S>
  /** Absent: what steps lead to is not known, and one plan is all there is. */
  readonly next: ((view: View, steps: readonly S[]) => View) | undefined
}

/** Who is refused is said by the first plan: later ones are made on placeholders. Who waits for one of the steps does not wait in the end. */
function playedOn<View, S extends Step>({ plan, view, planOn, next }: Played<View, S>): Plan<S> {
  const isShown = ({ verb }: Step): boolean => verb !== 'read'
  if (next === undefined) return keepSteps(plan, isShown)
  const stages = [...plan.stages]
  let [last, known, waiting] = [plan.stages, view, plan.waiting]
  for (let round = 0; round < MOST_ROUNDS && last.length > 0; round++) {
    known = next(known, last.flat())
    const { stages: then, waiting: still } = planOn(known)
    waiting = waiting.filter(({ owner }) => still.some((other) => other.owner.uid === owner.uid))
    // The same steps again: what they lead to is not what the placeholders say.
    if (isDeepStrictEqual(then, last)) break
    stages.push(...then)
    last = then
  }
  return keepSteps({ ...plan, stages, waiting }, isShown)
}

/** Where it is not known for whom it is, all wait who want something. */
function waitingOf({ serves, ...wait }: EarlyLook, intents: readonly Intent<unknown>[]): readonly Waiting[] {
  const owners = serves.length > 0 ? serves : intents.flatMap((intent) => ('want' in intent ? [intent.owner] : []))
  return owners.map((owner) => ({ owner, ...wait }))
}

/** A look that does not show yet what it looks for. */
type EarlyLook = Pick<Step, 'serves'> & Pick<Waiting, 'because' | 'afterMs'>

interface AfterReading<View, S extends Step> {
  readonly plan: Plan<S>
  /** What it was planned on. */
  readonly view: View
  readonly awaited: readonly EarlyLook[]
}

/**
 * The plan once the `read` steps at its beginning have been made: they change nothing but what is known, and what comes after them is what a user asks
 * about. A look that the cloud refuses is a refusal of those it was made for; one that comes too early is a wait, and the rest is planned as if it was over.
 */
async function planAfterReading<View, S extends Step>(
  observed: Observed<View, S>,
  { stack, planOn }: Pick<Planning<View, S>, 'stack' | 'planOn'>,
  signal: AbortSignal,
): Promise<AfterReading<View, S>> {
  const { provider, view } = observed
  const made = new Set<string>()
  const early: S[] = []
  const refused: Refusal[] = []
  const awaited: EarlyLook[] = []
  for (;;) {
    const found = asAwaited(provider, await view(stack, signal), early)
    const plan = planOn(found)
    const reads = readsFirst(plan).filter((step) => !made.has(stepName(step)))
    if (reads.length === 0) return { plan: { ...plan, refused: [...plan.refused, ...refused] }, view: found, awaited }
    for (const step of reads) {
      made.add(stepName(step))
      const answer = await readFor(observed, stack, { step, found }, signal)
      if (answer === undefined) continue
      if ('problem' in answer) refused.push(...step.serves.map((owner) => ({ owner, problem: answer.problem })))
      else {
        early.push(step)
        awaited.push({ serves: step.serves, ...answer })
      }
    }
  }
}

/** Those before anything is written, and those of the first stage that writes. */
function readsFirst<S extends Step>({ stages }: Plan<S>): readonly S[] {
  const firstWriting = stages.findIndex((stage) => stage.some(({ verb }) => verb !== 'read'))
  const beginning = firstWriting === -1 ? stages : stages.slice(0, firstWriting + 1)
  return beginning.flat().filter(({ verb }) => verb === 'read')
}

/** The view as it will be once what these steps look for is there, as far as the provider can say. */
function asAwaited<View, S extends Step>(provider: Observed<View, S>['provider'], view: View, steps: readonly S[]): View {
  if (provider.awaited === undefined) return steps.length === 0 ? view : (provider.foreseen?.(view, steps) ?? view)
  let known = view
  for (const step of steps) known = provider.awaited(known, step)
  return known
}

const LATER_MS = 10_000

/** Undefined: what was looked for is known now. Throws what is the fault of no Service. */
async function readFor<View, S extends Step>(
  { provider, mirror }: Observed<View, S>,
  stack: StackId,
  { step, found }: { readonly step: S; readonly found: View },
  signal: AbortSignal,
): Promise<{ readonly problem: Problem } | Pick<Waiting, 'because' | 'afterMs'> | undefined> {
  try {
    const answer = await provider.apply(step, found, provider.base === undefined ? undefined : mirror.last(provider.base.stack), signal)
    mirror.folded(stack, partsOf(answer).fold)
    return undefined
  } catch (error) {
    if (!(error instanceof CloudError) || error.blames?.length === 0) throw error
    if (error.consequence === 'refused') return { problem: problemOf({ step, error }, provider.calledAs) }
    if (error.consequence !== 'later' || error.reason === 'Throttled') throw error
    return { because: error.publicMessage, afterMs: error.afterMs ?? LATER_MS }
  }
}
