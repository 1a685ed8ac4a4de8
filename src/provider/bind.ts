/** Closes a provider over its private types, with its mirror and its memory: the one place where they are left behind. */
import { isDeepStrictEqual } from 'node:util'
import { type Log, silentLog } from '../model/log.ts'
import type { Owner } from '../model/owner.ts'
import type { LoadBalancerStatus } from '../model/status.ts'
import type { Budget } from './budget.ts'
import type { Cloud, Outcome } from './cloud.ts'
import { Convergence } from './converge.ts'
import { Foundation } from './foundation.ts'
import { type Knowledge, knowledgeOf } from './knowledge.ts'
import { stepName } from './plan-text.ts'
import { lean, noTrouble, troubleOf } from './lean.ts'
import { keepSteps } from './policy.ts'
import { needsOf } from './needs.ts'
import type { Base, Intent, Plan, Provider, StackId, Step, TargetHealth } from './provider.ts'

export interface BindOptions {
  readonly log?: Log
  /** The budget that the provider's calls are taken from, told here whose turn it is. */
  readonly budget?: Pick<Budget, 'withPriority'>
}

/** What a Cloud is asked for was made by this provider's own annotations, so that its options are of the provider's own type. */
export function bind<Options, View, S extends Step>(provider: Provider<Options, View, S>, { log = silentLog, budget = noBudget }: BindOptions = {}): Cloud {
  return close(knowledgeOf(provider as Provider<unknown, View, S>, log), budget)
}

const noBudget: Pick<Budget, 'withPriority'> = { withPriority: (_, work) => work() }

function close<View, S extends Step>(knowledge: Knowledge<View, S>, budget: Pick<Budget, 'withPriority'>): Cloud {
  const { provider, mirror } = knowledge
  const foundation = provider.base === undefined ? undefined : new Foundation(knowledge, provider.base)
  const convergence = new Convergence(knowledge, foundation ?? { trouble: noTrouble, isShrinkHeld: false })
  return {
    name: provider.name,
    capabilities: provider.capabilities,
    annotations: provider.annotations,
    defaultTargets: provider.defaultTargets,
    baseStack: provider.base?.stack,
    stackOf: (owner, want) => provider.stackOf(owner, want),
    claims: (want) => provider.claims(want),
    holds(stack: StackId, owner: Owner): readonly string[] {
      const view = mirror.last(stack)
      return view === undefined ? [] : provider.holds(view, owner)
    },
    learn: (signal) => budget.withPriority('drift', () => mirror.learn(provider.inventory(signal))),
    *holdings(): Iterable<readonly [StackId, readonly Owner[]]> {
      for (const [stack, view] of mirror.stacks()) if (stack !== provider.base?.stack) yield [stack, provider.owners(view)]
    },
    isInDoubt: (stack) => mirror.isInDoubt(stack),
    doubt: (stack) => mirror.doubt(stack),
    ...(provider.inspect === undefined ? {} : { inspect: (stack, signal) => budget.withPriority('drift', () => inspect(knowledge, stack, signal)) }),
    ...(provider.health === undefined
      ? {}
      : { health: (stack, owners, signal) => budget.withPriority('churn', () => health(knowledge, stack, owners, signal)) }),
    status(stack: StackId, owner: Owner): LoadBalancerStatus {
      const view = mirror.last(stack)
      return view === undefined ? { places: [] } : provider.status(view, owner)
    },
    converge: (request) => budget.withPriority(request.priority ?? 'change', () => convergence.converge(request)),
    async convergeBase(request): Promise<Outcome> {
      if (foundation === undefined) throw new Error(`provider ${provider.name} has no base`)
      return budget.withPriority(request.priority ?? 'change', () => foundation.converge(request))
    },
    preview: (stack, intents, signal) => preview(knowledge, stack, intents, signal),
  }
}

async function inspect<View, S extends Step>({ provider, mirror }: Knowledge<View, S>, stack: StackId, signal: AbortSignal): Promise<boolean> {
  const known = mirror.sure(stack)
  if (known === undefined || provider.inspect === undefined) return false
  const began = mirror.moment
  mirror.observed(stack, await provider.inspect(stack, signal), began)
  return !isDeepStrictEqual(known, mirror.last(stack))
}

async function health<View, S extends Step>(
  { provider, mirror }: Knowledge<View, S>,
  stack: StackId,
  owners: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly TargetHealth[]> {
  const view = mirror.last(stack)
  return view === undefined ? [] : ((await provider.health?.(view, owners, signal)) ?? [])
}

/** Who lacks something of the base is shown as refused or waiting, with the plan that it would get now. */
async function preview<View, S extends Step>(
  knowledge: Knowledge<View, S>,
  stack: StackId,
  intents: readonly Intent<unknown>[],
  signal: AbortSignal,
): Promise<Plan<Step>> {
  const { provider, view } = knowledge
  const { base } = provider
  if (base === undefined) return planAfterReading(knowledge, stack, (found) => provider.plan(intents, found), signal)
  const baseView = await view(base.stack, signal)
  const leaning = lean(intents, base, baseView)
  const plan = await planAfterReading(knowledge, stack, (found) => provider.plan(leaning.intents, found, baseView), signal)
  const waiting = intents.flatMap(({ owner }) => {
    const lack = leaning.lacking.get(owner.uid)
    const wait = lack && troubleOf(owner.uid, lack, noTrouble)
    return wait === undefined || 'problem' in wait ? [] : [{ owner, because: wait.because, afterMs: wait.afterMs }]
  })
  const grown = leaning.lacking.size === 0 ? [] : growthOf(knowledge, base, intents, baseView)
  return { ...plan, stages: [...grown, ...plan.stages], waiting: [...plan.waiting, ...waiting] }
}

/** What the base would get first, for those whose needs it does not meet yet. */
function growthOf<View, S extends Step>(
  knowledge: Knowledge<View, S>,
  base: Base<unknown, View, S>,
  intents: readonly Intent<unknown>[],
  view: View,
): readonly (readonly Step[])[] {
  const wants = intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const [first] = wants
  if (first === undefined) return []
  return keepSteps(base.plan(needsOf(wants, base, knowledge, []), first.want.backends.nodes, view), ({ verb }) => verb === 'create' || verb === 'update').stages
}

/**
 * The plan once the `read` steps at its beginning have been made: they change nothing but what is known, and what comes after them is what a user asks
 * about. Those that only look whether a change has come about are left out.
 */
async function planAfterReading<View, S extends Step>(
  { provider, mirror, view }: Knowledge<View, S>,
  stack: StackId,
  planOn: (view: View) => Plan<S>,
  signal: AbortSignal,
): Promise<Plan<Step>> {
  const made = new Set<string>()
  for (;;) {
    const found = await view(stack, signal)
    const plan = planOn(found)
    const firstWriting = plan.stages.findIndex((stage) => stage.some(({ verb }) => verb !== 'read'))
    const beginning = firstWriting === -1 ? plan.stages : plan.stages.slice(0, firstWriting + 1)
    const reads = beginning.flat().filter((step) => step.verb === 'read' && !made.has(stepName(step)))
    if (reads.length === 0) return keepSteps(plan, ({ verb }) => verb !== 'read')
    for (const step of reads) {
      made.add(stepName(step))
      mirror.folded(stack, await provider.apply(step, found, provider.base === undefined ? undefined : mirror.last(provider.base.stack), signal))
    }
  }
}
