/** What would be done for one Service: everybody in its Stacks is decided about as the controller does, and the provider's own planner is asked. */
import { decide, isToBeApplied } from '../controller/intents.ts'
import { placesOf } from '../controller/published.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { Wish } from '../desired/wish.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import type { Intent, Plan, StackId, Step } from '../provider/provider.ts'
import { ownerOf, type ProviderView } from './look.ts'

export interface Preview {
  readonly stack: StackId
  /** The part of the Stack's plan that is about the Service. */
  readonly plan: Plan<Step>
}

/** A preview for each Stack that the Service is in or would get into. A Service that only asks for a plan is planned as if it asked for the thing. */
export async function previewsOf(view: ProviderView, snapshot: Snapshot, service: Service, signal: AbortSignal): Promise<readonly Preview[]> {
  const { uid } = service.metadata
  const home = homeOf(view, service, asked(view.wishOf(service, snapshot)))
  const stacks = new Set([...(home === undefined ? [] : [home]), ...stacksNamed(service, view.cloud.name)])
  return Promise.all(
    [...stacks].map(async (stack) => ({ stack, plan: concerning(await view.cloud.preview(stack, intentsOf(view, snapshot, stack, uid), signal), uid) })),
  )
}

function intentsOf(view: ProviderView, snapshot: Snapshot, stack: StackId, subject: string): readonly Intent<unknown>[] {
  return [...snapshot.services()].flatMap((service): Intent<unknown>[] => {
    const found = view.wishOf(service, snapshot)
    const wish = service.metadata.uid === subject ? asked(found) : found
    const isHome = homeOf(view, service, wish) === stack
    const isHeld = stacksNamed(service, view.cloud.name).includes(stack)
    if (!isHome && !isHeld) return []
    const unknown = { isClaimedElsewhere: false, holdsClaim: false, isReplaced: false, lingering: [] }
    const facts = { owner: ownerOf(service), service, wish, isConfirmed: true, isHome, isPrepared: true, isHeld, published: placesOf(service), ...unknown }
    const decision = decide(facts)
    return decision.ask === 'nothing' ? [] : [decision.intent]
  })
}

function asked(wish: Wish): Wish {
  return wish.kind === 'wanted' && wish.mode === 'plan-only' ? { ...wish, mode: 'apply' } : wish
}

function homeOf({ cloud }: ProviderView, service: Service, wish: Wish): StackId | undefined {
  return isToBeApplied(wish) ? cloud.stackOf(ownerOf(service), wish.desired) : undefined
}

function concerning(plan: Plan<Step>, uid: string): Plan<Step> {
  const stages = plan.stages.map((stage) => stage.filter(({ serves }) => serves.length === 0 || serves.some((owner) => owner.uid === uid)))
  return {
    stages: stages.filter(({ length }) => length > 0),
    refused: plan.refused.filter(({ owner }) => owner.uid === uid),
    waiting: plan.waiting.filter(({ owner }) => owner.uid === uid),
  }
}
