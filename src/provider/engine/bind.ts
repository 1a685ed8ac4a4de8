/** Closes a provider over its private types, with its mirror and its memory: the one place where they are left behind. */
import { isDeepStrictEqual } from 'node:util'
import { type Log, silentLog } from '../../model/log.ts'
import type { Owner } from '../../model/owner.ts'
import { present } from '../../model/present.ts'
import type { LoadBalancerStatus } from '../../model/status.ts'
import { asWritten } from '../../model/written.ts'
import type { Budget } from '../kit/budget.ts'
import { problemOf } from './failure.ts'
import { CloudError } from '../cloud-error.ts'
import type { Cloud, Inspected, Outcome, Preview } from '../cloud.ts'
import { Convergence } from './converge.ts'
import { BaseConvergence } from './base-turn.ts'
import { foresee } from './base-forecast.ts'
import { type Observed, observing } from './observed.ts'
import { stepName } from './plan-text.ts'
import { dependentsOf, noTrouble, troubleOf } from './base-dependents.ts'
import { withPermit } from '../kit/permit.ts'
import { keepSteps } from './plan-filters.ts'
import { needsOf } from './base-needs.ts'
import type { AnyView, Base, Intent, Plan, Provider, Refusal, StackId, Step, TargetHealth, TargetState } from '../provider.ts'
import { isGrowth } from '../shrinking.ts'
import { writtenBy } from './turn-outcome.ts'
import { withRefusedPorts } from './refused-ports.ts'
import { partsOf } from './stage.ts'

export interface BindOptions {
  readonly log?: Log
  /** The budget that the provider's calls are taken from, which learns here whose turn it is. */
  readonly budget?: BoundBudget
}

type BoundBudget = Pick<Budget, 'withPriority'> & Partial<Pick<Budget, 'families'>>

/** What a Cloud is asked for was made by this provider's own annotations, so that its options are of the provider's own type. */
export function bind<Options, View extends AnyView, S extends Step>(
  provider: Provider<Options, View, S>,
  { log = silentLog, budget = noBudget }: BindOptions = {},
): Cloud {
  return close(observing(provider as Provider<unknown, View, S>, log), budget)
}

const noBudget: BoundBudget = { withPriority: (_, work) => work() }

function close<View, S extends Step>(observed: Observed<View, S>, budget: BoundBudget): Cloud {
  const { provider } = observed
  const baseConvergence = provider.base === undefined ? undefined : new BaseConvergence(observed, provider.base)
  const convergence = new Convergence(observed, baseConvergence ?? { trouble: noTrouble, isShrinkHeld: false })
  return {
    name: provider.name,
    capabilities: provider.capabilities,
    annotations: provider.annotations,
    defaultTargets: provider.defaultTargets,
    ...present({ nodesReachedBy: provider.nodesReachedBy, cautions: provider.cautions, budget: budget.families }),
    baseStack: provider.base?.stack,
    stackOf: (owner, want) => provider.stackOf(owner, want),
    claims: (want) => provider.moves?.claims(want) ?? [],
    ...mirrored(observed, budget),
    ...depthOf(observed, budget),
    ...healthOf(observed, budget),
    converge: (request) => withPermit(request.mayWrite, () => budget.withPriority(request.priority ?? 'change', () => convergence.converge(request))),
    async convergeBase(request): Promise<Outcome> {
      if (baseConvergence === undefined) throw new Error(`provider ${provider.name} has no base`)
      return withPermit(request.mayWrite, () => budget.withPriority(request.priority ?? 'change', () => baseConvergence.converge(request)))
    },
    async preview(stack, intents, signal): Promise<Preview> {
      const shown = await preview(observed, stack, intents, signal)
      return { ...shown, refused: shown.refused.map((refusal) => inOwnKeys(refusal, intents)) }
    },
  }
}

type Priorities = Pick<Budget, 'withPriority'>
type Mirrored = Pick<Cloud, 'holds' | 'learn' | 'holdings' | 'baseSeen' | 'isInDoubt' | 'isComplete' | 'doubt' | 'status' | 'parts'>

