import { describe, expect, it } from 'vitest'
import { publication, type Publication } from '../../../src/kubernetes/publication.ts'
import type { Condition, Service } from '../../../src/model/cluster.ts'

const NOW = new Date('2026-02-03T04:05:06.789Z')
const EARLIER = '2026-01-01T00:00:00Z'
const OURS = 'fairlead.dev/load-balancer-local'

function service({ finalizers, annotations, ...status }: Partial<Service['metadata']> & Service['status'] = {}): Service {
  return {
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'u1',
      resourceVersion: '7',
      ...(finalizers ? { finalizers } : {}),
      ...(annotations ? { annotations } : {}),
    },
    spec: { type: 'LoadBalancer' },
    status,
  }
}

const ready: Condition = { type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: 'ok', lastTransitionTime: EARLIER }
const portsError: Condition = {
  type: 'LoadBalancerPortsError',
  status: 'True',
  reason: 'LoadBalancerPortsError',
  message: 'fairlead.dev/local: 80/TCP fairlead.dev/Conflict',
  lastTransitionTime: EARLIER,
}
const foreignPortsError: Condition = { ...portsError, message: 'the other one says so' }
const wanted = (rest: Partial<Publication>): Publication => ({ provider: 'local', finalizer: 'keep', ...rest })
const vip = (ip: string) => ({ places: [{ ip, ipMode: 'VIP' as const }] })

describe('nothing to tell', () => {
  it.each<[string, Service, Publication]>([
    ['nothing is asked', service(), wanted({})],
    ['the finalizer is there', service({ finalizers: ['a/b', OURS] }), wanted({ finalizer: 'add' })],
    ['the finalizer is gone', service({ conditions: [foreignPortsError] }), wanted({ finalizer: 'remove' })],
    ['the stacks are there', service({ annotations: { 'fairlead.dev/stack-local': 'a,b' } }), wanted({ stacks: ['a', 'b'] })],
    ['the address is there without ipMode', service({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }), wanted({ status: vip('192.0.2.1') })],
    [
      'the address is there in other letters',
      service({ loadBalancer: { ingress: [{ ip: '2001:DB8:0:0::1', ipMode: 'VIP' }] } }),
      wanted({ status: vip('2001:db8::1') }),
    ],
    [
      'the host name is there in lower case',
      service({ loadBalancer: { ingress: [{ hostname: 'a.example' }] } }),
      wanted({ status: { places: [{ hostname: 'A.Example.' }] } }),
    ],
    ['empty stays empty', service(), wanted({ status: 'clear' })],
    [
      'ports without errors',
      service({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }),
      wanted({ status: { ...vip('192.0.2.1'), ports: [{ port: 80, protocol: 'TCP' }] } }),
    ],
    ['the condition says so', service({ conditions: [ready] }), wanted({ ready: { status: 'True', reason: 'Ready', message: 'ok' } })],
  ])('%s', (_, before, asked) => expect(publication(before, asked, NOW)).toBeUndefined())
})

