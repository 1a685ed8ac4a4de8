/** How nodes are asked whether they are well: one check for a whole load balancer, which always has one. Pure. */
import type { HealthCheck as Asked, Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { HealthCheck } from '../../api/documents.ts'
import { FIELDS } from '../../fields.ts'

export type CheckedListener = Pick<Listener, 'key' | 'port' | 'protocol' | 'healthCheck'>

/** What of a check is wanted; its name and description are others' business. */
export type WantedCheck = Required<Pick<HealthCheck, 'type' | 'checkIntervalSec' | 'timeoutSec' | 'healthyThreshold' | 'unhealthyThreshold'>> &
  Pick<HealthCheck, 'tcpHealthCheck' | 'httpHealthCheck' | 'httpsHealthCheck'>

export type CheckFor =
  /** `isShared`: it asks kube-proxy, with no settings of its own, as the check of all Services does. */
  | { readonly kind: 'check'; readonly check: WantedCheck; readonly port: number; readonly isShared: boolean }
  | { readonly kind: 'problem'; readonly problem: Problem }

/**
 * Seconds, and answers in a row, as ingress-gce asks: a node that lost its last pod is left sooner than one that went away. Source: kubernetes/ingress-gce
 * pkg/healthchecksl4.
 */
const RHYTHMS = {
  Cluster: { checkIntervalSec: 8, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 3 },
  Local: { checkIntervalSec: 3, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 2 },
} as const

/** Of kube-proxy, and of what takes its place: whether the node may get new connections. Source: KEP-3836. */
export const SHARED_CHECK_PORT = 10_256
export const SHARED_CHECK: WantedCheck = { type: 'HTTP', ...RHYTHMS.Cluster, httpHealthCheck: { port: SHARED_CHECK_PORT, requestPath: '/healthz' } }

/** Source: cloud.google.com/load-balancing/docs/health-check-concepts. */
const [LONGEST, MOST] = [300, 10] as const

/** Listeners whose checks differ are a problem: the load balancer has one for all of them. */
export function checkFor(listeners: readonly CheckedListener[], policy: keyof typeof RHYTHMS): CheckFor {
  const [first, ...others] = listeners
  if (first === undefined) return { kind: 'problem', problem: { reason: 'Invalid', field: FIELDS.ports, wrong: 'has no port for the load balancer' } }
  const problem = listeners.map((listener) => problemOf(listener, policy)).find((found) => found !== undefined)
  if (problem !== undefined) return { kind: 'problem', problem }
  const check = checkOf(first, policy)
  const other = others.find((listener) => JSON.stringify(checkOf(listener, policy)) !== JSON.stringify(check))
  if (other !== undefined) return { kind: 'problem', problem: differs(first, other) }
  const isDefault = JSON.stringify(rhythmOf(first.healthCheck, policy)) === JSON.stringify(RHYTHMS.Cluster)
  return { kind: 'check', check, port: portOf(first), isShared: first.healthCheck.from === 'kube-proxy' && isDefault }
}

function checkOf(listener: CheckedListener, policy: keyof typeof RHYTHMS): WantedCheck {
  const { healthCheck: asked } = listener
  const [rhythm, port] = [rhythmOf(asked, policy), portOf(listener)]
  const page = { port, requestPath: asked.path ?? '/' }
  if (asked.protocol === 'http') return { type: 'HTTP', ...rhythm, httpHealthCheck: page }
  return asked.protocol === 'https' ? { type: 'HTTPS', ...rhythm, httpsHealthCheck: page } : { type: 'TCP', ...rhythm, tcpHealthCheck: { port } }
}

function rhythmOf(asked: Asked, policy: keyof typeof RHYTHMS) {
  const usual = RHYTHMS[policy]
  return {
    checkIntervalSec: asked.intervalSeconds ?? Math.max(usual.checkIntervalSec, asked.timeoutSeconds ?? 0),
    timeoutSec: asked.timeoutSeconds ?? usual.timeoutSec,
    healthyThreshold: asked.healthyThreshold ?? usual.healthyThreshold,
    unhealthyThreshold: asked.unhealthyThreshold ?? usual.unhealthyThreshold,
  }
}

/** Probes are addressed to the load balancer, as clients' packets are: the port that traffic goes to is the listener's own. */
function portOf({ healthCheck: { port: asked }, port }: CheckedListener): number {
  return asked === 'traffic' ? port : asked
}

function problemOf({ key, protocol, healthCheck: asked }: CheckedListener, policy: keyof typeof RHYTHMS): Problem | undefined {
  const of = (field: string, value: string | number, wrong: string, allowed: string): Problem => {
    return { reason: 'Invalid', field, value: String(value), listener: key, wrong, allowed }
  }
  const { checkIntervalSec, timeoutSec, healthyThreshold, unhealthyThreshold } = rhythmOf(asked, policy)
  if (asked.protocol === 'none')
    return of(FIELDS.healthCheckProtocol, 'none', 'is not possible: every load balancer of Google has a health check', '`tcp`, `http`, `https`, or no value')
  if (asked.port === 'traffic' && protocol !== 'TCP')
    return of(FIELDS.healthCheckPort, 'traffic', `is a port of ${protocol}, and a health check asks by TCP`, 'a port number, or no value')
  if (asked.successCodes !== undefined && asked.successCodes !== '200')
    return of(FIELDS.successCodes, asked.successCodes, 'is not what Google takes for a good answer', '200')
  if (!isWhole(checkIntervalSec, LONGEST))
    return of(FIELDS.healthCheckInterval, `${checkIntervalSec}s`, 'is not an interval of Google', `whole seconds from 1s to ${LONGEST}s`)
  if (!isWhole(timeoutSec, checkIntervalSec))
    return of(
      FIELDS.healthCheckTimeout,
      `${timeoutSec}s`,
      'is not a time-out of Google',
      `whole seconds from 1s to the interval, which is ${checkIntervalSec}s`,
    )
  if (!isWhole(healthyThreshold, MOST)) return of(FIELDS.healthyThreshold, healthyThreshold, 'is too high', `1 to ${MOST}`)
  if (!isWhole(unhealthyThreshold, MOST)) return of(FIELDS.unhealthyThreshold, unhealthyThreshold, 'is too high', `1 to ${MOST}`)
  return undefined
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

function differs(first: CheckedListener, other: CheckedListener): Problem {
  return {
    reason: 'Invalid',
    field: FIELDS.healthCheckPort,
    listener: other.key,
    wrong: `has another health check than ${first.key}, and a load balancer of Google has one for all ports`,
    remedy: `Set ${FIELDS.healthCheckProtocol} and ${FIELDS.healthCheckPort} for the whole Service.`,
  }
}
