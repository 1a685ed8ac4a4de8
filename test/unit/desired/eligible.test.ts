import { describe, expect, test } from 'vitest'
import { eligibleFor, isToBeCleaned } from '../../../src/desired/eligible.ts'
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

describe('what is ours to take away', () => {
  const finalizers = ['fairlead.dev/load-balancer-test']
  test.each([
    ['served and wanted', service({}, { finalizers }), false],
    ['being deleted', service({}, { finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' }), true],
    ['now of another class', service({ loadBalancerClass: 'fairlead.dev/other' }, { finalizers }), true],
    ['now of another type', service({ type: 'ClusterIP' }, { finalizers }), true],
    ['deleting, and held by another provider alone', service({}, { finalizers: [finalizerOf('other')], deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
  ])('%s', (_name, given, expected) => {
    expect(isToBeCleaned(given, 'test', false)).toBe(expected)
  })
})

test('the names by which Kubernetes knows a provider', () => {
  expect([classOf('aws'), finalizerOf('aws'), stackAnnotationOf('aws')]).toEqual([
    'fairlead.dev/aws',
    'fairlead.dev/load-balancer-aws',
    'fairlead.dev/stack-aws',
  ])
})
