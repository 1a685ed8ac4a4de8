/** Closes a provider over its private types, with its mirror and its memory: the one place where they are left behind. */
import { isDeepStrictEqual } from 'node:util'
import type { ListenerKey } from '../../model/load-balancer.ts'
import { type Log, silentLog } from '../../model/log.ts'
import type { Owner } from '../../model/owner.ts'
import { present } from '../../model/present.ts'
import type { LoadBalancerStatus } from '../../model/status.ts'
import { asWritten, textAsWritten } from '../../model/written.ts'
import type { Budget } from '../kit/budget.ts'
import type { Cloud, Inspected, Outcome, Preview } from '../cloud.ts'
import { Convergence } from './converge.ts'
import { BaseConvergence } from './base-turn.ts'
import { type Observed, observing } from './observed.ts'
import { noTrouble } from './base-dependents.ts'
import { preview } from './preview.ts'
import { withPermit } from '../kit/permit.ts'
import type { AnyView, Intent, Note, Provider, Refusal, StackId, Step, TargetHealth, TargetState } from '../provider.ts'
import { writtenBy } from './turn-outcome.ts'

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
      const notes = shown.notes?.map((note) => noteInOwnKeys(note, intents))
      return { ...shown, refused: shown.refused.map((refusal) => inOwnKeys(refusal, intents)), ...present({ notes }) }
    },
  }
}

type Priorities = Pick<Budget, 'withPriority'>
type Mirrored = Pick<Cloud, 'holds' | 'learn' | 'holdings' | 'baseSeen' | 'isInDoubt' | 'isComplete' | 'doubt' | 'status' | 'parts' | 'listeners'>

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
    listeners(stack: StackId, owner: Owner): readonly ListenerKey[] | undefined {
      const view = mirror.last(stack)
      return view === undefined ? undefined : provider.listeners?.(view, owner)
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
  const keep = (stack: StackId, owners: ReadonlySet<string>, found: readonly TargetState[]): void => {
    const others = (last.get(stack) ?? []).filter(({ owner }) => !owners.has(owner))
    last.set(stack, [...others, ...found])
  }
  const findTargets: NonNullable<Cloud['targets']> = async (stack, owners, signal) => {
    const found = await budget.withPriority('drift', () => targets(observed, stack, owners, signal))
    keep(stack, owners, found)
    return found
  }
  const findHealth: NonNullable<Cloud['health']> = async (stack, owners, signal) => {
    const found = await budget.withPriority('churn', () => health(observed, stack, owners, signal))
    keep(stack, owners, found.map(targetStateOf))
    return found
  }
  return {
    ...(provider.health?.pods === undefined ? {} : { health: findHealth }),
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

function targetStateOf({ ip, port, ...found }: TargetHealth): TargetState {
  return { ...found, target: `${ip.includes(':') ? `[${ip}]` : ip}:${port}` }
}

function noteInOwnKeys({ owner, text }: Note, intents: readonly Intent<unknown>[]): Note {
  const written = writtenBy(intents.find((intent) => intent.owner.uid === owner.uid))
  return { owner, text: written === undefined ? text : textAsWritten(text, written) }
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
