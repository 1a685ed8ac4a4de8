/** How a Service stands, in one sentence, and what to do about it. Pure. */
import type { Service } from '../model/cluster.ts'
import { BACKENDS } from '../model/names.ts'
import { ownerName } from '../model/owner.ts'
import { excerpt } from '../model/text.ts'
import { firstSentenceOf, type ServiceRow } from '../overview/service-row.ts'
import type { Level, ServiceState } from '../overview/service-state.ts'
import type { ProviderExplanation } from './explanation.ts'

export interface Verdict {
  /** `NotOurs`: no provider of Fairlead has anything to do with it. */
  readonly state: ServiceState | 'NotOurs'
  readonly level: Level
  readonly text: string
}

export interface NextStep {
  readonly text: string
  /** To be copied into a shell; `null`: there is none. */
  readonly command: string | null
}

export interface VerdictFacts {
  readonly service: Service
  /** Undefined: it is no Service of ours. */
  readonly row: ServiceRow | undefined
  /** What each provider that it concerns says. */
  readonly providers: readonly ProviderExplanation[]
  /** Whether `fairlead permissions` knows those of a provider. */
  hasPermissions(provider: string): boolean
  /** Why it concerns none. */
  readonly notOurs?: string
}

export function verdictOf(facts: VerdictFacts): { readonly verdict: Verdict; readonly next: readonly NextStep[] } {
  const { service, row, notOurs } = facts
  const name = ownerName(service.metadata)
  if (row === undefined || notOurs !== undefined) {
    const why = (notOurs ?? 'it asks for no load balancer of Fairlead').replace(/^not ours: /, '').replace(/\.$/, '')
    const text = `${name} is not served with these settings: ${why}.`
    return { verdict: { state: row?.state ?? 'NotOurs', level: row?.level ?? 'off', text }, next: [] }
  }
  const level = row.level === 'good' && hasIllTargets(facts) ? 'warning' : row.level
  return { verdict: { state: row.state, level, text: `${name} ${standing(row, facts)}` }, next: nextSteps(row, facts) }
}

function standing(row: ServiceRow, facts: VerdictFacts): string {
  const by = row.provider === undefined ? '' : ` by ${row.provider}`
  const why = row.message === '' ? '.' : `: ${row.message}`
  if (row.state === 'Deleting') return `is being deleted${why}`
  if (row.addresses.length === 0) return `is not served${row.level === 'busy' ? ' yet' : ''}${reasonText(row)}${why}`
  const served = `is served at ${row.addresses.map((address) => excerpt(address)).join(' and ')}${by}`
  if (row.state !== 'Ready' && row.state !== 'NoBackends') return `${served}, but not as asked${reasonText(row)}${why}`
  if (row.backends.ready === 0 || row.level === 'warning') return `${served}, but ${row.backends.ready === 0 ? 'without backends' : 'not on every port'}${why}`
  return `${served}; ${backendsText(row, facts)}.`
}

function reasonText({ reason }: ServiceRow): string {
  return reason === undefined ? '' : ` (${reason})`
}

/** By the health checks of the load balancer where they are known, or else by the EndpointSlices. */
function backendsText({ backends }: ServiceRow, { providers }: VerdictFacts): string {
  const { known, healthy, initial } = healthOf(providers)
  if (known > 0)
    return `${healthy} of ${known} targets ${known === 1 ? 'is' : 'are'} healthy${initial === 0 ? '' : `, and ${initial} ${initial === 1 ? 'is' : 'are'} still being checked`}`
  return `${backends.ready} of ${backends.total} ${backends.total === 1 ? 'backend is' : 'backends are'} ready`
}

function healthOf(providers: readonly ProviderExplanation[]): {
  readonly known: number
  readonly healthy: number
  readonly initial: number
  readonly unhealthy: number
} {
  const targets = providers.flatMap((provider) => provider.targets ?? []).filter(({ state }) => state !== 'draining')
  const count = (wanted: string): number => targets.filter(({ state }) => state === wanted).length
  return { known: targets.length, healthy: count('healthy'), initial: count('initial'), unhealthy: count('unhealthy') }
}

/** None is healthy yet, and none has failed. */
function isBeingChecked(providers: readonly ProviderExplanation[]): boolean {
  const { healthy, initial, unhealthy } = healthOf(providers)
  return initial > 0 && healthy === 0 && unhealthy === 0
}

/** With policy Local, nodes without a pod fail their check on purpose (KEP-1669), but not all of them. */
function hasIllTargets({ service, providers }: Pick<VerdictFacts, 'service' | 'providers'>): boolean {
  const { healthy, unhealthy } = healthOf(providers)
  return unhealthy > 0 && (healthy === 0 || service.spec.externalTrafficPolicy !== 'Local')
}

