import { describe, expect, test } from 'vitest'
import type { Condition, EndpointSlice, SliceEndpoint } from '../../../src/model/cluster.ts'
import { READY_REASONS } from '../../../src/model/reason.ts'
import { firstSentence, rowOf, rowsOf, type ServiceRow } from '../../../src/overview/service-row.ts'
import { SERVICE_STATES } from '../../../src/overview/service-state.ts'
import { service, slice } from '../desired/given.ts'
import { clusterOf, condition, type Given, HELD, made, SERVED, SINCE, sliceOf } from './given.ts'

const PROVIDERS = { names: ['test', 'other'] }
const up = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: true } })
const down = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: false } })
const going = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: true, terminating: true } })

function row(given: Given, providers: Parameters<typeof rowsOf>[1] = PROVIDERS): ServiceRow | undefined {
  return rowOf(
    made(given),
    clusterOf([], () => sliceOf(given.endpoints ?? [])),
    providers,
  )
}

describe('a Service that is served', () => {
  test('has all that is known of it in its row', () => {
    const spec = { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' as const }] }
    const metadata = { ...HELD, annotations: { 'fairlead.dev/stack-test': 'service/uid-1,share/edge' } }
    expect(row({ ...SERVED, spec, metadata, endpoints: [up('10.0.0.1'), down('10.0.0.2')] })).toEqual({
      namespace: 'shop',
      name: 'web',
      uid: 'uid-1',
      provider: 'test',
      class: 'fairlead.dev/test',
      addresses: ['192.0.2.7'],
      addressIsPending: false,
      ports: ['80/TCP', '53/UDP'],
      refusedPorts: [],
      backends: { ready: 1, total: 2 },
      state: 'Ready',
      level: 'good',
      reason: 'Ready',
      message: '',
      detail: 'Served at 192.0.2.7.',
      since: SINCE,
      stacks: ['service/shop/web', 'share/edge'],
    })
  })

  test('shows host names as it shows addresses', () => {
    const ingress = [{ hostname: 'lb.example' }, { ip: '2001:db8::7' }]
    expect(row({ ...SERVED, status: { ...SERVED.status, loadBalancer: { ingress } } })?.addresses).toEqual(['lb.example', '2001:db8::7'])
  })

  test('without backends says so, and what it lacks', () => {
    const conditions = [
      condition('Ready', 'True', 'NoBackends', 'Served at 192.0.2.7. Its only endpoint is not ready.'),
      condition('Backends', 'False', 'NoneReady', 'Its only endpoint is not ready. Check why the pod is not ready.'),
    ]
    const found = row({ ...SERVED, status: { ...SERVED.status, conditions } })
    expect(found).toMatchObject({ state: 'NoBackends', level: 'warning', reason: 'NoBackends', message: 'Its only endpoint is not ready.' })
  })

  test('in part says which ports are refused', () => {
    const ports = [
      { port: 80, protocol: 'TCP' },
      { port: 81, protocol: 'TCP', error: 'fairlead.dev/PortInUse' },
    ]
    const status = {
      loadBalancer: {
        ingress: [
          { ip: '192.0.2.7', ports },
          { ip: '2001:db8::7', ports },
        ],
      },
      conditions: [condition('Ready', 'False', 'Conflict', 'Port 81/TCP is in use. Choose another.')],
    }
    expect(row({ ...SERVED, spec: { ports: [{ port: 80 }, { port: 81 }] }, status })).toMatchObject({
      state: 'Partly',
      level: 'bad',
      refusedPorts: [{ port: '81/TCP', error: 'fairlead.dev/PortInUse' }],
      message: 'Port 81/TCP is in use.',
    })
    expect(row({ ...SERVED, spec: { ports: [{ port: 81 }] }, status })?.state).toBe('Failed')
  })
})

describe('the state of a Service', () => {
  const gone = { deletionTimestamp: '2026-01-03T00:00:00Z' }
  const bare = { loadBalancer: {} }
  const saying = (...conditions: Condition[]): Given => ({ metadata: HELD, status: { conditions } })
  test.each<readonly [string, Given, Partial<ServiceRow>]>([
    [
      'no controller has written on it',
      {},
      { state: 'NotManaged', level: 'warning', message: 'No controller serves this Service: none has taken it up yet, or it was released.' },
    ],
    ['it is held, and nothing is said yet', { metadata: HELD }, { state: 'Progressing', level: 'busy', addressIsPending: true, message: '' }],
    ['it is refused', saying(condition('Ready', 'False', 'Denied', 'A right is missing. Grant it.')), { state: 'Failed', level: 'bad' }],
    ['it is refused, and not served', saying(condition('Ready', 'Unknown', 'Denied', 'No.')), { state: 'Failed', level: 'bad' }],
    [
      'it is refused, and served as before',
      { ...SERVED, status: { ...SERVED.status, conditions: [condition('Ready', 'False', 'Invalid', 'No.')] } },
      { state: 'Degraded', level: 'bad', message: 'No.' },
    ],
    ['it is paused', saying(condition('Ready', 'Unknown', 'Paused')), { state: 'Paused', level: 'off' }],
    ['it is only planned', saying(condition('Ready', 'False', 'PlanOnly')), { state: 'PlanOnly', level: 'off' }],
    ['the cloud does not answer', saying(condition('Ready', 'Unknown', 'CloudUnavailable')), { state: 'Waiting', level: 'busy' }],
    ['a newer controller refuses it', saying(condition('Ready', 'False', 'NewWord')), { state: 'Failed', reason: 'NewWord' }],
    ['a newer controller does not know yet', saying(condition('Ready', 'Unknown', 'NewWord')), { state: 'Waiting' }],
    ['it is being deleted', { ...SERVED, metadata: { ...HELD, ...gone } }, { state: 'Deleting', level: 'busy', message: '', since: gone.deletionTimestamp }],
    [
      'its deletion is refused',
      { ...saying(condition('Ready', 'False', 'Denied', 'A right is missing.')), metadata: { ...HELD, ...gone } },
      { state: 'Deleting', level: 'bad', reason: 'Denied', message: 'A right is missing.', addressIsPending: false },
    ],
    ['its type is another one now', { ...SERVED, spec: { type: 'ClusterIP' } }, { state: 'Deleting', provider: 'test' }],
    ['its class is of another controller now', { ...SERVED, spec: { loadBalancerClass: 'example.com/lb' } }, { state: 'Deleting', provider: 'test' }],
    ['its class is another one of ours now', { ...SERVED, spec: { loadBalancerClass: 'fairlead.dev/other' } }, { state: 'Ready', provider: 'other' }],
    [
      'its class is none that there is',
      { spec: { loadBalancerClass: 'fairlead.dev/tset' }, status: bare },
      {
        state: 'NotManaged',
        message:
          'No provider here serves the class "fairlead.dev/tset"; allowed: fairlead.dev/test, fairlead.dev/other. Did you mean fairlead.dev/test? A class cannot be changed: delete the Service and create it again.',
      },
    ],
  ])('when %s', (_, given, expected) => {
    expect(row(given)).toMatchObject(expected)
  })

  test.each(Object.keys(READY_REASONS))('has a word for the reason %s', (reason) => {
    const found = row(saying(condition('Ready', reason === 'Ready' || reason === 'NoBackends' ? 'True' : 'Unknown', reason)))
    expect(Object.keys(SERVICE_STATES)).toContain(found?.state)
    expect(found?.state === 'NotManaged').toBe(false)
  })

  test('without a provider that is known names none', () => {
    expect(row({ spec: { loadBalancerClass: 'fairlead.dev/tset' } })).not.toHaveProperty('provider')
  })
})

describe('a Service without a class', () => {
  const { loadBalancerClass: _, ...spec } = service().spec
  const bare = { ...service(), spec }
  test('is in the list where a provider serves such Services, or a controller has written on it', () => {
    expect(rowsOf(clusterOf([bare]), PROVIDERS)).toEqual([])
    expect(rowsOf(clusterOf([bare]), { ...PROVIDERS, forNoClass: 'other' })).toMatchObject([{ provider: 'other', state: 'NotManaged' }])
    expect(rowsOf(clusterOf([{ ...bare, status: { conditions: [condition('Ready', 'False', 'Invalid')] } }]), PROVIDERS)).toMatchObject([{ state: 'Failed' }])
    expect(rowsOf(clusterOf([{ ...bare, metadata: { ...bare.metadata, ...HELD } }]), PROVIDERS)).toMatchObject([{ provider: 'test', state: 'Progressing' }])
  })
})

test('Services of other controllers and of other types are in no list', () => {
  const others = [service({ type: 'ClusterIP' }), service({ loadBalancerClass: 'example.com/lb' })]
  expect(rowsOf(clusterOf(others), PROVIDERS)).toEqual([])
})

test('rows come by namespace and name', () => {
  const names = [
    ['shop', 'web'],
    ['bank', 'web'],
    ['shop', 'api'],
  ] as const
  const services = names.map(([namespace, name]) => service({}, { namespace, name, uid: `${namespace}-${name}` }))
  expect(rowsOf(clusterOf(services), PROVIDERS).map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['bank/web', 'shop/api', 'shop/web'])
})

describe('backends are counted', () => {
  const counted = (slices: readonly EndpointSlice[], given = service({ ports: [{ port: 80, targetPort: 8080 }] })) =>
    rowOf(
      given,
      clusterOf([], () => slices),
      PROVIDERS,
    )?.backends
  const named = { ports: [{ name: '', port: 8080 }] }

  test.each<readonly [string, readonly SliceEndpoint[], string]>([
    ['ready of all', [up('10.0.0.1'), down('10.0.0.2'), up('10.0.0.3')], '2/3'],
    ['without those that go while others are there', [up('10.0.0.1'), going('10.0.0.2')], '1/1'],
    ['with those that go where no other is there', [going('10.0.0.2')], '1/1'],
    ['without addresses that load balancers do not get', [up('169.254.169.254')], '0/1'],
  ])('%s', (_, endpoints, expected) => {
    const found = counted([slice(endpoints, named)])
    expect(`${found?.ready}/${found?.total}`).toBe(expected)
  })

  test('an address in two slices once', () => {
    expect(counted([slice([up('10.0.0.1')], named), slice([up('10.0.0.1'), up('10.0.0.2')], named)])).toEqual({ ready: 2, total: 2 })
  })

  test('a pod with an address of each family once', () => {
    const both = [slice([up('10.0.0.1')], named), slice([up('2001:db8::1')], { ...named, addressType: 'IPv6' })]
    expect(counted(both, service({ ipFamilies: ['IPv4', 'IPv6'] }))).toEqual({ ready: 1, total: 1 })
  })

  test('as not ready where no port of the Service leads to them', () => {
    expect(counted([slice([up('10.0.0.1')], { ports: [{ name: 'metrics', port: 9090 }] })])).toEqual({ ready: 0, total: 1 })
  })
})

describe('a message in short', () => {
  test.each([
    ['Served at 192.0.2.7. Nothing else.', 'Served at 192.0.2.7.'],
    ['spec.ports is "a.b. c"; allowed: no. "x" is next.', 'spec.ports is "a.b. c"; allowed: no.'],
    ['no full stop', 'no full stop'],
    ['', ''],
  ])('is the first sentence: %s', (text, expected) => {
    expect(firstSentence(text)).toBe(expected)
  })

  test('is bounded, and does nothing to a terminal', () => {
    expect(firstSentence('a'.repeat(50_000))).toHaveLength(203)
    expect(firstSentence('\u001B[2Jx')).toBe('\\u001b[2Jx')
  })
})

test('ten thousand Services have their rows', () => {
  const services = Array.from({ length: 10_000 }, (_, i) => made({ ...SERVED, metadata: { ...HELD, name: `web-${i}`, uid: `uid-${i}` } }))
  const slices = sliceOf([up('10.0.0.1'), up('10.0.0.2'), down('10.0.0.3')])
  expect(
    rowsOf(
      clusterOf(services, () => slices),
      PROVIDERS,
    ),
  ).toHaveLength(10_000)
})
