/** Services as they are written for AWS' other controllers, all the way to what is asked of a provider. */
import { describe, expect, test } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import type { ServicePort, ServiceSpec } from '../../../src/model/cluster.ts'
import { context, notes, problems, service, settings, wish } from './given.ts'

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-'
const CERT = 'arn:aws:acm:eu-west-1:111122223333:certificate/a'

const where = context({}, { provider: { ...context().provider, name: 'aws', annotations: aws } })

const written = (words: Readonly<Record<string, string>>, spec: Partial<ServiceSpec> = {}) =>
  service(
    { loadBalancerClass: 'fairlead.dev/aws', ...spec },
    { annotations: Object.fromEntries(Object.entries(words).map(([key, value]) => [`${PREFIX}${key}`, value])) },
  )

const http: ServicePort = { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }
const https: ServicePort = { name: 'https', port: 443, targetPort: 8443, nodePort: 30443 }
const dns: ServicePort = { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353, nodePort: 30053 }
const dnsTcp: ServicePort = { name: 'dns-tcp', port: 53, targetPort: 5353, nodePort: 30053 }

test('for aws-load-balancer-controller: TLS on one of two ports, straight to pods', () => {
  const given = written(
    {
      type: 'external',
      'nlb-target-type': 'ip',
      scheme: 'internet-facing',
      'ssl-cert': CERT,
      'ssl-ports': 'https',
      'ssl-negotiation-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      'alpn-policy': 'HTTP2Preferred',
      'backend-protocol': 'ssl',
      'healthcheck-protocol': 'HTTP',
      'healthcheck-port': 'http',
      'healthcheck-path': '/healthz',
      'healthcheck-interval': '10',
      attributes: 'load_balancing.cross_zone.enabled=true,deletion_protection.enabled=true',
      'target-group-attributes': 'deregistration_delay.timeout_seconds=30,preserve_client_ip.enabled=true',
      'additional-resource-tags': 'team=shop',
    },
    { ports: [http, https] },
  )
  const check = { protocol: 'http', port: 8080, path: '/healthz', intervalSeconds: 10, from: 'annotation' }
  expect(settings(given, where)).toMatchObject({
    scheme: 'internet-facing',
    schemeIsExplicit: true,
    targets: 'pods',
    crossZone: true,
    deletionProtection: true,
    drainTimeoutSeconds: 30,
    preserveClientIp: true,
    tags: { team: 'shop' },
    listeners: [
      { key: '80/TCP', backendProtocol: 'tcp', healthCheck: check },
      {
        key: '443/TCP',
        backendProtocol: 'tls',
        tls: { certificates: [CERT], policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06', alpn: ['h2', 'http/1.1'] },
        healthCheck: check,
      },
    ],
  })
  expect(settings(given, where).listeners[0]?.tls).toBeUndefined()
  expect(notes(given, where)).toEqual([])
})

test('for cloud-provider-aws: internal, TLS on all ports', () => {
  const given = written(
    { type: 'nlb', internal: 'true', 'ssl-cert': CERT, 'ssl-ports': '*', 'cross-zone-load-balancing-enabled': 'true', 'healthcheck-unhealthy-threshold': '3' },
    { ports: [http, https] },
  )
  expect(settings(given, where)).toMatchObject({
    scheme: 'internal',
    targets: 'nodes',
    crossZone: true,
    listeners: [{ tls: { certificates: [CERT] }, healthCheck: { from: 'kube-proxy', unhealthyThreshold: 3 } }, { tls: { certificates: [CERT] } }],
  })
})

test('a certificate for all ports is for the TCP ones', () => {
  const given = written({ 'ssl-cert': CERT }, { ports: [https, dns] })
  expect(settings(given, where).listeners.map(({ key, tls }) => [key, tls?.certificates])).toEqual([
    ['443/TCP', [CERT]],
    ['53/UDP', undefined],
  ])
})

test('TCP and UDP on one number, with PROXY protocol on another port', () => {
  const given = written({ 'enable-tcp-udp-listener': 'true', 'proxy-protocol-per-target-group': '80' }, { ports: [dnsTcp, dns, http] })
  expect(settings(given, where).listeners.map(({ key, proxyProtocol }) => `${key} ${proxyProtocol}`)).toEqual(['53/TCP off', '53/UDP off', '80/TCP v2'])
})

describe('what another controller reads over is reported', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a policy without a certificate', { 'ssl-negotiation-policy': 'x' }, 'ssl-negotiation-policy: "x" has no meaning for 80/TCP, which has no certificate'],
    [
      'a path that is asked by TCP',
      { 'healthcheck-protocol': 'tcp', 'healthcheck-path': '/' },
      'healthcheck-path: "/" has no meaning for any health check of the Service',
    ],
    [
      'a health check port of no such name',
      { 'healthcheck-port': 'web' },
      'healthcheck-port: "web" is no port of the Service that has one number on all nodes',
    ],
    ['QUIC', { 'quic-enabled-ports': '443' }, 'quic-enabled-ports: "443" cannot be honoured: QUIC'],
  ])('%s', (_, words, problem) => expect(problems(written(words, { ports: [http] }), where)).toEqual([expect.stringContaining(`${PREFIX}${problem}`)]))
})

test.each(['deletion_protection.enabled=ture', 'deletion_protection.enabled=true,load_balancing', 'deletion_protection.enabled'])(
  'a typo takes no protection away: %s',
  (attributes) => expect(wish(written({ attributes }), where)).toMatchObject({ kind: 'malformed', deletionProtection: true }),
)
