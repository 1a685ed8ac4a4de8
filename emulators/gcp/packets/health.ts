/** What health checks say of backends. Nothing runs in the background: each question is answered from what changed when. */
import { numberAt, objectAt, textAt, textsAt } from '../../cloud/json.ts'
import { judge } from '../../cloud/verdict.ts'
import type { Compute } from '../store/compute.ts'
import { keysOf } from '../store/machines.ts'
import type { Resource } from '../store/resource-type.ts'
import { COLLECTIONS } from '../types/common.ts'
import { PROBE_MEMBERS } from '../types/health-checks.ts'
import { isIpv6, literalOf } from '../types/ip-addresses.ts'
import { type Backend, backendsIn, backendsOf } from './backends.ts'
import { stoppedBy } from './firewall.ts'

/** Where probes come from: one address of those that Google names for passthrough load balancers, by family and scheme. */
export const PROBES_FROM = { ipv4: '35.191.0.1', external6: '2600:1901:8001::1', internal6: '2600:2d00:1:b029::1' } as const

/** kube-proxy's own health port, which every machine answers unless something else is said. */
const KUBE_PROXY = 10_256

export interface BackendHealth extends Backend {
  readonly isHealthy: boolean
}

/** Of all backends behind a forwarding rule: probes go to its address. */
export function backendHealth(compute: Compute, rule: Resource): readonly BackendHealth[] {
  const service = compute.resources.get(textAt(rule.body, 'backendService') ?? '')
  if (service === undefined) return []
  return backendsOf(compute, service).map((backend) => ({ ...backend, isHealthy: verdictOf(compute, { rule, service, backend }) === true }))
}

export interface GroupHealth {
  readonly rule: string
  readonly address: string
  readonly instance: string
  readonly privateIp: string
  readonly isHealthy: boolean
}

/** As `getHealth` answers: the backends of a group that have been judged, once for each forwarding rule. */
export function healthOf(compute: Compute, service: Resource, group: string): readonly GroupHealth[] {
  const rules = compute.resources.users(service.path).filter(({ type, isReady }) => type.collection === COLLECTIONS.rule && isReady)
  return rules.flatMap((rule) =>
    backendsIn(compute, group).flatMap((backend) => {
      const isHealthy = verdictOf(compute, { rule, service, backend })
      if (isHealthy === undefined) return []
      return [{ rule: rule.path, address: textAt(rule.body, 'IPAddress') ?? '', instance: backend.instance.path, privateIp: backend.privateIp, isHealthy }]
    }),
  )
}

interface Case {
  readonly rule: Resource
  readonly service: Resource
  readonly backend: Backend
}

/** Undefined: there is none yet. */
function verdictOf(compute: Compute, of: Case): boolean | undefined {
  const check = compute.resources.get(textsAt(of.service.body, 'healthChecks')[0] ?? '')
  if (check === undefined) return true
  const { verdicts, touchedAt, clock, delays } = compute
  const now = clock.now()
  const answers = answersProbe(compute, check, of)
  const key = `${of.rule.path} ${of.backend.instance.path}`
  if (now < joinedAt(compute, `${of.service.path} ${of.backend.instance.path}`) + delays.registration) return undefined
  const verdict = judge(verdicts.get(key), { answers, now, touchedAt, confirmationMs: confirmation(compute, check, answers) })
  verdicts.set(key, verdict)
  return verdict.isHealthy
}

/** When it was first seen there; what was not asked for before has been there since something last changed. */
function joinedAt({ joined, touchedAt }: Compute, key: string): number {
  const at = joined.get(key) ?? touchedAt
  joined.set(key, at)
  return at
}

function confirmation({ delays }: Compute, { body }: Resource, answers: boolean): number {
  const threshold = numberAt(body, answers ? 'healthyThreshold' : 'unhealthyThreshold') ?? 2
  return delays.healthChange ?? (numberAt(body, 'checkIntervalSec') ?? 5) * 1000 * threshold
}

/** Through the firewall, to the address of the load balancer. Of HTTP answers only 200 counts, which a machine gives that is healthy; others are content with an open port. */
function answersProbe(compute: Compute, check: Resource, { rule, backend: { instance, privateIp } }: Case): boolean {
  const type = textAt(check.body, 'type') ?? ''
  const port = numberAt(objectAt(check.body, PROBE_MEMBERS[type] ?? ''), 'port') ?? 0
  const to = literalOf(textAt(rule.body, 'IPAddress') ?? '0.0.0.0')
  if (stoppedBy(compute, instance, { from: proberOf(rule, to), to, port, protocol: 'TCP' }) !== undefined) return false
  const keys = keysOf(instance.path, privateIp)
  const said = compute.machines.health(keys, port)
  if (said !== undefined) return said || !type.startsWith('HTTP')
  return port === KUBE_PROXY || compute.machines.nodePort(keys, port, 'TCP') !== undefined
}

function proberOf({ body }: Resource, address: string): string {
  if (!isIpv6(address)) return PROBES_FROM.ipv4
  return textAt(body, 'loadBalancingScheme') === 'INTERNAL' ? PROBES_FROM.internal6 : PROBES_FROM.external6
}
