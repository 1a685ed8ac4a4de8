/** The health check of one Service, and the firewall rules that let its probes in. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { HealthCheck } from '../../api/documents.ts'
import { describe } from '../../marks.ts'
import { firewallName } from '../../names.ts'
import { making, patching } from '../../steps.ts'
import { type CheckPart, isSettled } from '../../view.ts'
import type { Serving } from '../accept/serving.ts'
import { firewallId, type WantedFirewall } from '../firewall/wanted.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { admittingProbes } from '../wanted/firewall.ts'
import { type CheckFor, checkFor } from '../wanted/health-check.ts'
import { about } from './about.ts'
import { checkId, markOf, schemeOf, servicesOf, sharedCheckId } from './context.ts'

export interface CheckParts {
  readonly id: string
  readonly isShared: boolean
  /** It can be referred to. */
  readonly isReady: boolean
  readonly steps: readonly PhasedStep[]
  readonly firewalls: readonly WantedFirewall[]
}

export function checkParts(serving: Serving, input: PlanInput): CheckParts {
  const { want, naming } = serving
  const { settings } = want.want
  const wanted = checkFor(settings.listeners, settings.externalTrafficPolicy)
  if (wanted.kind === 'problem') throw new Error('a Service whose health check is a problem is not served')
  if (wanted.isShared) return { id: sharedCheckId(input.config), isShared: true, isReady: isReadyInBase(input), steps: [], firewalls: [] }
  const id = checkId(naming, input.config)
  const part = input.view.checks.get(id)
  return {
    id,
    isShared: false,
    isReady: isSettled(part),
    steps: checkSteps(id, part, wanted, serving, input),
    firewalls: probeFirewalls(wanted.port, serving, input),
  }
}

function isReadyInBase({ base, config }: PlanInput): boolean {
  return isSettled(base?.checks.get(sharedCheckId(config)))
}

type WantedCheckFor = Extract<CheckFor, { readonly kind: 'check' }>

function checkSteps(id: string, part: CheckPart | undefined, { check }: WantedCheckFor, serving: Serving, { config }: PlanInput): readonly PhasedStep[] {
  const serves = [serving.want.owner]
  if (part === undefined) {
    const mark = markOf(serving)
    const body = { ...check, description: describe(config.clusterId, mark) }
    return [inPhase('make', making('health check', { ...about(id, serves, 'it says which nodes get traffic'), body, mark }))]
  }
  const change = part.operation === undefined ? checkChange(part.document, check) : undefined
  return change === undefined ? [] : [inPhase('make', patching('health check', { ...about(id, serves, 'nodes are asked in another way'), body: change }))]
}

const ASKED = ['tcpHealthCheck', 'httpHealthCheck', 'httpsHealthCheck'] as const

/** Undefined: it is as wanted. Only what we say counts: Google fills in the rest. */
export function checkChange(found: HealthCheck, wanted: HealthCheck): HealthCheck | undefined {
  const differs = Object.entries(wanted).some(([name, value]) => !isWithin(value, found[name as keyof HealthCheck]))
  const isOther = ASKED.some((name) => wanted[name] === undefined && found[name] !== undefined)
  if (!differs && !isOther) return undefined
  const cleared = Object.fromEntries(ASKED.filter((name) => wanted[name] === undefined && found[name] !== undefined).map((name) => [name, null]))
  return { ...wanted, ...(cleared as unknown as HealthCheck) }
}

function isWithin(wanted: unknown, found: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null) return isDeepStrictEqual(wanted, found)
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(value, (found as Readonly<Record<string, unknown>>)[name]))
}

/** Probes are addressed to the load balancer, and come from ranges that its scheme has; while the scheme changes there are load balancers of both. */
function probeFirewalls(port: number, serving: Serving, input: PlanInput): readonly WantedFirewall[] {
  const { config } = input
  const { network, firewallTargets: targets } = config
  const found = servicesOf(serving.want.owner, input).map(({ document }) => document.loadBalancingScheme)
  const schemes = [...new Set([schemeOf(serving), ...found])].map((scheme) => (scheme === 'INTERNAL' ? ('internal' as const) : ('internet-facing' as const)))
  return serving.sites.map(({ family }) => ({
    id: firewallId(config, firewallName(serving.naming, { family, network, purpose: 'probes' })),
    body: admittingProbes({ network, targets, family, schemes, port }),
  }))
}
