/** The listeners a Service asks for: its ports, save those that stay inside the cluster. */
import { forPort, type PerPort } from '../../annotations/define.ts'
import type { NeutralOptions } from '../../annotations/neutral.ts'
import type { Listener, LoadBalancer } from '../model/load-balancer.ts'
import { buildHealthChecks } from './health-check.ts'
import type { RequestInput, RequestedPort } from './request-input.ts'
import { buildPortSourceRanges } from './source-ranges.ts'

/** The ports that are to be reached from outside. None at all is a problem. */
export function listenedPorts({ ports, reading, findings }: RequestInput): readonly RequestedPort[] {
  const listened = ports.filter(({ key }) => forPort(reading.neutral.listener, key) !== 'off')
  if (listened.length === 0) {
    findings.problems.push(
      ports.length === 0
        ? { reason: 'Invalid', field: 'spec.ports', wrong: 'is empty', allowed: 'at least one port' }
        : {
            reason: 'Invalid',
            field: reading.keyOf('listener'),
            value: 'off',
            wrong: 'leaves no port to listen on',
            allowed: '`off` for some ports, not for all',
          },
    )
  }
  return listened
}

/** In the order of the Service's ports. */
export function buildListeners(ports: readonly RequestedPort[], targets: LoadBalancer['targets'], request: RequestInput): readonly Listener[] {
  refuseForLackOfTcp(ports, request)
  const checks = buildHealthChecks(ports, targets, request)
  return ports.flatMap((port) => {
    const healthCheck = checks.get(port.key)
    return healthCheck === undefined ? [] : [{ ...buildListener(port, request), healthCheck }]
  })
}

function buildListener(port: RequestedPort, request: RequestInput): Omit<Listener, 'healthCheck'> {
  const { neutral } = request.reading
  const { key, protocol, spec } = port
  const isTcp = protocol === 'TCP'
  const tls = isTcp ? tlsOf(port, request) : undefined
  const ranges = buildPortSourceRanges(key, request)
  const idleTimeoutSeconds = forPort(neutral.idleTimeout, key)
  return {
    key,
    port: port.port,
    protocol,
    name: spec.name ?? '',
    ...(spec.appProtocol === undefined ? {} : { appProtocol: spec.appProtocol }),
    ...(ranges === undefined ? {} : { sourceRanges: ranges }),
    proxyProtocol: proxyProtocolOf(port, neutral),
    backendProtocol: (isTcp ? forPort(neutral.backendProtocol, key) : undefined) ?? 'tcp',
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
    ...(tls === undefined ? {} : { tls }),
  }
}

/** Version 1 is text before a TCP stream; version 2 also stands before datagrams. */
function proxyProtocolOf({ key, protocol }: RequestedPort, { proxyProtocol }: NeutralOptions): Listener['proxyProtocol'] {
  const said = forPort(proxyProtocol, key) ?? 'off'
  return said === 'v1' && protocol !== 'TCP' ? 'off' : said
}

function tlsOf({ key }: RequestedPort, { reading, findings }: RequestInput): Listener['tls'] {
  const { tlsCertificates, tlsPolicy, alpn } = reading.neutral
  const certificates = forPort(tlsCertificates, key)
  const policy = forPort(tlsPolicy, key)
  const protocols = forPort(alpn, key)
  if (certificates !== undefined) return { certificates, ...(policy === undefined ? {} : { policy }), alpn: protocols ?? [] }
  // For the whole Service it holds for those of its ports that have certificates.
  const own = { tlsPolicy: tlsCertificates === undefined ? policy : tlsPolicy?.ports[key], alpn: tlsCertificates === undefined ? protocols : alpn?.ports[key] }
  for (const name of ['tlsPolicy', 'alpn'] as const) {
    if (own[name] === undefined) continue
    findings.problems.push({
      reason: 'Invalid',
      field: reading.keyOf(name, key),
      value: textOf(own[name] ?? ''),
      wrong: `has no meaning for ${key}, which has no certificate`,
      remedy: `Name one in ${reading.keyOf('tlsCertificates', key)}, or take this away.`,
    })
  }
  return undefined
}

/** Of what a TCP port alone can have: `proxy-protocol` is, as far as it is v1. */
const TCP_ONLY = ['proxyProtocol', 'backendProtocol', 'tlsCertificates', 'tlsPolicy', 'alpn'] as const satisfies readonly (keyof NeutralOptions)[]
/** What needs no TCP. */
const NO_TCP_NEEDED = new Set<unknown>(['off', 'tcp', 'v2'])

/** For the whole Service these hold for its TCP ports; where that is none of them, or another one is named, they would be left out in silence. */
function refuseForLackOfTcp(ports: readonly RequestedPort[], { reading, findings }: RequestInput): void {
  const hasTcp = ports.some(({ protocol }) => protocol === 'TCP')
  for (const name of TCP_ONLY) {
    const said: PerPort<string | readonly string[]> | undefined = reading.neutral[name]
    if (said === undefined) continue
    if (!hasTcp && said.service !== undefined && !NO_TCP_NEEDED.has(said.service)) {
      findings.problems.push({
        reason: 'Invalid',
        field: reading.keyOf(name),
        value: textOf(said.service),
        wrong: 'is for TCP ports, and the Service listens on none',
      })
    }
    for (const { key, port, protocol } of ports) {
      const own = said.ports[key]
      // `KEY.53` where both protocols have that number means the TCP one.
      const hasTwin = ports.some((other) => other.port === port && other.protocol === 'TCP' && said.ports[other.key] === own)
      if (protocol === 'TCP' || own === undefined || NO_TCP_NEEDED.has(own) || hasTwin) continue
      findings.problems.push({ reason: 'Invalid', field: reading.keyOf(name, key), value: textOf(own), wrong: `is for TCP ports, and ${key} is none` })
    }
  }
}

function textOf(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(',')
}
