import { describe, expect, test } from 'vitest'
import { eligibleFor, isLeftBehind } from '../../../src/desired/eligible.ts'
import { classOf, finalizerOf, stackAnnotationOf } from '../../../src/model/names.ts'
import type { ServiceSpec } from '../../../src/model/cluster.ts'
import { context, service, wish } from './given.ts'

describe('which Services ask for the provider', () => {
  const cases: [string, Partial<ServiceSpec>, { byDefault: boolean; otherwise: boolean }][] = [
    ['its class', { loadBalancerClass: 'fairlead.dev/test' }, { byDefault: true, otherwise: true }],
    ["somebody else's class", { loadBalancerClass: 'example.com/other' }, { byDefault: false, otherwise: false }],
    ['another provider of ours', { loadBalancerClass: 'fairlead.dev/tests' }, { byDefault: false, otherwise: false }],
    ['a class without prefix', { loadBalancerClass: 'test' }, { byDefault: false, otherwise: false }],
    ['an empty class, which names nobody', { loadBalancerClass: '' }, { byDefault: false, otherwise: false }],
    ['former LoadBalancer, now NodePort', { type: 'NodePort' }, { byDefault: false, otherwise: false }],
  ]
  test.each(cases)('%s', (_name, spec, { byDefault, otherwise }) => {
    expect(eligibleFor(service(spec), 'test', true)).toBe(byDefault)
    expect(eligibleFor(service(spec), 'test', false)).toBe(otherwise)
    expect(wish(service(spec), context({}, { defaultClass: true })).kind === 'not ours').toBe(!byDefault)
  })
  test('no class: only where the provider is the default', () => {
    const { loadBalancerClass: _dropped, ...spec } = service().spec
    const classless = { ...service(), spec }
    expect(eligibleFor(classless, 'test', true)).toBe(true)
    expect(eligibleFor(classless, 'test', false)).toBe(false)
  })
})

describe('a condition of ours that nobody looks after any more', () => {
  const ready = { conditions: [{ type: 'fairlead.dev/Ready', status: 'False', reason: 'Invalid', message: 'x', lastTransitionTime: '' }] } as const
  const withStatus = (spec: Parameters<typeof service>[0], metadata: Parameters<typeof service>[1] = {}) => ({ ...service(spec, metadata), status: ready })
  test.each([
    ['a Service that is served', withStatus({}), false],
    ['one of another type', withStatus({ type: 'ClusterIP' }), true],
    ['one of another type whose load balancer is still there', withStatus({ type: 'ClusterIP' }, { finalizers: [finalizerOf('other')] }), false],
    ["one of somebody else's class", withStatus({ loadBalancerClass: 'example.com/lb' }), true],
    ['one of another provider of ours', withStatus({ loadBalancerClass: 'fairlead.dev/other' }), false],
    ['one without a condition', service({ type: 'ClusterIP' }, {}), false],
  ])('%s', (_name, given, expected) => {
    expect(isLeftBehind(given)).toBe(expected)
  })
})

test('the names by which Kubernetes knows a provider', () => {
  expect([classOf('aws'), finalizerOf('aws'), stackAnnotationOf('aws')]).toEqual([
    'fairlead.dev/aws',
    'fairlead.dev/load-balancer-aws',
    'fairlead.dev/stack-aws',
  ])
})
