/** Plans that are only shown, in the condition of Services with the annotation `fairlead.dev/plan-only`. */
import { present } from '../../model/present.ts'
import type { Service, Snapshot } from '../../model/cluster.ts'
import { type NamedOwner, ownerName, ownerOf } from '../../model/owner.ts'
import type { Preview } from '../../provider/cloud.ts'
import { changedNeighbours, type Neighbour, neighboursOf, neighboursText, type Shown } from '../../provider/engine/plan-neighbours.ts'
import { outcomeLines, sumOf } from '../../provider/engine/plan-sum.ts'
import type { Intent, StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { lingerMsAt, placesOf } from '../services/published.ts'
import { planFor, type PlanReport } from '../services/report.ts'
import { type Member, serviceOf } from './members.ts'
import { otherStacks } from './membership.ts'

export interface PlannedOnly {
  /** By uid, what would change for the Services that are `plan-only`. */
  readonly reports: ReadonlyMap<string, PlanReport>
  /** When what one of them waits for is worth another look; absent: they wait for nothing. */
  readonly againAfterMs?: number
}

interface Turn {
  readonly members: readonly Member[]
  readonly intents: readonly Intent<unknown>[]
  readonly snapshot: Snapshot
  readonly signal: AbortSignal
}

export async function previewPlans(state: ProviderState, stack: StackId, turn: Turn): Promise<PlannedOnly> {
  const { intents, signal } = turn
  const wanted = wantedIn(state, stack, turn)
  if (wanted.size === 0) return { reports: new Map() }
  const shown = async (asked: readonly Intent<unknown>[]): Promise<Shown> => ({ intents: asked, preview: await state.cloud.preview(stack, asked, signal) })
  const planned = await shown(intents.map((intent) => wanted.get(intent.owner.uid)?.intent ?? intent))
  const subjects = new Set(wanted.keys())
  const lingerMs = lingerMsAt(state.cloud, state.services.lingering.lingerMs)
  const touched = neighboursOf(planned, subjects, lingerMs)
  const neighbours = touched.length === 0 ? [] : changedNeighbours(touched, neighboursOf(await shown(intents), subjects, lingerMs))
  const { preview } = planned
  const waits = preview.waiting.flatMap(({ owner, afterMs }) => (subjects.has(owner.uid) ? [afterMs] : []))
  return {
    reports: new Map([...wanted.values()].map(({ service }) => [service.metadata.uid, reportOf(state, service, { preview, neighbours, lingerMs })])),
    ...present({ againAfterMs: waits.length === 0 ? undefined : Math.min(...waits) }),
  }
}

interface Wanted {
  readonly service: Service
  readonly intent: Intent<unknown>
}

/** By uid. */
function wantedIn(state: ProviderState, stack: StackId, { members, snapshot }: Turn): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const { owner, decision } of members) {
    if (decision.ask !== 'follow' || decision.because !== 'plan only' || state.placements.of(owner.uid)?.home !== stack) continue
    const { service, request } = serviceOf(state, owner, snapshot)
    if (service !== undefined && request?.kind === 'wanted')
      wanted.set(owner.uid, { service, intent: { owner: ownerOf(service), want: request.desired, published: placesOf(service) } })
  }
  return wanted
}

interface Planned {
  readonly preview: Preview
  readonly neighbours: readonly Neighbour[]
  readonly lingerMs: number
}

function reportOf({ placements }: ProviderState, service: Service, { preview, neighbours, lingerMs }: Planned): PlanReport {
  const owner = ownerOf(service)
  const isTheirs = (one: { readonly owner: { readonly uid: string } }): boolean => one.owner.uid === owner.uid
  const placement = placements.of(owner.uid)
  const left = placement === undefined ? [] : otherStacks(placement).map((stack) => leftText(stack, owner))
  const outlook = preview.outlook.find(isTheirs)
  const sum = sumOf(preview, { published: placesOf(service), outlook, lingerMs })
  const others = neighboursText(neighbours)
  return {
    steps: planFor(preview, owner.uid),
    outcome: [
      ...outcomeLines({ ...sum, removedLater: [...sum.removedLater, ...left] }),
      ...(others === '' ? [] : [others]),
      ...(preview.notes ?? []).filter(isTheirs).map(({ text }) => text),
    ],
  }
}

/** A Stack as a person calls it: without uids. */
export function titleOf(stack: StackId, owner: NamedOwner): string {
  return stack.replaceAll(owner.uid, ownerName(owner))
}

/** What goes of a Stack that a Service moves away from. */
export function leftText(stack: StackId, owner: NamedOwner): string {
  return `what ${titleOf(stack, owner)} holds for it`
}
