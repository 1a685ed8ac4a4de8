/** Health checks, of a region and of the whole project. */
import { numberAt, objectAt, textAt } from '../../cloud/json.ts'
import { invalid, required } from '../compute/refusal.ts'
import { COMMON, flag, number, object, oneOf, text } from '../schema/field.ts'
import type { Change, ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS, countOf } from './common.ts'

const PORT = { from: 1, to: 65_535 } as const
const PROBE = { port: number(PORT), portName: text(), portSpecification: text(), proxyHeader: oneOf(['NONE', 'PROXY_V1'], { or: 'NONE' }) }
const HTTP = object({ ...PROBE, host: text(), requestPath: text({ or: '/' }), response: text() })
const TCP = object({ ...PROBE, request: text(), response: text() })

/** By type, the member with its settings. */
export const PROBE_MEMBERS: Readonly<Record<string, string>> = {
  HTTP: 'httpHealthCheck',
  HTTPS: 'httpsHealthCheck',
  HTTP2: 'http2HealthCheck',
  TCP: 'tcpHealthCheck',
  SSL: 'sslHealthCheck',
  GRPC: 'grpcHealthCheck',
}

/** The defaults are recorded, and so is that a check of 2019 shows an empty description and a new one none. */
const FIELDS = {
  ...COMMON,
  type: oneOf(Object.keys(PROBE_MEMBERS), { isRequired: true }),
  checkIntervalSec: number({ from: 1, to: 300, or: 5 }),
  timeoutSec: number({ from: 1, to: 300, or: 5 }),
  healthyThreshold: number({ from: 1, to: 10, or: 2 }),
  unhealthyThreshold: number({ from: 1, to: 10, or: 2 }),
  httpHealthCheck: HTTP,
  httpsHealthCheck: HTTP,
  http2HealthCheck: HTTP,
  tcpHealthCheck: TCP,
  sslHealthCheck: TCP,
  grpcHealthCheck: object({ port: number(PORT), grpcServiceName: text() }),
  logConfig: object({ enable: flag() }),
}

const BOTH = {
  collection: COLLECTIONS.check,
  kind: 'healthCheck',
  fields: FIELDS,
  methods: ['insert', 'delete', 'patch', 'update'],
  delay: 'healthCheck',
  checks: [checkTimes, checkProbe],
  quota: ({ compute, project }: Change) => ({
    metric: 'HEALTH_CHECKS',
    limit: compute.quotas.healthChecks,
    used: countOf(compute, COLLECTIONS.check, { project }),
    where: 'globally',
  }),
} as const

export const REGION_HEALTH_CHECKS: ResourceType = { ...BOTH, service: 'regionHealthChecks', scope: 'region' }
export const HEALTH_CHECKS: ResourceType = { ...BOTH, service: 'healthChecks', scope: 'global' }

function checkTimes({ next }: Change): void {
  const [interval, timeout] = [numberAt(next, 'checkIntervalSec') ?? 5, numberAt(next, 'timeoutSec') ?? 5]
  if (timeout > interval) throw invalid('timeoutSec', timeout, 'TimeoutSec should be less than or equal to checkIntervalSec.')
}

/** The settings are those of its type. */
function checkProbe({ next }: Change): void {
  const own = PROBE_MEMBERS[textAt(next, 'type') ?? ''] ?? ''
  const other = Object.values(PROBE_MEMBERS).find((member) => member !== own && next[member] !== undefined)
  if (other !== undefined) throw invalid(other, '', `Only ${own} can be set for the type ${textAt(next, 'type')}.`)
  if (numberAt(objectAt(next, own), 'port') === undefined && textAt(objectAt(next, own), 'portSpecification') === undefined) throw required(`${own}.port`)
}