describe('one patch', () => {
  it('carries finalizer, stacks, addresses and condition, guarded by the UID', () => {
    const asked = wanted({ finalizer: 'add', stacks: ['a', 'b'], status: vip('192.0.2.1'), ready: { status: 'True', reason: 'Ready', message: 'ok' } })
    expect(publication(service({ conditions: [foreignPortsError] }), asked, NOW)).toEqual({
      metadata: { uid: 'u1', finalizers: [OURS], annotations: { 'fairlead.dev/stack-local': 'a,b' } },
      status: {
        loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] },
        conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: 'ok', lastTransitionTime: '2026-02-03T04:05:06Z' }],
      },
    })
  })

  it('takes the conditions and the stacks along with the finalizer, and nobody else’s', () => {
    const before = service({
      finalizers: [OURS, 'other/one'],
      annotations: { 'fairlead.dev/stack-local': 'a', 'fairlead.dev/stack-aws': 'b' },
      loadBalancer: { ingress: [{ ip: '192.0.2.1' }] },
      conditions: [ready, { ...ready, type: 'fairlead.dev/Backends' }, portsError, { ...ready, type: 'cilium.io/Something' }],
    })
    expect(publication(before, wanted({ finalizer: 'remove', status: 'clear' }), NOW)).toEqual({
      metadata: { uid: 'u1', '$deleteFromPrimitiveList/finalizers': [OURS], annotations: { 'fairlead.dev/stack-local': null } },
      status: {
        loadBalancer: { ingress: null },
        conditions: [
          { $patch: 'delete', type: 'fairlead.dev/Ready' },
          { $patch: 'delete', type: 'fairlead.dev/Backends' },
          { $patch: 'delete', type: 'LoadBalancerPortsError' },
        ],
      },
    })
  })

  it('leaves the condition to the provider that has taken the Service over', () => {
    const before = service({ finalizers: [OURS, 'fairlead.dev/load-balancer-aws'], conditions: [ready] })
    expect(publication(before, wanted({ finalizer: 'remove' }), NOW)).toEqual({ metadata: { uid: 'u1', '$deleteFromPrimitiveList/finalizers': [OURS] } })
  })

  const UPSTREAM = 'service.kubernetes.io/load-balancer-cleanup'
  const MARK = 'fairlead.dev/upstream-finalizer'
  const marked = (by: string): Service => service({ finalizers: [OURS, UPSTREAM], annotations: { [MARK]: by } })
  const unmarked = service({ finalizers: [OURS, UPSTREAM] })
  const guarded = { uid: 'u1', resourceVersion: '7' }
  const upstream: readonly [string, Service, Publication, object | undefined][] = [
    [
      'a new Service gets both finalizers in one patch',
      service(),
      wanted({ finalizer: 'add', upstream: 'hold' }),
      { ...guarded, finalizers: [OURS, UPSTREAM], annotations: { [MARK]: 'local' } },
    ],
    [
      'one that is held already gets the other finalizer',
      service({ finalizers: [OURS] }),
      wanted({ finalizer: 'add', upstream: 'hold' }),
      { ...guarded, finalizers: [UPSTREAM], annotations: { [MARK]: 'local' } },
    ],
    [
      'one that is removed while its mark stays is set again',
      service({ annotations: { [MARK]: 'local' } }),
      wanted({ upstream: 'hold' }),
      { ...guarded, finalizers: [UPSTREAM] },
    ],
    ['what another controller has set is not marked', unmarked, wanted({ finalizer: 'add', upstream: 'hold' }), undefined],
    ['another provider of ours takes it over', marked('aws'), wanted({ finalizer: 'add', upstream: 'hold' }), { ...guarded, annotations: { [MARK]: 'local' } }],
    ['nothing changes where it is marked', marked('local'), wanted({ finalizer: 'add', upstream: 'hold' }), undefined],
    [
      'without the setting it is removed, and ours stays',
      marked('local'),
      wanted({ finalizer: 'add', upstream: 'remove' }),
      { ...guarded, '$deleteFromPrimitiveList/finalizers': [UPSTREAM], annotations: { [MARK]: null } },
    ],
    [
      'both are removed in one patch',
      marked('local'),
      wanted({ finalizer: 'remove', upstream: 'remove' }),
      { ...guarded, '$deleteFromPrimitiveList/finalizers': [OURS, UPSTREAM], annotations: { [MARK]: null } },
    ],
    [
      'what another controller has set stays',
      unmarked,
      wanted({ finalizer: 'remove', upstream: 'remove' }),
      { uid: 'u1', '$deleteFromPrimitiveList/finalizers': [OURS] },
    ],
    [
      'what another provider has taken over stays',
      marked('aws'),
      wanted({ finalizer: 'remove', upstream: 'remove' }),
      { uid: 'u1', '$deleteFromPrimitiveList/finalizers': [OURS] },
    ],
    [
      'a released one stays, without the mark',
      marked('local'),
      wanted({ finalizer: 'remove', upstream: 'release' }),
      { ...guarded, '$deleteFromPrimitiveList/finalizers': [OURS], annotations: { [MARK]: null } },
    ],
    ['nothing is said of it while a Service waits', marked('local'), wanted({}), undefined],
  ]
  it.each(upstream)('the upstream finalizer: %s', (_, before, asked, metadata) => {
    expect(publication(before, asked, NOW)).toEqual(metadata === undefined ? undefined : { metadata })
  })

  it('dates a condition when its status changes, not when its words do', () => {
    const reported = (status: 'True' | 'False') =>
      publication(service({ conditions: [ready] }), wanted({ ready: { status, reason: 'Waiting', message: 'soon' } }), NOW)
    expect(reported('True')?.status?.conditions).toMatchObject([{ reason: 'Waiting', lastTransitionTime: EARLIER }])
    expect(reported('False')?.status?.conditions).toMatchObject([{ reason: 'Waiting', lastTransitionTime: '2026-02-03T04:05:06Z' }])
  })

  it('names the ports that fail on each address and in a condition', () => {
    const ports = [
      { port: 80, protocol: 'TCP' as const },
      { port: 53, protocol: 'UDP' as const, error: 'fairlead.dev/Conflict' },
    ]
    expect(publication(service(), wanted({ status: { ...vip('192.0.2.1'), ports } }), NOW)?.status).toMatchObject({
      loadBalancer: {
        ingress: [
          {
            ip: '192.0.2.1',
            ports: [
              { port: 80, protocol: 'TCP' },
              { port: 53, protocol: 'UDP', error: 'fairlead.dev/Conflict' },
            ],
          },
        ],
      },
      conditions: [{ type: 'LoadBalancerPortsError', status: 'True', message: 'fairlead.dev/local: 53/UDP fairlead.dev/Conflict' }],
    })
  })

  it.each([
    ['ours goes', portsError, [{ $patch: 'delete', type: 'LoadBalancerPortsError' }]],
    ['somebody else’s stays', foreignPortsError, undefined],
  ])('when the ports are mended: %s', (_, condition, expected) => {
    expect(publication(service({ conditions: [condition] }), wanted({ status: vip('192.0.2.1') }), NOW)?.status?.conditions).toEqual(expected)
  })

  it('corrects an address that somebody else wrote', () => {
    const before = service({ loadBalancer: { ingress: [{ ip: '198.51.100.9' }, {}] } })
    expect(publication(before, wanted({ status: vip('192.0.2.1') }), NOW)?.status?.loadBalancer?.ingress).toEqual([{ ip: '192.0.2.1', ipMode: 'VIP' }])
  })
})