/** What the mirror says. */
function mirrored<View, S extends Step>({ provider, mirror }: Observed<View, S>, budget: Priorities): Mirrored {
  return {
    holds(stack: StackId, owner: Owner): readonly string[] {
      const view = mirror.last(stack)
      return view === undefined ? [] : (provider.moves?.holds(view, owner) ?? [])
    },
    learn: (signal) => budget.withPriority('drift', () => mirror.learn(provider.inventory(signal))),
    *holdings(): Iterable<readonly [StackId, readonly Owner[]]> {
      for (const [stack, view] of mirror.stacks()) if (stack !== provider.base?.stack) yield [stack, provider.owners(view)]
    },
    baseSeen: () => (provider.base === undefined ? undefined : mirror.last(provider.base.stack)),
    isInDoubt: (stack) => mirror.isInDoubt(stack),
    isComplete: (stack) => mirror.isBegunHere(stack) || (provider.listsAreCurrent === true && mirror.sure(stack) !== undefined),
    doubt: (stack) => mirror.doubt(stack),
    status(stack: StackId, owner: Owner): LoadBalancerStatus {
      const view = mirror.last(stack)
      return view === undefined ? { places: [] } : provider.status(view, owner)
    },
    parts(stack: StackId, owner: Owner): readonly string[] {
      const view = mirror.last(stack)
      return view === undefined ? [] : (provider.parts?.(view, owner) ?? [])
    },
  }
}

/** Where an inventory does not show everything. */
function depthOf<View, S extends Step>(observed: Observed<View, S>, budget: Priorities): Pick<Cloud, 'inspect' | 'rereadBackends'> {
  const { mirror, provider } = observed
  const { backendsUnread, inspect: reads } = provider.depth ?? {}
  return {
    ...(reads === undefined ? {} : { inspect: (stacks, signal) => budget.withPriority('drift', () => inspect(observed, stacks, signal)) }),
    ...(backendsUnread === undefined
      ? {}
      : {
          rereadBackends: (stack) => {
            if (mirror.last(stack) !== undefined) mirror.folded(stack, backendsUnread)
          },
        }),
  }
}

/** What traffic and health checks find, and what they found last. */
function healthOf<View, S extends Step>(observed: Observed<View, S>, budget: Priorities): Pick<Cloud, 'health' | 'targets' | 'lastTargets'> {
  const { mirror, provider } = observed
  const last = new Map<StackId, readonly TargetState[]>()
  const findTargets: NonNullable<Cloud['targets']> = async (stack, owners, signal) => {
    const found = await budget.withPriority('drift', () => targets(observed, stack, owners, signal))
    const others = (last.get(stack) ?? []).filter(({ owner }) => !owners.has(owner))
    last.set(stack, [...others, ...found])
    return found
  }
  return {
    ...(provider.health?.pods === undefined
      ? {}
      : { health: (stack, owners, signal) => budget.withPriority('churn', () => health(observed, stack, owners, signal)) }),
    ...(provider.health?.targets === undefined ? {} : { targets: findTargets }),
    *lastTargets(): Iterable<TargetState> {
      for (const [stack, states] of last) {
        const view = mirror.last(stack)
        const there = new Set(view === undefined ? [] : provider.owners(view).map(({ uid }) => uid))
        yield* states.filter(({ owner }) => there.has(owner))
      }
    },
  }
}

function inOwnKeys(refusal: Refusal, intents: readonly Intent<unknown>[]): Refusal {
  const written = writtenBy(intents.find(({ owner }) => owner.uid === refusal.owner.uid))
  return { ...refusal, problem: asWritten(refusal.problem, written) }
}

/** What is read is no newer than the moment when the pages were asked for, so a Stack that is written meanwhile stays as it is known. */
async function inspect<View, S extends Step>({ provider, mirror }: Observed<View, S>, stacks: readonly StackId[], signal: AbortSignal): Promise<Inspected> {
  const sure = stacks.filter((stack) => {
    const known = mirror.sure(stack)
    return known !== undefined && !provider.isEmpty(known)
  })
  // Of what is known to be empty there is nothing to read.
  const missed = new Set(stacks.filter((stack) => mirror.isInDoubt(stack) || sure.includes(stack)))
  const changed: StackId[] = []
  if (sure.length === 0 || provider.depth?.inspect === undefined) return { changed, missed: [...missed] }
  const began = mirror.moment
  for await (const [stack, view] of provider.depth.inspect(sure, signal)) {
    const known = mirror.last(stack)
    if (known === undefined || !mirror.observed(stack, view, began)) continue
    missed.delete(stack)
    if (!isDeepStrictEqual(known, view)) changed.push(stack)
  }
  return { changed, missed: [...missed] }
}

