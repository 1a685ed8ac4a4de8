/** What would be done for one Service: everybody in its Stacks is decided about as the controller does, and the provider's own planner is asked. */
import { decide, isToBeApplied } from '../controller/stacks/intents.ts'
import { lingerMsAt, placesOf } from '../controller/services/published.ts'
import { leftText, titleOf } from '../controller/stacks/plan-previews.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { ServiceRequest } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { ownerOf } from '../model/owner.ts'
import type { Preview } from '../provider/cloud.ts'
import { changedNeighbours, type Neighbour, neighboursOf, type Shown } from '../provider/engine/plan-neighbours.ts'
import { type PlanSum, sumOf } from '../provider/engine/plan-sum.ts'
import { stepName } from '../provider/engine/plan-text.ts'
import type { Intent, Outlook, Plan, StackId, Step } from '../provider/provider.ts'
import type { ProviderView } from './look.ts'

export interface ServicePreview {
  readonly stack: StackId
  /** The Stack as a person calls it: without uids. */
  readonly title: string
  /** The part of the Stack's plan that is about the Service. */
  readonly plan: Plan<Step>
  readonly sum: PlanSum
  /** Other Services for which the plan changes something, those left out that are planned too. */
  readonly neighbours: readonly Neighbour[]
  /** What a step is called in the plans of all Stacks, so that one that several Services need is counted once. */
  readonly names: ReadonlyMap<Step, string>
}

/** What is planned together. A Service that only asks for a plan is planned as if it asked for the thing. */
export interface Planning {
  readonly snapshot: Snapshot
  /** Without what is not in the cluster yet. */
  readonly before: Snapshot
  /** Uids. */
  readonly subjects: ReadonlySet<string>
}

/** Answers a preview for each Stack that a Service is in or would get into. Each Stack is planned once, with all Services that are planned together. */
export function previewer(view: ProviderView, planning: Planning, signal: AbortSignal): (service: Service) => Promise<readonly ServicePreview[]> {
  const stacks = new Map<StackId, Promise<StackPreview>>()
  const previewOf = (stack: StackId): Promise<StackPreview> => {
    const known = stacks.get(stack) ?? stackPreview(view, planning, stack, signal)
    stacks.set(stack, known)
    return known
  }
  return (service) => {
    const home = homeOf(view, service, asked(view.requestOf(service, planning.snapshot)))
    const all = new Set([...(home === undefined ? [] : [home]), ...stacksNamed(service, view.cloud.name)])
    return Promise.all(
      [...all].map(async (stack) => servicePreview(view, service, { stack, isLeft: home !== undefined && stack !== home, found: await previewOf(stack) })),
    )
  }
}

interface StackPreview extends Pick<ServicePreview, 'neighbours' | 'names'> {
  readonly preview: Preview
}

async function stackPreview(view: ProviderView, planning: Planning, stack: StackId, signal: AbortSignal): Promise<StackPreview> {
  const { cloud } = view
  const { snapshot, before, subjects } = planning
  const lingerMs = lingerMsAt(cloud)
  const shown = async (intents: readonly Intent<unknown>[]): Promise<Shown> => ({ intents, preview: await cloud.preview(stack, intents, signal) })
  const planned = await shown(intentsOf(view, snapshot, stack, (uid, request) => (subjects.has(uid) ? asked(request) : request)))
  const touched = neighboursOf(planned, subjects, lingerMs)
  // What others want is carried out with or without the Services that are planned.
  const anyway = touched.length === 0 ? undefined : await shown(intentsOf(view, before, stack, (uid, request) => (subjects.has(uid) ? held(request) : request)))
  const neighbours = anyway === undefined ? [] : changedNeighbours(touched, neighboursOf(anyway, subjects, lingerMs))
  return { preview: planned.preview, neighbours, names: namesOf(planned.preview) }
}

interface InStack {
  readonly stack: StackId
  /** The Service moves away from it. */
  readonly isLeft: boolean
  readonly found: StackPreview
}

function servicePreview({ cloud }: ProviderView, service: Service, { stack, isLeft, found: { preview, neighbours, names } }: InStack): ServicePreview {
  const { uid } = service.metadata
  const plan = concerning(preview, uid)
  const outlook = isLeft ? leftBehind(service, stack) : preview.outlook.find(({ owner }) => owner.uid === uid)
  const sum = sumOf(plan, { published: isLeft ? [] : placesOf(service), outlook, lingerMs: lingerMsAt(cloud) })
  return { stack, title: titleOf(stack, ownerOf(service)), plan, sum, neighbours, names }
}

/** A step of a name that comes more than once in one plan has a number. */
function namesOf({ stages }: Plan<Step>): ReadonlyMap<Step, string> {
  const counts = new Map<string, number>()
  return new Map(
    stages.flat().map((step) => {
      const name = stepName(step)
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      return [step, `${name} ${count}`]
    }),
  )
}

/** The Stack that a Service moves away from. */
function leftBehind(service: Service, stack: StackId): Outlook {
  const owner = ownerOf(service)
  return { owner, places: [], removedLater: [leftText(stack, owner)] }
}

function intentsOf(
  view: ProviderView,
  snapshot: Snapshot,
  stack: StackId,
  as: (uid: string, request: ServiceRequest) => ServiceRequest,
): readonly Intent<unknown>[] {
  return [...snapshot.services()].flatMap((service): Intent<unknown>[] => {
    const request = as(service.metadata.uid, view.requestOf(service, snapshot))
    const isHome = homeOf(view, service, request) === stack
    const isHeld = stacksNamed(service, view.cloud.name).includes(stack)
    if (!isHome && !isHeld) return []
    const unknown = { isClaimedElsewhere: false, holdsClaim: false, isReplaced: false, lingering: [] }
    const facts = {
      owner: ownerOf(service),
      service,
      request,
      isKept: false,
      isConfirmed: true,
      isHome,
      isPrepared: true,
      isHeld,
      published: placesOf(service),
      ...unknown,
    }
    const decision = decide(facts)
    return decision.ask === 'nothing' ? [] : [decision.intent]
  })
}

function asked(request: ServiceRequest): ServiceRequest {
  return request.kind === 'wanted' && request.mode === 'plan-only' ? { ...request, mode: 'apply' } : request
}

/** Its settings stay as they are. */
function held(request: ServiceRequest): ServiceRequest {
  return request.kind === 'wanted' ? { ...request, mode: 'pause' } : request
}

function homeOf({ cloud }: ProviderView, service: Service, request: ServiceRequest): StackId | undefined {
  return isToBeApplied(request) ? cloud.stackOf(ownerOf(service), request.desired) : undefined
}

function concerning(plan: Plan<Step>, uid: string): Plan<Step> {
  const stages = plan.stages.map((stage) => stage.filter(({ serves }) => serves.length === 0 || serves.some((owner) => owner.uid === uid)))
  return {
    stages: stages.filter(({ length }) => length > 0),
    refused: plan.refused.filter(({ owner }) => owner.uid === uid),
    waiting: plan.waiting.filter(({ owner }) => owner.uid === uid),
    notes: (plan.notes ?? []).filter(({ owner }) => owner.uid === uid),
  }
}
