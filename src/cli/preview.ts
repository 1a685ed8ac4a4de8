/** What would be done for one Service: everybody in its Stacks is decided about as the controller does, and the provider's own planner is asked. */
import { decide, isToBeApplied } from '../controller/stacks/intents.ts'
import { LINGER_MS, placesOf } from '../controller/services/published.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { ServiceRequest } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { ownerName, ownerOf } from '../model/owner.ts'
import { type PlanSum, sumOf } from '../provider/engine/plan-sum.ts'
import type { Intent, Outlook, Plan, StackId, Step } from '../provider/provider.ts'
import type { ProviderView } from './look.ts'

export interface ServicePreview {
  readonly stack: StackId
  /** The Stack as a person calls it: without uids. */
  readonly title: string
  /** The part of the Stack's plan that is about the Service. */
  readonly plan: Plan<Step>
  readonly sum: PlanSum
}

/** A preview for each Stack that the Service is in or would get into. A Service that only asks for a plan is planned as if it asked for the thing. */
export async function previewsOf(view: ProviderView, snapshot: Snapshot, service: Service, signal: AbortSignal): Promise<readonly ServicePreview[]> {
  const { uid } = service.metadata
  const home = homeOf(view, service, asked(view.requestOf(service, snapshot)))
  const stacks = new Set([...(home === undefined ? [] : [home]), ...stacksNamed(service, view.cloud.name)])
  return Promise.all(
    [...stacks].map(async (stack) => {
      const preview = await view.cloud.preview(stack, intentsOf(view, snapshot, stack, uid), signal)
      const plan = concerning(preview, uid)
      const title = stack.replaceAll(uid, ownerName(service.metadata))
      const own = preview.outlook.find(({ owner }) => owner.uid === uid)
      const isLeft = home !== undefined && stack !== home
      const outlook = isLeft ? leftBehind(service, title) : own
      return { stack, title, plan, sum: sumOf(plan, { published: isLeft ? [] : placesOf(service), outlook, lingerMs: lingerMsAt(view) }) }
    }),
  )
}

/** Where nodes take packets for published addresses alone, an old one serves until the new one is published, and no longer. */
function lingerMsAt({ cloud }: ProviderView): number {
  return cloud.nodesReachedBy === 'publishedAddress' ? 0 : LINGER_MS
}

/** The Stack that a Service moves away from. */
function leftBehind(service: Service, title: string): Outlook {
  return { owner: ownerOf(service), places: [], removedLater: [`what ${title} holds for it`] }
}

function intentsOf(view: ProviderView, snapshot: Snapshot, stack: StackId, subject: string): readonly Intent<unknown>[] {
  return [...snapshot.services()].flatMap((service): Intent<unknown>[] => {
    const found = view.requestOf(service, snapshot)
    const request = service.metadata.uid === subject ? asked(found) : found
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
