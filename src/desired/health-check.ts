/** How backends are checked for health, where Kubernetes knows it, and what a Service sets itself. */
import { present } from '../model/present.ts'
import { forPort, type PerPort } from '../../annotations/define.ts'
import type { HealthCheck, ListenerKey, LoadBalancer } from '../model/load-balancer.ts'
import type { RequestInput, RequestedPort } from './request-input.ts'
import { hasNodePort, needsNodePorts } from './targets.ts'

/** Where kube-proxy answers for its node (KEP-3836). */
const KUBE_PROXY_PORT = 10_256

/**
 * | targets | traffic policy | asked                                                          |
 * | ------- | -------------- | -------------------------------------------------------------- |
 * | nodes   | Cluster        | kube-proxy, `:10256/healthz`: every well node can forward        |
 * | nodes   | Local          | `:healthCheckNodePort/healthz`: only nodes with a ready pod       |
 * | pods    | either         | the traffic port by TCP; a UDP or SCTP port cannot be asked: none |
 *
 * What the Service says of a check's protocol, port or path takes precedence; a protocol or a path without a port is asked at the traffic port. That cannot
 * be done where the traffic port is UDP alone: what is said for the whole Service then holds for its other ports.
 */
export function buildHealthChecks(
  ports: readonly RequestedPort[],
  targets: LoadBalancer['targets'],
  request: RequestInput,
): ReadonlyMap<ListenerKey, HealthCheck> {
  refuseUnknownPorts(targets, request)
  const checks = new Map(ports.map((port) => [port.key, checkOf(port, { ports, targets, request })]))
  if (targets === 'nodes' && !needsNodePorts(request.context)) refuseWithoutNodePort(ports, checks, request)
  for (const word of WORDS) refuseWithoutMeaning(word, checks, request)
  return checks
}

interface Surroundings {
  readonly ports: readonly RequestedPort[]
  readonly targets: LoadBalancer['targets']
  readonly request: RequestInput
}

function checkOf(port: RequestedPort, { ports, targets, request }: Surroundings): HealthCheck {
  const said = saidOf(port, targets, request)
  const own = ownCheck(said)
  const hasTcp = ports.some((other) => other.port === port.port && other.protocol === 'TCP')
  const check = own !== undefined && (hasTcp || own.port !== 'traffic' || own.protocol === 'none') ? own : defaultCheck(port, targets, request)
  return { ...check, ...present(said.numbers), ...(said.successCodes !== undefined && isHttp(check) ? { successCodes: said.successCodes } : {}) }
}

const WORDS = ['healthCheckProtocol', 'healthCheckPort', 'healthCheckPath', 'healthCheckSuccessCodes'] as const
type Word = (typeof WORDS)[number]

/** A word for one port that its check does not use, and a word for the whole Service that no check uses, would be left out in silence. */
function refuseWithoutMeaning(word: Word, checks: ReadonlyMap<ListenerKey, HealthCheck>, { reading, findings }: RequestInput): void {
  const said: PerPort<string | number> | undefined = reading.neutral[word]
  if (said === undefined || checks.size === 0) return
  const refuse = (value: string | number, of: string, listener?: ListenerKey) =>
    findings.problems.push({
      reason: 'Invalid',
      field: reading.keyOf(word, listener),
      value: String(value),
      wrong: `has no meaning for ${of}`,
      remedy: 'A path and status codes need the health check protocol http or https; a UDP port needs a health check port, which is asked by TCP.',
    })
  const idle = [...checks].filter(([, check]) => !isUsed(word, check)).map(([listener]) => listener)
  for (const listener of idle) {
    const own = said.ports[listener]
    if (own !== undefined && !hasUsedTwin(word, said, listener, checks)) refuse(own, `the health check of ${listener}`, listener)
  }
  if (said.service !== undefined && idle.length === checks.size) refuse(said.service, 'any health check of the Service')
}

/** A check of the traffic port asks nodes at their node port, also where traffic itself needs none. Where it does, ports without one are refused before. */
function refuseWithoutNodePort(ports: readonly RequestedPort[], checks: ReadonlyMap<ListenerKey, HealthCheck>, { reading, findings }: RequestInput): void {
  const asksTraffic = ({ key }: RequestedPort): boolean => checks.get(key)?.protocol !== 'none' && checks.get(key)?.port === 'traffic'
  const lacking = ports.filter((port) => asksTraffic(port) && !hasNodePort(port)).map(({ key }) => key)
  const [first] = lacking
  if (first === undefined) return
  const said = (['healthCheckPort', 'healthCheckProtocol', 'healthCheckPath'] as const).find((word) => {
    const value: PerPort<unknown> | undefined = reading.neutral[word]
    return forPort(value, first) !== undefined
  })
  findings.problems.push({
    reason: 'Invalid',
    field: reading.keyOf(said ?? 'healthCheckProtocol', first),
    wrong: `asks nodes at the traffic port, and ${lacking.join(', ')} ${lacking.length === 1 ? 'has' : 'have'} no node port`,
    remedy: `Set ${reading.keyOf('healthCheckPort')} to a number, or spec.allocateLoadBalancerNodePorts to true.`,
  })
}

