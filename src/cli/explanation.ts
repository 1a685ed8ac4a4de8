/** What `explain` finds out about one Service, as data: what `-o json` prints, and what the text is made from. */
import { placesOf } from '../controller/services/published.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { KubernetesApi, SeenEvent } from '../kubernetes/api.ts'
import type { Service } from '../model/cluster.ts'
import type { Backends } from '../model/load-balancer.ts'
import { compareText } from '../model/order.ts'
import { present } from '../model/present.ts'
import { placeText } from '../model/status.ts'
import { rowOf, type ServiceRow } from '../overview/service-row.ts'
import type { TargetState } from '../provider/provider.ts'
import type { Looking } from './look.ts'
import { type Concern, type Found, isHeld, type ProviderReport, reportsOf, type ServiceReport } from './service-report.ts'
import { type NextStep, type Verdict, type VerdictFacts, verdictOf } from './verdict.ts'

/** What `explain -o json` prints. Stable, as a ServiceReport is. */
export interface Explanation extends ServiceReport {
  readonly verdict: Verdict
  /** What to do; empty: nothing. */
  readonly next: readonly NextStep[]
  readonly addresses: readonly string[]
  readonly conditions: readonly ExplainedCondition[]
  readonly providers: readonly ProviderExplanation[]
  /** The last of them, the newest first, by any program. */
  readonly events: readonly SeenEvent[]
  /** Why the events are not known. */
  readonly eventsUnknown?: string
}

export interface ExplainedCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

export interface ProviderExplanation extends ProviderReport {
  /** Its finalizer is on the Service. */
  readonly manages: boolean
  readonly listeners: readonly { readonly listener: string; readonly endpoints: number; readonly nodePort?: number }[]
  /** How many nodes may be used. */
  readonly nodes: number
  /** Absent where only the controller's own process knows (local), and where the cloud did not say. */
  readonly targets?: readonly ExplainedTarget[]
  /** Why the cloud did not say. */
  readonly targetsUnknown?: string
}

export type ExplainedTarget = Omit<TargetState, 'owner'>

export type ExplainedConcern = Concern & { readonly explained: ProviderExplanation }

export interface Explained {
  readonly explanation: Explanation
  readonly row: ServiceRow | undefined
  readonly concerns: readonly ExplainedConcern[]
  /** False: a controller manages it, and this command does not know with which settings. */
  readonly isKnown: boolean
}

/** Throws a CloudError where a cloud cannot be read. */
export async function explain(service: Service, looking: Looking & Pick<VerdictFacts, 'hasPermissions'>, signal: AbortSignal): Promise<Explained> {
  const [found, events] = await Promise.all([reportsOf([service], looking, signal), eventsOf(service, looking.api, signal)])
  const [{ report, concerns, isPossible }] = found as readonly [Found]
  const explained = await Promise.all(concerns.map(async (concern) => ({ ...concern, explained: await explainConcern(service, concern, signal) })))
  const conditions = (service.status.conditions ?? []).filter(({ type }) => type.startsWith('fairlead.dev/') || type === 'LoadBalancerPortsError')
  const providers = explained.map((one) => one.explained)
  const row = rowOf(service, looking.snapshot, looking.providers)
  const { verdict, next } = verdictOf({ service, row, providers, hasPermissions: looking.hasPermissions, ...present({ notOurs: report.notOurs }) })
  const explanation: Explanation = {
    verdict,
    next,
    ...report,
    addresses: placesOf(service).map(placeText),
    conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    providers,
    ...events,
  }
  return { explanation, row, concerns: explained, isKnown: report.notOurs === undefined || isPossible }
}

const MOST_EVENTS = 10

/** Events are best effort: without the right to read them the rest is still worth its while. */
async function eventsOf(
  { metadata }: Service,
  api: Pick<KubernetesApi, 'listEvents'>,
  signal: AbortSignal,
): Promise<Pick<Explanation, 'events' | 'eventsUnknown'>> {
  try {
    const events = await api.listEvents(metadata.namespace, metadata.uid, signal)
    return { events: events.toSorted((a, b) => compareText(b.lastAt ?? '', a.lastAt ?? '')).slice(0, MOST_EVENTS) }
  } catch (error) {
    if (signal.aborted) throw error
    return { events: [], eventsUnknown: messageOf(error) }
  }
}

async function explainConcern(service: Service, { view, request, report, previews }: Concern, signal: AbortSignal): Promise<ProviderExplanation> {
  const { nodes, ports } = request.kind === 'wanted' ? request.desired.backends : request.kind === 'malformed' ? request.backends : NO_BACKENDS
  const listeners = Object.entries(ports).map(([listener, { endpoints, nodePort }]) => ({
    listener,
    endpoints: endpoints.length,
    ...present({ nodePort }),
  }))
  const stacks = [...new Set([...previews.map(({ stack }) => stack), ...stacksNamed(service, view.cloud.name)])]
  return { ...report, manages: isHeld(service, view), listeners, nodes: nodes.nodes.length, ...(await targetsOf(service, { view, stacks }, signal)) }
}

const NO_BACKENDS: Backends = { nodes: { nodes: [] }, ports: {} }

async function targetsOf(
  { metadata: { uid } }: Service,
  { view, stacks }: { readonly view: Concern['view']; readonly stacks: readonly string[] },
  signal: AbortSignal,
): Promise<Pick<ProviderExplanation, 'targets' | 'targetsUnknown'>> {
  const { targets } = view.cloud
  if (targets === undefined) return {}
  try {
    const found = await Promise.all(stacks.map((stack) => targets(stack, new Set([uid]), signal)))
    return { targets: found.flat().map(({ listener, target, state, because }) => ({ listener, target, state, because })) }
  } catch (error) {
    return { targetsUnknown: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
