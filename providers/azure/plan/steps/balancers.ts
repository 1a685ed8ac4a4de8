/** The steps for load balancers: one write of each, for all Services at once. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Intent, Waiting } from '../../../../src/provider/provider.ts'
import { parseId, shortName } from '../../api/ids.ts'
import { type BalancerKey, configuredBalancers, isSameBalancer } from '../../balancer-keys.ts'
import type { BalancerStep } from '../../steps.ts'
import { type BalancerPart, isBusy } from '../../view.ts'
import type { Acceptance } from '../accept/accept.ts'
import { type BalancerChange, balancerChange } from '../balancer/change.ts'
import { isElsewhere } from '../old-sites.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'

export interface BalancerSteps {
  readonly steps: readonly PhasedStep[]
  readonly waiting: readonly Waiting[]
  /** Load balancers that are written now. */
  readonly written: readonly BalancerKey[]
  /** Those that are not, because a change of them is under way. */
  readonly polled: readonly BalancerKey[]
}

/** How long until it is worth asking again, in milliseconds. */
const POLL_MS = 5_000

/**
 * While a change of a load balancer is under way it is polled, so that what comes meanwhile is taken up by the next write together. Only a write that takes
 * something away is made on top of it: it supersedes the one before, and contains what that was to do.
 */
export function balancerSteps(intents: readonly Intent<unknown>[], acceptance: Acceptance, input: PlanInput): BalancerSteps {
  const all = allBalancers(input).map((balancerKey): BalancerSteps => {
    const change = balancerChange(balancerKey, intents, acceptance, input)
    const part = [...input.view.balancers.values()].find((one) => isSameBalancer(one, balancerKey))
    const isPolled = part !== undefined && isBusy(part) && (change === undefined || change.lessened.size === 0 || part.operation?.isDeletion === true)
    if (isPolled) return { steps: [polling(part, intents, input)], waiting: newcomers(part, change, input), written: [], polled: [balancerKey] }
    return change === undefined ? NONE : { steps: [inPhase('balance', writing(change, acceptance, input))], waiting: [], written: [balancerKey], polled: [] }
  })
  return {
    steps: all.flatMap(({ steps }) => steps),
    waiting: all.flatMap(({ waiting }) => waiting),
    written: all.flatMap(({ written }) => written),
    polled: all.flatMap(({ polled }) => polled),
  }
}

/** Also those that the settings do not name any more: their Services move, and they go. */
function allBalancers({ config, view }: PlanInput): readonly BalancerKey[] {
  const named = configuredBalancers(config)
  return [...named, ...[...view.balancers.values()].filter((part) => !named.some((balancerKey) => isSameBalancer(balancerKey, part)))]
}

const NONE: BalancerSteps = { steps: [], waiting: [], written: [], polled: [] }

/** Whose parts change; where backends alone do, or nothing that is of one Service, all that are there. */
function writing(change: BalancerChange, acceptance: Acceptance, input: PlanInput): BalancerStep {
  const {
    balancerKey: { of, scheme },
    id,
    part,
    body,
    changed,
    lessened,
    users,
    onlyShrinks,
    why,
  } = change
  const owners = (uids: ReadonlySet<string>): readonly Owner[] => [...uids].toSorted(compareText).map((uid) => input.named({ uid }))
  const etag = part?.document.etag
  const step = {
    kind: 'load balancer',
    key: shortName(id),
    title: parseId(id)?.name ?? id,
    balancerKey: { of, scheme },
    id,
    serves: owners(changed.size === 0 ? users : changed),
    takesFrom: owners(lessened),
    why,
    ...(movesAddress(change, acceptance, input) ? { interrupts: MOVES } : {}),
    ...(etag === undefined ? {} : { etag }),
  } as const
  if (body === undefined) return { ...step, verb: 'delete' }
  if (part === undefined) return { ...step, verb: 'create', body }
  return { ...step, verb: 'update', body, ...(onlyShrinks && lessened.size > 0 ? { shrinks: true } : {}) }
}

const MOVES = 'its address moves to another load balancer, and can be on one at a time'

/** Whether a frontend goes here whose Service gets it on another load balancer, with the same address. */
function movesAddress({ balancerKey, lessened }: BalancerChange, { serving }: Pick<Acceptance, 'serving'>, input: PlanInput): boolean {
  return serving.some(
    ({ want, sites }) => lessened.has(want.owner.uid) && sites.some((site) => !isSameBalancer(site.balancerKey, balancerKey) && isElsewhere(site, input)),
  )
}

/** It serves those whose parts are changing; where that cannot be seen, none in particular. */
function polling({ id, of, scheme, operation }: BalancerPart, intents: readonly Intent<unknown>[], { named }: PlanInput): PhasedStep {
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  const serves = (operation?.of ?? []).filter((uid) => mentioned.has(uid)).map((uid) => named({ uid }))
  const why = 'a change of it is under way'
  return inPhase('wait', {
    verb: 'read',
    kind: 'load balancer',
    key: shortName(id),
    title: parseId(id)?.name ?? id,
    balancerKey: { of, scheme },
    id,
    serves,
    why,
  })
}

/** Those whose parts are to change when it has ended. */
function newcomers({ operation }: BalancerPart, change: BalancerChange | undefined, { named }: PlanInput): readonly Waiting[] {
  const changing = new Set(operation?.of)
  return [...(change?.changed ?? [])]
    .filter((uid) => !changing.has(uid))
    .map((uid) => ({ owner: named({ uid }), because: 'Azure is still at another change of the load balancer', afterMs: POLL_MS }))
}