function isUsed(word: Word, check: HealthCheck): boolean {
  switch (word) {
    case 'healthCheckProtocol':
    case 'healthCheckPort':
      return check.from === 'annotation'
    case 'healthCheckPath':
      return check.from === 'annotation' && isHttp(check)
    case 'healthCheckSuccessCodes':
      return isHttp(check)
    default:
      return word satisfies never
  }
}

/** `KEY.53` where both protocols have that number is said for both, and used by one. */
function hasUsedTwin(word: Word, said: PerPort<unknown>, listener: ListenerKey, checks: ReadonlyMap<ListenerKey, HealthCheck>): boolean {
  const [number] = listener.split('/')
  return [...checks].some(([key, check]) => key !== listener && key.startsWith(`${number}/`) && said.ports[key] === said.ports[listener] && isUsed(word, check))
}

function isHttp({ protocol }: HealthCheck): boolean {
  return protocol === 'http' || protocol === 'https'
}

function defaultCheck({ protocol }: RequestedPort, targets: LoadBalancer['targets'], { service }: RequestInput): HealthCheck {
  const { externalTrafficPolicy, healthCheckNodePort } = service.spec
  if (targets === 'pods') return { protocol: protocol === 'TCP' ? 'tcp' : 'none', port: 'traffic', from: 'traffic port' }
  return externalTrafficPolicy === 'Local' && healthCheckNodePort !== undefined && healthCheckNodePort > 0
    ? { protocol: 'http', port: healthCheckNodePort, path: '/healthz', from: 'healthCheckNodePort' }
    : { protocol: 'http', port: KUBE_PROXY_PORT, path: '/healthz', from: 'kube-proxy' }
}

type Said = ReturnType<typeof saidOf>

function saidOf({ key }: RequestedPort, targets: LoadBalancer['targets'], request: RequestInput) {
  const { neutral } = request.reading
  const of = <T>(value: PerPort<T> | undefined) => forPort(value, key)
  return {
    protocol: of(neutral.healthCheckProtocol),
    port: askedPort(of(neutral.healthCheckPort), targets, request),
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

/** A port that there is not is a separate problem (see `refuseUnknownPorts`). */
function askedPort(said: number | string | undefined, targets: LoadBalancer['targets'], request: RequestInput): number | 'traffic' | undefined {
  return said === undefined ? undefined : (numberOf(said, targets, request) ?? 'traffic')
}

/** Where traffic of the port that is named goes: its node port, or its target port where that is a number. */
function numberOf(said: number | string, targets: LoadBalancer['targets'], { ports }: RequestInput): number | 'traffic' | undefined {
  if (typeof said === 'number' || said === 'traffic') return said
  const named = ports.find(({ name }) => name === said)?.spec
  const number = targets === 'nodes' ? named?.nodePort : (named?.targetPort ?? named?.port)
  return typeof number === 'number' ? number : undefined
}

function refuseUnknownPorts(targets: LoadBalancer['targets'], request: RequestInput): void {
  const { reading, ports, findings } = request
  const { service, ports: own = {} } = reading.neutral.healthCheckPort ?? {}
  const said: readonly (readonly [value: number | string | undefined, listener?: ListenerKey])[] = [
    [service],
    ...ports.map(({ key }) => [own[key], key] as const),
  ]
  for (const [value, listener] of said) {
    if (value === undefined || numberOf(value, targets, request) !== undefined) continue
    findings.problems.push({
      reason: 'Invalid',
      field: reading.keyOf('healthCheckPort', listener),
      value: String(value),
      wrong: `is no port of the Service that has one number on all ${targets}`,
      allowed: ports.flatMap(({ name }) => (name === undefined ? [] : [`\`${name}\``])).join(', ') || 'a number, or `traffic`',
    })
  }
}

function ownCheck({ protocol, port, path }: Said): HealthCheck | undefined {
  if (protocol === undefined && port === undefined && path === undefined) return undefined
  const check = { protocol: protocol ?? (path === undefined ? 'tcp' : 'http'), port: port ?? 'traffic', from: 'annotation' } as const
  return isHttp(check) ? { ...check, path: path ?? '/' } : check
}
