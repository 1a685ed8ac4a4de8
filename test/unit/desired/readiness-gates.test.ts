import { describe, expect, test } from 'vitest'
import { gatesOf, isWarming, unreadyPods } from '../../../src/desired/readiness-gates.ts'
import type { EndpointSlice, Pod, PodCondition, SliceEndpoint } from '../../../src/model/cluster.ts'
import { context, saying, slice, snapshot, wish } from './given.ts'

const OURS = 'fairlead.dev/target-health'
const AWS = 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789'
const OTHER = 'example.com/warm-cache'

type Conditions = Readonly<Record<string, PodCondition['status']>>

function pod(gates: readonly string[], conditions: Conditions, { uid = 'pod-1', deleting = false } = {}): Pod {
  return {
    metadata: { namespace: 'shop', name: uid, uid, resourceVersion: '1', ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  }
}

const UP = { ContainersReady: 'True' } as const

describe('which pods wait for nothing but their load balancer', () => {
  test.each<[string, Pod | undefined, boolean]>([
    ['our gate, containers ready', pod([OURS], UP), true],
    ["the other controller's gate", pod([AWS], UP), true],
    ['both', pod([OURS, AWS], UP), true],
    ['our gate is False', pod([OURS], { ...UP, [OURS]: 'False' }), true],
    ['our gate is open and the endpoint does not say so yet', pod([OURS], { ...UP, [OURS]: 'True' }), true],
    ["somebody else's gate is open", pod([OURS, OTHER], { ...UP, [OTHER]: 'True' }), true],
    ["somebody else's gate is not", pod([OURS, OTHER], { ...UP, [OTHER]: 'False' }), false],
    ["somebody else's gate has no condition yet", pod([OURS, OTHER], UP), false],
    ['containers are not ready', pod([OURS], { ContainersReady: 'False' }), false],
    ['nothing is known of its containers', pod([OURS], {}), false],
    ['no gate', pod([], UP), false],
    ["somebody else's gate alone", pod([OTHER], UP), false],
    ['a gate whose name only resembles ours', pod([`${OURS}-2`], UP), false],
    ['it is being deleted', pod([OURS], UP, { deleting: true }), false],
    ['a pod without status and spec', { metadata: { namespace: 'shop', name: 'a', uid: 'a', resourceVersion: '1' } }, false],
    ['nobody asked for it yet', undefined, false],
  ])('%s', (_name, given, expected) => expect(isWarming(given)).toBe(expected))

  test('only our gates are ours to open', () => expect(gatesOf(pod([OTHER, AWS, OURS], UP))).toEqual([AWS, OURS]))
})

const endpoint = (ip: string, uid: string, conditions: SliceEndpoint['conditions'] = { ready: false, serving: false, terminating: false }): SliceEndpoint => ({
  addresses: [ip],
  conditions,
  targetRef: { name: uid, uid },
})
const ready = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: true, serving: true, terminating: false } })
const draining = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: true, terminating: true } })

describe('whose gates have to be asked for', () => {
  const v6 = (endpoints: readonly SliceEndpoint[]): EndpointSlice => slice(endpoints, { addressType: 'IPv6' })
  test.each<[string, readonly EndpointSlice[], readonly string[]]>([
    ['nobody where all are ready', [slice([ready('10.1.0.1')])], []],
    ['a pod that is not ready', [slice([endpoint('10.1.0.1', 'a'), ready('10.1.0.2')])], ['a 10.1.0.1']],
    ['once where it stands in two slices', [slice([endpoint('10.1.0.1', 'a')]), slice([endpoint('10.1.0.1', 'a')])], ['a 10.1.0.1']],
    ['with its addresses of both families', [slice([endpoint('10.1.0.1', 'a')]), v6([endpoint('2001:DB8::1', 'a')])], ['a 10.1.0.1 2001:db8::1']],
    ['nobody by text that is no address', [slice([endpoint('x', 'a')]), slice([endpoint('10.1.0.1', 'b')], { addressType: 'FQDN' })], []],
  ])('%s', (_name, slices, expected) => expect(unreadyPods(slices, ['IPv4', 'IPv6']).map(({ uid, ips }) => [uid, ...ips].join(' '))).toEqual(expected))

  test('nobody by a family that the Service lacks', () => expect(unreadyPods([v6([endpoint('2001:db8::1', 'a')])], ['IPv4'])).toEqual([]))
})

describe('where traffic goes while pods wait', () => {
  const pods = [pod([OURS], UP, { uid: 'warm' }), pod([OURS], {}, { uid: 'cold' })]
  const given = (targets: 'pods' | 'nodes', endpoints: readonly SliceEndpoint[], known = pods): readonly string[] => {
    const made = wish(saying({ targets }), context(), snapshot({ slices: [slice(endpoints)], pods: known }))
    return made.kind === 'wanted' ? (made.desired.backends.ports['80/TCP']?.endpoints.map(({ ip }) => ip) ?? []) : [made.kind]
  }
  test.each<[string, readonly SliceEndpoint[], readonly string[]]>([
    ['to the ready ones and to those that wait', [ready('10.1.0.1'), endpoint('10.1.0.2', 'warm')], ['10.1.0.1', '10.1.0.2']],
    ['not to one that is not up itself', [ready('10.1.0.1'), endpoint('10.1.0.2', 'cold')], ['10.1.0.1']],
    ['to those that wait where there is nobody else', [endpoint('10.1.0.2', 'warm')], ['10.1.0.2']],
    ['none is ready: those that still serve keep their place', [draining('10.1.0.1'), endpoint('10.1.0.2', 'warm')], ['10.1.0.1', '10.1.0.2']],
    ['a copy that is ready counts', [endpoint('10.1.0.2', 'warm'), ready('10.1.0.2')], ['10.1.0.2']],
  ])('%s', (_name, endpoints, expected) => expect(given('pods', endpoints)).toEqual(expected))

  test('behind node ports nobody waits', () => expect(given('nodes', [ready('10.1.0.1'), endpoint('10.1.0.2', 'warm')])).toEqual(['10.1.0.1']))
  test('of a pod that nobody asked for nothing is known', () => expect(given('pods', [endpoint('10.1.0.2', 'warm')], [])).toEqual([]))
})

test('a wish stays the same object until another pod waits', () => {
  const where = context()
  const service = saying({ targets: 'pods' })
  const slices = [slice([ready('10.1.0.1'), endpoint('10.1.0.2', 'warm')])]
  const before = wish(service, where, snapshot({ slices }))
  expect(wish(service, where, snapshot({ slices, pods: [pod([OURS], {}, { uid: 'warm' })] }))).toBe(before)
  const warm = wish(service, where, snapshot({ slices, pods: [pod([OURS], UP, { uid: 'warm' })] }))
  expect(warm).not.toEqual(before)
  expect(wish(service, where, snapshot({ slices, pods: [pod([OURS, AWS], UP, { uid: 'warm' })] }))).toBe(warm)
  expect(wish(service, where, snapshot({ slices }))).toEqual(before)
})
