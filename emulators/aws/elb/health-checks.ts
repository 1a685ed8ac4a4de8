/** The health check of a target group: what it may be, and what holds when nothing is said. */
import type { HealthCheck } from '../cloud/objects.ts'
import type { Input } from '../wire/input.ts'
import { invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { bounded, choice } from './checks.ts'

export const DEFAULT_CHECK: HealthCheck = {
  protocol: 'TCP',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 10,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
}

const TIMEOUTS: Readonly<Record<HealthCheck['protocol'], number>> = { TCP: 10, HTTP: 6, HTTPS: 10 }

/** What was, with what the request says. A change from HTTP to TCP leaves path and codes as they were, unused. */
export function readHealthCheck(input: Input, before: HealthCheck): HealthCheck {
  const protocol = choice(input, 'HealthCheckProtocol', { allowed: ['TCP', 'HTTP', 'HTTPS'], otherwise: before.protocol })
  const isNewHttp = protocol !== 'TCP' && before.protocol === 'TCP'
  const check: HealthCheck = {
    protocol,
    port: readPort(input) ?? before.port,
    intervalSeconds: bounded(input, 'HealthCheckIntervalSeconds', { from: 5, to: 300 }) ?? before.intervalSeconds,
    timeoutSeconds:
      bounded(input, 'HealthCheckTimeoutSeconds', { from: 2, to: 120 }) ?? (before === DEFAULT_CHECK ? TIMEOUTS[protocol] : before.timeoutSeconds),
    healthyThreshold: bounded(input, 'HealthyThresholdCount', { from: 2, to: 10 }) ?? before.healthyThreshold,
    unhealthyThreshold: bounded(input, 'UnhealthyThresholdCount', { from: 2, to: 10 }) ?? before.unhealthyThreshold,
    ...given('path', readPath(input, protocol) ?? before.path ?? (isNewHttp ? '/' : undefined)),
    ...given('matcher', readMatcher(input, protocol) ?? before.matcher ?? (isNewHttp ? '200-399' : undefined)),
  }
  if (input.flag('HealthCheckEnabled') === false) throw invalidConfiguration('Health checks cannot be disabled for targets of the types instance and ip')
  if (check.timeoutSeconds > check.intervalSeconds) {
    throw invalidValue(`Health check timeout '${check.timeoutSeconds}' must be smaller than or equal to the interval '${check.intervalSeconds}'`)
  }
  return check
}

function given<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]?: string })
}

function readPort(input: Input): string | undefined {
  const port = input.text('HealthCheckPort')
  const isFine = port === undefined || port === 'traffic-port' || (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)
  if (!isFine) throw invalidValue(`Health check port '${port}' must be 'traffic-port' or between '1' and '65535'`)
  return port
}

function readPath(input: Input, protocol: HealthCheck['protocol']): string | undefined {
  const path = input.text('HealthCheckPath')
  if (path === undefined) return undefined
  if (protocol === 'TCP') throw invalidConfiguration(`Health check path '${path}' needs the health check protocol HTTP or HTTPS`)
  if (!/^\/[\x21-\x7e]{0,1023}$/.test(path)) throw invalidValue(`Health check path '${path}' must begin with '/' and have 1 to 1024 characters without spaces`)
  return path
}

function readMatcher(input: Input, protocol: HealthCheck['protocol']): string | undefined {
  const matcher = input.part('Matcher')
  if (matcher === undefined) return undefined
  const codes = matcher.text('HttpCode')
  if (codes === undefined) throw invalidConfiguration(`'Matcher' must give an 'HttpCode'`)
  if (protocol === 'TCP') throw invalidConfiguration(`Health check matcher '${codes}' needs the health check protocol HTTP or HTTPS`)
  const isFine = codes.split(',').every((part) => /^\d{3}(-\d{3})?$/.test(part) && part.split('-').every((code) => Number(code) >= 200 && Number(code) <= 599))
  if (!isFine) throw invalidValue(`Health check matcher HTTP code '${codes}' must be within '200-599' inclusive`)
  return codes
}
