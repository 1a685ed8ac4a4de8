/** What `plan` and `explain` find out about one Service, as data: what `-o json` prints, and what the text is made from. */
import { present } from '../model/present.ts'
import { isHeldBy } from '../desired/eligible.ts'
import type { ServiceRequest } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { unservedClassText } from '../desired/unserved-class.ts'
import { classOf } from '../model/names.ts'
import { ownerName } from '../model/owner.ts'
import { type Problem, problemText } from '../model/problem.ts'
import type { Neighbour } from '../provider/engine/plan-neighbours.ts'
import type { PlanSum } from '../provider/engine/plan-sum.ts'
import { stepTitle } from '../provider/engine/plan-text.ts'
import type { Step } from '../provider/provider.ts'
import type { Looking, ProviderView } from './look.ts'
import { isPlannedOnly } from './overlay.ts'
import { previewer, type ServicePreview } from './preview.ts'

/** Stable: scripts read it. Fields may be added; none changes its meaning. */
export interface ServiceReport {
  /** NAMESPACE/NAME */
  readonly service: string
  /** Why no provider has anything to do with it; absent where one has. */
  readonly notOurs?: string
  /** The Service is not in the cluster: names that are made from its UID will be others. */
  readonly isPlannedOnly: boolean
  readonly providers: readonly ProviderReport[]
}

export interface ProviderReport {
  readonly provider: string
  /** What makes the whole Service impossible, before any cloud is asked. */
  readonly problems: readonly ProblemReport[]
  readonly notes: readonly string[]
  readonly stacks: readonly StackReport[]
}

export interface ProblemReport {
  readonly reason: string
  readonly message: string
}

export interface StackReport {
  readonly stack: string
  /** Run in order; the steps of one stage run side by side. */
  readonly stages: readonly (readonly StepReport[])[]
  /** `ports`: only these listeners; absent: the whole Service. */
  readonly refused: readonly (ProblemReport & { readonly ports?: readonly string[] })[]
  readonly waiting: readonly { readonly message: string; readonly afterSeconds: number }[]
  /** What the Service's author should know of it. Absent: nothing. */
  readonly notes?: readonly string[]
  readonly sum: PlanSum
  /** Other Services for which the plan changes something. Absent: there are none. */
  readonly neighbours?: readonly Neighbour[]
}

export interface StepReport {
  readonly verb: string
  readonly kind: string
  readonly name: string
  readonly why: string
  readonly interrupts?: string
}

/** One Service and what each provider that it concerns would do; the previews are for the text. */
export interface Found {
  readonly report: ServiceReport
  readonly concerns: readonly Concern[]
  /** The Service is possible as it is, as far as a plan shows. */
  readonly isPossible: boolean
}

export interface Concern {
  readonly view: ProviderView
  readonly request: ServiceRequest
  readonly previews: readonly ServicePreview[]
  readonly report: ProviderReport
}

/**
 * Asks every provider of Services that are planned together. `before`: the cluster without what is not in it yet; absent: the same. Throws a CloudError where a
 * cloud cannot be read.
 */
export async function reportsOf(
  services: readonly Service[],
  looking: Pick<Looking, 'snapshot' | 'views' | 'released'> & { readonly before?: Snapshot },
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const { snapshot, before = snapshot, views } = looking
  const subjects = new Set(services.map(({ metadata }) => metadata.uid))
  const planners = views.map((view) => ({ view, previewsOf: previewer(view, { snapshot, before, subjects }, signal) }))
  const found: Found[] = []
  for (const service of services) found.push(await reportOf(service, looking, planners))
  return found
}

interface Planner {
  readonly view: ProviderView
  readonly previewsOf: ReturnType<typeof previewer>
}