async function health<View, S extends Step>(
  { provider, mirror }: Observed<View, S>,
  stack: StackId,
  owners: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly TargetHealth[]> {
  const view = mirror.last(stack)
  return view === undefined ? [] : ((await provider.health?.pods?.(view, owners, signal)) ?? [])
}

async function targets<View, S extends Step>(
  { provider, view }: Observed<View, S>,
  stack: StackId,
  owners: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly TargetState[]> {
  return (await provider.health?.targets?.(await view(stack, signal), owners, signal)) ?? []
}

/** On the base as it will be, whose growth comes first; who lacks something even then is shown as waiting. */
async function preview<View, S extends Step>(
  observed: Observed<View, S>,
  stack: StackId,
  intents: readonly Intent<unknown>[],
  signal: AbortSignal,
): Promise<Preview> {
  const { provider, view, mirror } = observed
  const { base } = provider
  if (base === undefined) {
    const plan = await planAfterReading(observed, stack, (found) => withRefusedPorts(provider.plan(intents, found), intents), signal)
    return { ...plan, outlook: provider.outlook?.(intents, await view(stack, signal)) ?? [] }
  }
  const found = await view(base.stack, signal)
  const isLacking = dependentsOf(intents, base, found).lacking.size > 0
  const foresight = isLacking ? foresee(observed, base, { intents, view: found }) : undefined
  const baseView = foresight?.view ?? found
  const dependents = dependentsOf(intents, base, baseView)
  const plan = await planAfterReading(
    observed,
    stack,
    (known) => withRefusedPorts(provider.plan(dependents.intents, known, baseView), dependents.intents),
    signal,
  )
  const waiting = intents.flatMap(({ owner }) => {
    const lack = dependents.lacking.get(owner.uid)
    const wait = lack && troubleOf(owner.uid, lack, noTrouble)
    return wait === undefined || 'problem' in wait ? [] : [{ owner, because: wait.because, afterMs: wait.afterMs }]
  })
  const outlook = provider.outlook?.(dependents.intents, mirror.last(stack) ?? (await view(stack, signal)), baseView) ?? []
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
  return keepSteps(base.plan(needsOf(wants, base, observed, []), first.want.backends.nodes, view), isGrowth).stages
}

/**
 * The plan once the `read` steps at its beginning have been made: they change nothing but what is known, and what comes after them is what a user asks
 * about. Those that only look whether a change has come about are left out. A look that the cloud refuses is a refusal of those it was made for.
 */
async function planAfterReading<View, S extends Step>(
  { provider, mirror, view }: Observed<View, S>,
  stack: StackId,
  planOn: (view: View) => Plan<S>,
  signal: AbortSignal,
): Promise<Plan<Step>> {
  const made = new Set<string>()
  const refused: Refusal[] = []
  for (;;) {
    const found = await view(stack, signal)
    const plan = planOn(found)
    const firstWriting = plan.stages.findIndex((stage) => stage.some(({ verb }) => verb !== 'read'))
    const beginning = firstWriting === -1 ? plan.stages : plan.stages.slice(0, firstWriting + 1)
    const reads = beginning.flat().filter((step) => step.verb === 'read' && !made.has(stepName(step)))
    if (reads.length === 0) {
      const shown = keepSteps(plan, ({ verb }) => verb !== 'read')
      return refused.length === 0 ? shown : { ...shown, refused: [...shown.refused, ...refused] }
    }
    for (const step of reads) {
      made.add(stepName(step))
      try {
        mirror.folded(
          stack,
          partsOf(await provider.apply(step, found, provider.base === undefined ? undefined : mirror.last(provider.base.stack), signal)).fold,
        )
      } catch (error) {
        if (!(error instanceof CloudError) || error.consequence !== 'refused' || error.blames?.length === 0) throw error
        const problem = problemOf({ step, error }, provider.calledAs)
        refused.push(...step.serves.map((owner) => ({ owner, problem })))
      }
    }
  }
}
