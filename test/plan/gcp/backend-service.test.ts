/** What a backend service is asked to be, and what of one that is there has to change: what we set, and nothing else. */
import { describe, expect, it, test } from 'vitest'
import type { GcpOptions } from '../../../annotations/gcp.ts'
import type { BackendService } from '../../../providers/gcp/api/documents.ts'
import { urlOf } from '../../../providers/gcp/api/ids.ts'
import { changedService, type ServiceRequest, wantedService, withBackends } from '../../../providers/gcp/plan/wanted/backend-service.ts'
import { type Ask, wish } from '../../contract/wish.ts'

const NETWORK = 'projects/p/global/networks/shop'
const CHECK = 'projects/p/regions/r/healthChecks/kube-proxy'
const group = (zone: string): string => `projects/p/zones/${zone}/instanceGroups/nodes`

interface Asked extends Ask {
  readonly options?: GcpOptions
}

function wanted({ options = {}, ...ask }: Asked = {}, more: Partial<ServiceRequest> = {}): BackendService {
  const want = { ...wish(ask), options }
  return wantedService({ want, scheme: 'EXTERNAL', network: NETWORK, protocol: 'TCP', check: CHECK, groups: [group('b'), group('a')], ...more })
}

const inside = (ask: Asked = {}): BackendService => wanted(ask, { scheme: 'INTERNAL' })

/** As Google answers one: numbers of 32 bits, and what nobody asked for. */
const answered = (service: BackendService, more: BackendService = {}): BackendService =>
  ({ id: '1', fingerprint: 'abc', timeoutSec: 30, ...service, ...more }) as BackendService

test('what nothing is said of', () => {
  expect(wanted()).toEqual({
    loadBalancingScheme: 'EXTERNAL',
    protocol: 'TCP',
    healthChecks: [urlOf(CHECK)],
    sessionAffinity: 'NONE',
    connectionDraining: { drainingTimeoutSec: 30 },
    backends: ['a', 'b'].map((zone) => ({ group: urlOf(group(zone)), balancingMode: 'CONNECTION' })),
    logConfig: { enable: false },
  })
})

const STRONG: Asked = { affinity: { kind: 'client-ip', timeoutSeconds: 600 }, options: { strongAffinity: true } }
const SPILL = { zonalAffinity: { spillover: 'ZONAL_AFFINITY_SPILL_CROSS_ZONE', spilloverRatio: 0 } }
const OFF = { zonalAffinity: { spillover: 'ZONAL_AFFINITY_DISABLED' } }

describe('what is asked for', () => {
  const cases: readonly (readonly [string, BackendService, BackendService])[] = [
    ['of the network, inside', inside(), { loadBalancingScheme: 'INTERNAL', network: urlOf(NETWORK) }],
    ['a protocol', wanted({}, { protocol: 'UNSPECIFIED' }), { protocol: 'UNSPECIFIED' }],
    ['no draining of UDP', wanted({ listeners: ['80/TCP', '53/UDP'] }), { connectionDraining: { drainingTimeoutSec: 0 } }],
    ['draining as it is set, of UDP too', wanted({ listeners: ['53/UDP'], drainTimeoutSeconds: 5 }), { connectionDraining: { drainingTimeoutSec: 5 } }],
    ['affinity', wanted({ affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }), { sessionAffinity: 'CLIENT_IP' }],
    [
      'strong affinity',
      wanted(STRONG),
      { sessionAffinity: 'CLIENT_IP', connectionTrackingPolicy: { trackingMode: 'PER_SESSION', enableStrongAffinity: true, idleTimeoutSec: 600 } },
    ],
    ['weights, outside', wanted({ weighted: true }), { localityLbPolicy: 'WEIGHTED_MAGLEV' }],
    ['weights, inside', inside({ weighted: true }), { localityLbPolicy: 'WEIGHTED_GCP_RENDEZVOUS' }],
    ["the client's zone, inside", inside({ zonalAffinity: true }), { networkPassThroughLbTrafficPolicy: SPILL }],
    ['logs', wanted({ options: { logging: true } }), { logConfig: { enable: true, sampleRate: 1, optionalMode: 'EXCLUDE_ALL_OPTIONAL' } }],
    [
      'a part of the logs, with all fields',
      wanted({ options: { logging: true, logSampleRate: 0.25, logFields: ['all'] } }),
      { logConfig: { enable: true, sampleRate: 0.25, optionalMode: 'INCLUDE_ALL_OPTIONAL' } },
    ],
    [
      'logs with some fields',
      wanted({ options: { logging: true, logFields: ['b', 'a'] } }),
      { logConfig: { enable: true, sampleRate: 1, optionalMode: 'CUSTOM', optionalFields: ['a', 'b'] } },
    ],
  ]
  test.each(cases)('%s', (_, made, expected) => expect(made).toMatchObject(expected))

  test("the client's zone cannot be had outside", () => expect(wanted({ zonalAffinity: true })).toEqual(wanted()))
})