async function reportOf(
  service: Service,
  { snapshot, views, released }: Pick<Looking, 'snapshot' | 'views' | 'released'>,
  planners: readonly Planner[],
): Promise<Found> {
  const asked = await Promise.all(
    planners.map(async ({ view, previewsOf }): Promise<Concern | undefined> => {
      const request = view.requestOf(service, snapshot)
      const previews = request.kind === 'malformed' ? [] : await previewsOf(service)
      return request.kind === 'not ours' && previews.length === 0 ? undefined : { view, request, previews, report: providerReport(view, request, previews) }
    }),
  )
  const concerns = asked.filter((one) => one !== undefined)
  const providers = concerns.map(({ report }) => report)
  const common = { service: ownerName(service.metadata), isPlannedOnly: isPlannedOnly(service), providers }
  const isPossible = providers.every(({ problems, stacks }) => problems.length === 0 && stacks.every(({ refused }) => refused.length === 0))
  if (concerns.length > 0) return { report: common, concerns, isPossible }
  return { report: { ...common, notOurs: released.has(service.metadata.uid) ? RELEASED : notOurs(service, views) }, concerns, isPossible: !isManaged(service) }
}

function providerReport({ cloud }: ProviderView, request: ServiceRequest, previews: readonly ServicePreview[]): ProviderReport {
  return {
    provider: cloud.name,
    problems: request.kind === 'malformed' ? request.problems.map(problemReport) : [],
    notes: request.kind === 'not ours' ? [] : request.notes,
    stacks: previews.map(stackReport),
  }
}

function stackReport({ title: stack, plan: { stages, refused, waiting, notes = [] }, sum, neighbours }: ServicePreview): StackReport {
  return {
    stack,
    stages: stages.map((stage) => stage.map(stepReport)),
    refused: refused.map(({ ports, problem }) => ({
      ...problemReport(problem),
      ...(ports === undefined ? {} : { ports: ports.map(({ port, protocol }) => `${port}/${protocol}`) }),
    })),
    waiting: waiting.map(({ because, afterMs }) => ({ message: because, afterSeconds: Math.round(afterMs / 1000) })),
    ...(notes.length === 0 ? {} : { notes: notes.map(({ text }) => text) }),
    sum,
    ...(neighbours.length === 0 ? {} : { neighbours }),
  }
}

function stepReport(step: Step): StepReport {
  const { verb, kind, why, interrupts } = step
  const name = stepTitle(step).slice(`${verb} ${kind} `.length)
  return { verb, kind, name, why, ...present({ interrupts }) }
}

function problemReport(problem: Problem): ProblemReport {
  return { reason: problem.reason, message: problemText(problem) }
}

/** A controller has written on it, or holds it. */
function isManaged(service: Service): boolean {
  const hasCondition = service.status.conditions?.some(({ type }) => type.startsWith('fairlead.dev/')) === true
  return hasCondition || service.metadata.finalizers?.some((name) => name.startsWith('fairlead.dev/')) === true
}

const RELEASED = 'it was released; `fairlead release --undo` has all released Services served again'

function notOurs(service: Service, views: readonly ProviderView[]): string {
  const { type, loadBalancerClass } = service.spec
  const names = views.map(({ cloud }) => cloud.name)
  if (isManaged(service))
    return 'a Fairlead controller manages this Service, but not with the settings that this command uses: give the flags of that controller (--providers, --default-class and those of its provider), or restart it, so that it publishes its settings'
  if (type !== 'LoadBalancer') return `not ours: its type is ${type ?? 'ClusterIP'}; only type LoadBalancer gets a load balancer`
  if (loadBalancerClass === undefined)
    return `not ours: it has no loadBalancerClass, and no provider is the default; set spec.loadBalancerClass to one of ${names.map(classOf).join(', ')}, or start with --default-class`
  return `not ours: ${unservedClassText(loadBalancerClass, names)}`
}

/** Whether the provider's finalizer is on it. */
export function isHeld(service: Service, { cloud }: ProviderView): boolean {
  return isHeldBy(service, cloud.name)
}
