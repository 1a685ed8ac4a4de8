/** `fairlead explain`: why a Service is, or is not, ready, from what the cluster says, what the planner thinks of it, and what health checks found. */
import { present } from '../model/present.ts'
import { SettingError } from '../config.ts'
import { placesOf } from '../controller/services/published.ts'
import { stacksNamed } from '../controller/triggers.ts'
import type { Service } from '../model/cluster.ts'
import type { Backends } from '../model/load-balancer.ts'
import { READY } from '../model/names.ts'
import { problemText } from '../model/problem.ts'
import { placeText } from '../model/status.ts'
import { escaped } from '../model/text.ts'
import type { TargetState } from '../provider/provider.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { look, type Looking, settingsLine } from './look.ts'
import { indented, previewLines, readName, serviceNamed } from './plan.ts'
import type { CommandBody } from './program.ts'
import { type Concern, isHeld, type ProviderReport, reportOf, type ServiceReport } from './service-report.ts'

export function explainCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names, settingsOver) => {
    const [text] = names
    if (text === undefined || names.length > 1) throw new SettingError('say which Service: NAMESPACE/NAME')
    const name = readName(text)
    const log = logOf(settings, terminal, surroundings.clock)
    return look({ settings, settingsOver, terminal, surroundings, loadCloud, log }, async (looking) => {
      const { explanation, concerns, isKnown } = await explain(serviceNamed(name, looking.snapshot), looking, terminal.signal)
      if (settings.output === 'json') terminal.out(`${JSON.stringify({ settings: looking.settingsFrom ?? null, ...explanation }, undefined, 2)}\n`)
      else terminal.out(`${settingsLine(looking)}\n${explanation.service}\n${indented(linesOf(explanation, concerns).map(escaped).join('\n'))}\n`)
      return isKnown ? 0 : 1
    })
  }
}

/** What `explain -o json` prints. Stable, as a ServiceReport is. */
export interface Explanation extends ServiceReport {
  readonly addresses: readonly string[]
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[]
  readonly providers: readonly ProviderExplanation[]
}

export interface ProviderExplanation extends ProviderReport {
  /** Its finalizer is on the Service. */
  readonly manages: boolean
  readonly listeners: readonly { readonly listener: string; readonly endpoints: number; readonly nodePort?: number }[]
  /** How many nodes may be used. */
  readonly nodes: number
  /** Absent where only the controller's own process knows (local), and where the cloud did not say. */
  readonly targets?: readonly Omit<TargetState, 'owner'>[]
  /** Why the cloud did not say. */
  readonly targetsUnknown?: string
}

interface Explained {
  readonly explanation: Explanation
  readonly concerns: readonly (Concern & { readonly explained: ProviderExplanation })[]
  /** False: a controller manages it, and this command does not know with which settings. */
  readonly isKnown: boolean
}

async function explain(service: Service, looking: Looking, signal: AbortSignal): Promise<Explained> {
  const { report, concerns, isPossible } = await reportOf(service, looking, signal)
  const explained = await Promise.all(concerns.map(async (concern) => ({ ...concern, explained: await explainConcern(service, concern, signal) })))
  const conditions = (service.status.conditions ?? []).filter(({ type }) => type.startsWith('fairlead.dev/') || type === 'LoadBalancerPortsError')
  const explanation = {
    ...report,
    addresses: placesOf(service).map(placeText),
    conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    providers: explained.map((one) => one.explained),
  }
  return { explanation, concerns: explained, isKnown: report.notOurs === undefined || isPossible }
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
    return { targetsUnknown: error instanceof Error ? error.message : String(error) }
  }
}

function linesOf({ addresses, conditions, notOurs }: Explanation, concerns: Explained['concerns']): readonly string[] {
  const ready = conditions.some(({ type }) => type === READY)
  return [
    ...(notOurs === undefined ? [] : [notOurs]),
    `address: ${addresses.length === 0 ? 'none yet' : addresses.join(', ')}`,
    ...(ready ? [] : [`condition ${READY}: not set: no controller manages this Service yet`]),
    ...conditions.map(({ type, status, reason, message }) => `condition ${type}: ${status}, ${reason}: ${message}`),
    ...concerns.flatMap((concern) => concernLines(concern, ready)),
  ]
}

function concernLines({ view, request, previews, explained }: Explained['concerns'][number], hasCondition: boolean): readonly string[] {
  const standing = explained.manages
    ? 'manages this Service'
    : hasCondition
      ? 'has created nothing for it yet'
      : 'does not manage it yet; is a controller running with this provider?'
  const isLocal = request.kind === 'wanted' && request.desired.settings.externalTrafficPolicy === 'Local'
  const problems = request.kind === 'malformed' ? request.problems.map((problem) => `${problem.reason}: ${problemText(problem)}`) : []
  return [
    `provider ${view.cloud.name}: ${standing}`,
    ...explained.notes.map((note) => `note: ${note}`),
    ...problems,
    ...explained.listeners.map(({ listener, endpoints, nodePort }) => {
      const targets = (explained.targets ?? []).filter((target) => target.listener === listener)
      return `listener ${listener}: ${countText(endpoints, 'ready endpoint')}${nodePort === undefined ? '' : `, node port ${nodePort}`}${healthText(targets)}${isLocal ? localText(targets) : ''}`
    }),
    ...(explained.targetsUnknown === undefined ? [] : [`health of targets: not known: ${explained.targetsUnknown}`]),
    `nodes that may be used: ${explained.nodes}`,
    ...previews.flatMap((preview) => leftLines(preview.title, previewLines(preview))),
  ]
}

function leftLines(title: string, lines: readonly string[]): readonly string[] {
  const [first = '', ...rest] = lines.flatMap((line) => line.split('\n'))
  return rest.length === 0 ? [`left to do in Stack ${title}: ${first}`] : [`left to do in Stack ${title}:`, ...[first, ...rest].map((line) => `  ${line}`)]
}

/** `; targets: 2 healthy, 1 unhealthy: i-0abc:30080 (Health checks failed)` */
function healthText(targets: readonly Omit<TargetState, 'owner'>[]): string {
  if (targets.length === 0) return ''
  const counts = (['healthy', 'initial', 'unhealthy', 'draining'] as const).flatMap((state) => {
    const count = targets.filter((target) => target.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  const ill = targets.filter(({ state }) => state === 'unhealthy' || state === 'initial')
  const why = [...Map.groupBy(ill, ({ because }) => because)].map(([because, group]) => `${namesText(group)} (${because})`)
  return `; targets: ${counts.join(', ')}${why.length === 0 ? '' : `: ${why.join('; ')}`}`
}

/** With policy Local a node without a pod answers its check with a failure, so that it gets no traffic (KEP-1669). */
function localText(targets: readonly Omit<TargetState, 'owner'>[]): string {
  const hasIll = targets.some(({ state }) => state === 'unhealthy')
  return hasIll ? '. With externalTrafficPolicy: Local, nodes without a ready pod are unhealthy on purpose' : ''
}

function namesText(targets: readonly Pick<TargetState, 'target'>[]): string {
  const names = targets.slice(0, MOST_SHOWN).map(({ target }) => target)
  return targets.length > MOST_SHOWN ? `${names.join(', ')} and ${targets.length - MOST_SHOWN} more` : names.join(', ')
}

const MOST_SHOWN = 5

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
