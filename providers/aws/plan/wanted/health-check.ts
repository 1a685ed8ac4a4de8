/** How a target group checks its targets: the request in the API's terms, within its ranges. */
import type { HealthCheck, Listener, ListenerKey } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { GroupHealthCheck } from '../../view.ts'

/** Twenty seconds until a bad target is left out, and as long until a good one is taken in. */
const INTERVAL = 10
const TIMEOUT = 6
const THRESHOLD = 2
const SUCCESS_CODES = '200-399'

export function groupHealthCheck(check: HealthCheck): GroupHealthCheck {
  const intervalSeconds = check.intervalSeconds ?? INTERVAL
  const isHttp = check.protocol === 'http' || check.protocol === 'https'
  return {
    protocol: check.protocol === 'http' ? 'HTTP' : check.protocol === 'https' ? 'HTTPS' : 'TCP',
    port: check.port === 'traffic' ? 'traffic-port' : String(check.port),
    ...(isHttp ? { path: check.path ?? '/', successCodes: check.successCodes ?? SUCCESS_CODES } : {}),
    intervalSeconds,
    timeoutSeconds: check.timeoutSeconds ?? Math.min(TIMEOUT, intervalSeconds),
    healthyThreshold: check.healthyThreshold ?? THRESHOLD,
    unhealthyThreshold: check.unhealthyThreshold ?? THRESHOLD,
  }
}

/** Path and codes are left out of the comparison for TCP: AWS may go on showing those of an HTTP check before. */
export function isSameCheck(a: GroupHealthCheck, b: GroupHealthCheck): boolean {
  const isSameHttp = a.protocol === 'TCP' || (a.path === b.path && a.successCodes === b.successCodes)
  return (
    isSameHttp &&
    a.protocol === b.protocol &&
    a.port === b.port &&
    a.intervalSeconds === b.intervalSeconds &&
    a.timeoutSeconds === b.timeoutSeconds &&
    a.healthyThreshold === b.healthyThreshold &&
    a.unhealthyThreshold === b.unhealthyThreshold
  )
}

interface Range {
  readonly word: string
  readonly value: number | undefined
  readonly from: number
  readonly to: number
}

/** The first thing that the API would not take. */
export function healthCheckProblem({ key, healthCheck }: Listener): Problem | undefined {
  const { intervalSeconds = INTERVAL, path, successCodes } = healthCheck
  const ranges: readonly Range[] = [
    { word: 'interval', value: healthCheck.intervalSeconds, from: 5, to: 300 },
    { word: 'timeout', value: healthCheck.timeoutSeconds, from: 2, to: Math.min(120, intervalSeconds) },
    { word: 'healthy-threshold', value: healthCheck.healthyThreshold, from: 2, to: 10 },
    { word: 'unhealthy-threshold', value: healthCheck.unhealthyThreshold, from: 2, to: 10 },
  ]
  const outside = ranges.find(({ value, from, to }) => value !== undefined && (value < from || value > to))
  if (outside !== undefined) {
    const { word, value, from, to } = outside
    const limit = word === 'timeout' && to < 120 ? ', and no more than the interval' : ''
    return invalid(key, word, String(value), `is out of range for the health check of ${key}`, `${from} to ${to}${limit}`)
  }
  if (path !== undefined && (!path.startsWith('/') || path.length > LONGEST_PATH))
    return invalid(key, 'path', path, `is not a path for the health check of ${key}`, `a path that begins with / and has at most ${LONGEST_PATH} characters`)
  if (successCodes !== undefined && !isCodes(successCodes))
    return invalid(
      key,
      'success-codes',
      successCodes,
      `are not status codes for the health check of ${key}`,
      'codes and ranges from 200 to 599, such as 200-299,404',
    )
  return undefined
}

const LONGEST_PATH = 1024

function isCodes(text: string): boolean {
  return text.split(',').every((part) => /^[2-5]\d\d(-[2-5]\d\d)?$/.test(part))
}

function invalid(listener: ListenerKey, word: string, value: string, wrong: string, allowed: string): Problem {
  return { reason: 'Invalid', field: `${FIELDS.healthCheck}-${word}`, listener, value, wrong, allowed }
}