const REASON_STEPS: Readonly<Record<string, (row: ServiceRow, facts: Pick<VerdictFacts, 'hasPermissions'>) => NextStep>> = {
  Denied: deniedStep,
  Invalid: (row) => remedyStep(row, 'Change the Service:'),
  Forbidden: (row) => remedyStep(row, "Change the Service, or have the operator's policy changed:"),
  Conflict: (row) => remedyStep(row, 'Free what is in use, or change the Service:'),
}

function nextSteps(row: ServiceRow, facts: VerdictFacts): readonly NextStep[] {
  const { service, providers } = facts
  const { namespace, name, state, level, reason = '' } = row
  const steps: NextStep[] = []
  if (state === 'NotManaged')
    steps.push({
      text: `Check that a controller runs${row.provider === undefined ? '' : ` with the provider ${row.provider}`}:`,
      command: 'kubectl get pods -A -l app.kubernetes.io/name=fairlead',
    })
  const ofReason = level === 'bad' && Object.hasOwn(REASON_STEPS, reason) ? REASON_STEPS[reason] : undefined
  if (ofReason !== undefined) steps.push(ofReason(row, facts))
  if (level === 'busy') steps.push({ text: 'Nothing; Fairlead continues automatically. To see it:', command: `fairlead get ${namespace}/${name} --watch` })
  const backends = row.addresses.length === 0 ? undefined : backendsStep(row, service)
  if (backends !== undefined) steps.push(backends)
  else if (isBeingChecked(providers))
    steps.push({ text: 'Nothing; the load balancer is new to its targets and checks them. To see it again:', command: `fairlead explain ${namespace}/${name}` })
  else if (hasIllTargets({ service, providers })) steps.push(podsStep('Check the pods behind the targets that are not healthy:', service))
  return steps
}

function deniedStep(row: ServiceRow, { hasPermissions }: Pick<VerdictFacts, 'hasPermissions'>): NextStep {
  const { provider = 'PROVIDER' } = row
  if (hasPermissions(provider)) return { text: 'Grant the missing permission. All that the provider needs:', command: `fairlead permissions ${provider}` }
  return { ...editStep(row), text: 'Grant what the condition fairlead.dev/Ready names, or change the Service:' }
}

const LONGEST_REMEDY = 400
/** Where a condition goes on with what is served meanwhile, and when it is tried again. */
const NO_REMEDY = /(^|\s)(The existing load balancer |Fairlead (tries|checks) again)/

/** What the condition says is allowed, or to be done, and the way to change the Service. */
function remedyStep(row: ServiceRow, change: string): NextStep {
  const rest = row.detail.slice(firstSentenceOf(row.detail).length)
  const remedy = rest.slice(0, NO_REMEDY.exec(rest)?.index ?? rest.length).trim()
  if (remedy.length > LONGEST_REMEDY) return { ...editStep(row), text: `${change.replace(/:$/, '')}; the condition fairlead.dev/Ready says what is allowed:` }
  if (remedy === '') return { ...editStep(row), text: change }
  // Where it says what is allowed, the Service is what has to change.
  const isOther = !/^(Allowed:|Did you mean )/.test(remedy)
  return { ...editStep(row), text: `${remedy} ${isOther ? `Or ${change.charAt(0).toLowerCase()}${change.slice(1)}` : change}` }
}

function editStep({ namespace, name }: ServiceRow): NextStep {
  return { text: 'Change the Service:', command: `kubectl edit service -n ${namespace} ${name}` }
}

/** By the condition `fairlead.dev/Backends`; undefined: there is nothing to do, or the condition says it all. */
function backendsStep(row: ServiceRow, service: Service): NextStep | undefined {
  const reason = service.status.conditions?.find(({ type, status }) => type === BACKENDS && status === 'False')?.reason
  if (reason === 'NoPods') return podsStep('Start pods that the selector of the Service matches, or correct it:', service)
  if (reason === 'PortNotFound') return { ...editStep(row), text: 'Correct the target port, as the condition fairlead.dev/Backends says:' }
  return row.backends.ready < row.backends.total ? podsStep('Check the pods that are not ready:', service) : undefined
}

const LONGEST_SELECTOR = 512

function podsStep(text: string, { metadata, spec }: Service): NextStep {
  const selector = Object.entries(spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const flag = selector === '' || selector.length > LONGEST_SELECTOR ? '' : ` -l ${selector}`
  return { text, command: `kubectl get pods -n ${metadata.namespace}${flag} -o wide` }
}
