/** How backends are asked whether they are well, where Kubernetes knows it, and what a Service says of its own. */
import { forPort, type PerPort } from '../../annotations/define.ts'
import type { HealthCheck, LoadBalancer } from '../model/load-balancer.ts'
import type { Request, RequestedPort } from './request.ts'

/** Where kube-proxy answers for its node (KEP-3836). */
const KUBE_PROXY_PORT = 10_256

/**
 * | targets | traffic policy | asked                                                          |
 * | ------- | -------------- | -------------------------------------------------------------- |
 * | nodes   | Cluster        | kube-proxy, `:10256/healthz`: every well node can forward        |
 * | nodes   | Local          | `:healthCheckNodePort/healthz`: only nodes with a ready pod       |
 * | pods    | either         | the traffic port by TCP; a UDP or SCTP port cannot be asked: none |
 *
 * What the Service says of a check's protocol, port or path comes before; a protocol or a path without a port is asked at the traffic port.
 */
export function buildHealthCheck(port: RequestedPort, targets: LoadBalancer['targets'], request: Request): HealthCheck {
  const said = saidOf(port, request)
  const isOwn = said.protocol !== undefined || said.port !== undefined || said.path !== undefined
  const check = isOwn ? ownCheck(said) : defaultCheck(port, targets, request)
  if (check.protocol === 'tcp' || check.protocol === 'none') refuseHttpWords(check.protocol, said, port, request)
  return { ...check, ...defined(said.numbers), ...(said.successCodes === undefined ? {} : { successCodes: said.successCodes }) }
}

/** A path or status codes where nobody speaks HTTP would be left out in silence. */
function refuseHttpWords(protocol: 'tcp' | 'none', { path, successCodes }: Said, { key }: RequestedPort, { reading, findings }: Request): void {
  const words = { healthCheckPath: path, healthCheckSuccessCodes: successCodes } as const
  for (const name of ['healthCheckPath', 'healthCheckSuccessCodes'] as const) {
    const value = words[name]
    if (value === undefined) continue
    findings.problems.push({
      reason: 'Invalid',
      field: reading.keyOf(name, key),
      value,
      wrong: `has no meaning for ${key}, whose health check is ${protocol === 'none' ? 'none' : 'by TCP'}`,
      remedy: `Set ${reading.keyOf('healthCheckProtocol', key)} to http or https, or take this away.`,
    })
  }
}

function defaultCheck({ protocol }: RequestedPort, targets: LoadBalancer['targets'], { service }: Request): HealthCheck {
  const { externalTrafficPolicy, healthCheckNodePort } = service.spec
  if (targets === 'pods') return { protocol: protocol === 'TCP' ? 'tcp' : 'none', port: 'traffic', from: 'traffic port' }
  return externalTrafficPolicy === 'Local' && healthCheckNodePort !== undefined && healthCheckNodePort > 0
    ? { protocol: 'http', port: healthCheckNodePort, path: '/healthz', from: 'healthCheckNodePort' }
    : { protocol: 'http', port: KUBE_PROXY_PORT, path: '/healthz', from: 'kube-proxy' }
}

type Said = ReturnType<typeof saidOf>

function saidOf({ key }: RequestedPort, { reading }: Request) {
  const { neutral } = reading
  const of = <T>(value: PerPort<T> | undefined) => forPort(value, key)
  return {
    protocol: of(neutral.healthCheckProtocol),
    port: of(neutral.healthCheckPort),
    path: of(neutral.healthCheckPath),
    successCodes: of(neutral.healthCheckSuccessCodes),
    numbers: {
      intervalSeconds: of(neutral.healthCheckInterval),
      timeoutSeconds: of(neutral.healthCheckTimeout),
      healthyThreshold: of(neutral.healthCheckHealthyThreshold),
      unhealthyThreshold: of(neutral.healthCheckUnhealthyThreshold),
    },
  }
}

function ownCheck({ protocol, port = 'traffic', path }: Said): HealthCheck {
  const spoken = protocol ?? (path === undefined ? 'tcp' : 'http')
  const isHttp = spoken === 'http' || spoken === 'https'
  return { protocol: spoken, port, ...(isHttp ? { path: path ?? '/' } : {}), from: 'annotation' }
}

function defined<T extends Record<string, number | undefined>>(values: T): { readonly [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: number }
}