describe('nothing changes', () => {
  const cases: readonly (readonly [string, BackendService, BackendService])[] = [
    ['where all is as wanted', answered(wanted()), wanted()],
    [
      'where Google names its defaults',
      answered(wanted(), { localityLbPolicy: 'MAGLEV', connectionTrackingPolicy: { trackingMode: 'PER_CONNECTION' } }),
      wanted(),
    ],
    ['inside, too', answered(inside(), { localityLbPolicy: 'GCP_RENDEZVOUS' }), inside()],
    ['where an idle log has settings', answered(wanted(), { logConfig: { enable: false, sampleRate: 0.5 } }), wanted()],
    [
      'where a rate was made one of 32 bits',
      answered(wanted({ options: { logging: true, logSampleRate: 0.1 } }), { logConfig: { enable: true, sampleRate: Math.fround(0.1) } }),
      wanted({ options: { logging: true, logSampleRate: 0.1 } }),
    ],
    ['where zones are said not to count', answered(inside(), { networkPassThroughLbTrafficPolicy: OFF }), inside()],
    [
      "where the client's zone comes first, and Google leaves out a zero",
      answered(inside({ zonalAffinity: true }), { networkPassThroughLbTrafficPolicy: { zonalAffinity: { spillover: SPILL.zonalAffinity.spillover } } }),
      inside({ zonalAffinity: true }),
    ],
    ['where backends are in another order', answered(wanted(), { backends: [group('b'), group('a')].map((one) => ({ group: urlOf(one) })) }), wanted()],
  ]
  test.each(cases)('%s', (_, found, asked) => expect(changedService(found, asked)).toBeUndefined())
})

describe('what is not as wanted is written', () => {
  const cases: readonly (readonly [string, BackendService, BackendService, BackendService])[] = [
    ['the protocol', wanted(), wanted({}, { protocol: 'UNSPECIFIED' }), { protocol: 'UNSPECIFIED' }],
    ['affinity', wanted(), wanted({ affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }), { sessionAffinity: 'CLIENT_IP' }],
    ['draining', wanted(), wanted({ drainTimeoutSeconds: 5 }), { connectionDraining: { drainingTimeoutSec: 5 } }],
    [
      'another idle time-out',
      wanted(STRONG),
      wanted({ ...STRONG, affinity: { kind: 'client-ip', timeoutSeconds: 60 } }),
      { connectionTrackingPolicy: { idleTimeoutSec: 60 } },
    ],
    ['weights', wanted(), wanted({ weighted: true }), { localityLbPolicy: 'WEIGHTED_MAGLEV' }],
    ['logs', wanted(), wanted({ options: { logging: true } }), { logConfig: { enable: true } }],
    ["the client's zone", inside(), inside({ zonalAffinity: true }), { networkPassThroughLbTrafficPolicy: SPILL }],
    ['another way to prefer a zone', staying(), inside({ zonalAffinity: true }), { networkPassThroughLbTrafficPolicy: SPILL }],
    ["the client's zone not any more", inside({ zonalAffinity: true }), inside(), { networkPassThroughLbTrafficPolicy: OFF }],
    ['what a person set of zones', staying(), inside(), { networkPassThroughLbTrafficPolicy: OFF }],
  ]
  test.each(cases)('%s', (_, found, asked, expected) => {
    const written = changedService(answered(found), asked)
    expect(written).toMatchObject({ id: '1', fingerprint: 'abc', timeoutSec: 30, ...expected })
    expect(changedService(written ?? {}, asked)).toBeUndefined()
  })

  function staying(): BackendService {
    return { ...inside(), networkPassThroughLbTrafficPolicy: { zonalAffinity: { spillover: 'ZONAL_AFFINITY_STAY_WITHIN_ZONE' } } }
  }

  test.each<[string, Asked, keyof BackendService]>([
    ['strong affinity', STRONG, 'connectionTrackingPolicy'],
    ['weights', { weighted: true }, 'localityLbPolicy'],
  ])('%s that nobody asks for any more goes', (_, ask, member) => {
    expect(changedService(answered(wanted(ask)), wanted())).not.toHaveProperty(member)
  })
})

describe('the groups behind it', () => {
  it('are all and no others', () => {
    const written = withBackends(answered(wanted()), [group('b'), group('c')])
    expect(written?.backends?.map((one) => one.group)).toEqual([group('b'), group('c')].map(urlOf))
    expect(written).toMatchObject({ fingerprint: 'abc' })
  })

  it('stay as they are set where they are the same', () => expect(withBackends(answered(wanted()), [group('a'), group('b')])).toBeUndefined())
})
