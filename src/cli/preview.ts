/** What would be done for one Service: everybody in its Stacks is decided about as the controller does, and the provider's own planner is asked. */
import { decide, isToBeApplied } from '../controller/stacks/intents.ts'
import { lingerMsAt, placesOf } from '../controller/services/published.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { ServiceRequest } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { ownerName, ownerOf } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import type { Preview } from '../provider/cloud.ts'
import { concerning } from '../provider/kit/concerning.ts'
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
  /** Other Services of the Stack for which the same plan changes something. */
  readonly others: readonly Neighbour[]
}

/** Another Service of a Stack: its address changes, what is done interrupts it, or it is refused. */
export interface Neighbour {
  /** NAMESPACE/NAME */
  readonly service: string
  readonly addresses: PlanSum['addresses']
  readonly addressChanges: boolean
  readonly interruptions: PlanSum['interruptions']
  readonly refused: readonly string[]
}

/** A preview for each Stack that the Service is in or would get into. A Service that only asks for a plan is planned as if it asked for the thing. */
export async function previewsOf(view: ProviderView, snapshot: Snapshot, service: Service, signal: AbortSignal): Promise<readonly ServicePreview[]> {
  const { uid } = service.metadata
  const home = homeOf(view, service, asked(view.requestOf(service, snapshot)))
  const stacks = new Set([...(home === undefined ? [] : [home]), ...stacksNamed(service, view.cloud.name)])
  return Promise.all(
    [...stacks].map(async (stack) => {
      const intents = intentsOf(view, snapshot, stack, uid)
      const preview = await view.cloud.preview(stack, intents, signal)
      const plan = concerning(preview, uid)
      const title = stack.replaceAll(uid, ownerName(service.metadata))
      const own = preview.outlook.find(({ owner }) => owner.uid === uid)
      const isLeft = home !== undefined && stack !== home
      const outlook = isLeft ? leftBehind(service, title) : own
      const sum = sumOf(plan, { published: isLeft ? [] : placesOf(service), outlook, lingerMs: lingerMsAt(view.cloud) })
      return { stack, title, plan, sum, others: neighboursOf(preview, intents, uid) }
    }),
  )
}

/** Steps that serve nobody but them are their own matter, and are not shown. */
function neighboursOf(preview: Preview, intents: readonly Intent<unknown>[], uid: string): readonly Neighbour[] {
  return intents.flatMap((intent): Neighbour[] => {
    if (intent.owner.uid === uid || !('want' in intent)) return []
    const plan = concerning(preview, intent.owner.uid)
    const outlook = preview.outlook.find(({ owner }) => owner.uid === intent.owner.uid)
    const { addresses, addressChanges, interruptions } = sumOf(plan, { published: intent.published, outlook, lingerMs: 0 })
    const refused = plan.refused.map(({ problem }) => problemText(problem))
    if (!addressChanges && interruptions.length === 0 && refused.length === 0) return []
    return [{ service: ownerName(intent.owner), addresses, addressChanges, interruptions, refused }]
  })
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
