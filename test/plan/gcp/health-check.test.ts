/** How nodes are asked: one check for all listeners, with the numbers of the traffic policy; what Google does not have is a problem. */
import { describe, expect, it, test } from 'vitest'
import { type CheckedListener, checkFor } from '../../../providers/gcp/plan/wanted/health-check.ts'
import type { HealthCheck } from '../../../src/model/load-balancer.ts'

const KUBE_PROXY: HealthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
const LOCAL: HealthCheck = { protocol: 'http', port: 31_234, path: '/healthz', from: 'healthCheckNodePort' }
const SAID: HealthCheck = { protocol: 'tcp', port: 'traffic', from: 'annotation' }

const listener = (healthCheck: HealthCheck, port = 80, protocol: CheckedListener['protocol'] = 'TCP'): CheckedListener => ({
  key: `${port}/${protocol}`,
  port,
  protocol,
  healthCheck,
})

const SLOW = { checkIntervalSec: 8, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 3 }
const QUICK = { checkIntervalSec: 3, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 2 }

describe('a check', () => {
  const cases: readonly (readonly [string, readonly CheckedListener[], 'Cluster' | 'Local', object])[] = [
    [
      'asks kube-proxy, and is the one of all Services',
      [listener(KUBE_PROXY), listener(KUBE_PROXY, 53, 'UDP')],
      'Cluster',
      { check: { type: 'HTTP', ...SLOW, httpHealthCheck: { port: 10_256, requestPath: '/healthz' } }, port: 10_256, isShared: true },
    ],
    [
      'asks whether a node has pods of the Service, more often',
      [listener(LOCAL)],
      'Local',
      { check: { type: 'HTTP', ...QUICK, httpHealthCheck: { port: 31_234, requestPath: '/healthz' } }, port: 31_234, isShared: false },
    ],
    [
      'is not shared where it has settings of its own',
      [listener({ ...KUBE_PROXY, unhealthyThreshold: 5 })],
      'Cluster',
      { check: { type: 'HTTP', ...SLOW, unhealthyThreshold: 5, httpHealthCheck: { port: 10_256, requestPath: '/healthz' } }, port: 10_256, isShared: false },
    ],
    [
      'asks the port that traffic goes to',
      [listener(SAID, 443)],
      'Cluster',
      { check: { type: 'TCP', ...SLOW, tcpHealthCheck: { port: 443 } }, port: 443, isShared: false },
    ],
    [
      'asks by HTTPS, at the root where no path is named',
      [listener({ ...SAID, protocol: 'https', port: 8443 })],
      'Cluster',
      { check: { type: 'HTTPS', ...SLOW, httpsHealthCheck: { port: 8443, requestPath: '/' } }, port: 8443, isShared: false },
    ],
    [
      'has an interval that has room for the time-out',
      [listener({ ...SAID, timeoutSeconds: 20 })],
      'Cluster',
      { check: { type: 'TCP', ...SLOW, checkIntervalSec: 20, timeoutSec: 20, tcpHealthCheck: { port: 80 } }, port: 80, isShared: false },
    ],
  ]
  test.each(cases)('%s', (_, listeners, policy, expected) => {
    expect(checkFor(listeners, policy)).toEqual({ kind: 'check', ...expected })
  })
})

describe('a problem', () => {
  const cases: readonly (readonly [string, readonly CheckedListener[], field: string])[] = [
    ['none at all', [listener({ ...SAID, protocol: 'none' })], 'fairlead.dev/health-check-protocol'],
    ['a port of UDP', [listener(SAID, 53, 'UDP')], 'fairlead.dev/health-check-port'],
    ['two checks', [listener(SAID, 80), listener(SAID, 443)], 'fairlead.dev/health-check-port'],
    ['codes', [listener({ ...SAID, protocol: 'http', successCodes: '200-399' })], 'fairlead.dev/health-check-success-codes'],
    ['a fraction of a second', [listener({ ...SAID, intervalSeconds: 1.5 })], 'fairlead.dev/health-check-interval'],
    ['a long interval', [listener({ ...SAID, intervalSeconds: 301 })], 'fairlead.dev/health-check-interval'],
    ['a time-out beyond the interval', [listener({ ...SAID, intervalSeconds: 5, timeoutSeconds: 6 })], 'fairlead.dev/health-check-timeout'],
    ['a short time-out', [listener({ ...SAID, timeoutSeconds: 0.5 })], 'fairlead.dev/health-check-timeout'],
    ['many good answers', [listener({ ...SAID, healthyThreshold: 11 })], 'fairlead.dev/health-check-healthy-threshold'],
    ['many bad answers', [listener({ ...SAID, unhealthyThreshold: 11 })], 'fairlead.dev/health-check-unhealthy-threshold'],
    ['no listener', [], 'spec.ports'],
  ]
  test.each(cases)('%s', (_, listeners, field) => {
    expect(checkFor(listeners, 'Cluster')).toMatchObject({ kind: 'problem', problem: { reason: 'Invalid', field } })
  })

  it('names the listener that has another check', () => {
    expect(checkFor([listener(SAID, 80), listener(SAID, 443)], 'Cluster')).toMatchObject({ problem: { listener: '443/TCP' } })
  })
})
