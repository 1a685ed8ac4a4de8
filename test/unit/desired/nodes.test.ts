import { describe, expect, test } from 'vitest'
import type { Node } from '../../../src/model/cluster.ts'
import { context, node, problems, saying, service, slice, snapshot, wish } from './given.ts'

const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'

function backends(nodes: readonly Node[], given = service(), where = context()) {
  const made = wish(given, where, snapshot({ nodes }))
  if (made.kind !== 'wanted') throw new Error(problems(given, where).join('; '))
  return made.desired.backends
}

const names = (nodes: readonly Node[], given = service()) => backends(nodes, given).nodes.nodes.map(({ name }) => name)

describe('which nodes are used', () => {
  test.each<[string, Node, boolean]>([
    ['a node', node('a'), true],
    ['being deleted', node('a', { deleting: true }), false],
    ['excluded', node('a', { labels: { [EXCLUDE]: 'true' } }), false],
    ['excluded by an empty value', node('a', { labels: { [EXCLUDE]: '' } }), false],
    ['excluded by a value that is no boolean', node('a', { labels: { [EXCLUDE]: 'no' } }), false],
    ['said not to be excluded', node('a', { labels: { [EXCLUDE]: 'False' } }), true],
    ['about to be removed by the autoscaler', node('a', { taints: ['ToBeDeletedByClusterAutoscaler'] }), false],
    // It sets the label when it begins to drain, and from then on the node goes; its taint comes earlier and can be taken back.
    ['drained by Karpenter', node('a', { labels: { [EXCLUDE]: 'karpenter' }, taints: ['karpenter.sh/disrupted'] }), false],
    ['thought about by Karpenter', node('a', { taints: ['karpenter.sh/disrupted'] }), true],
    ['not ready, by its taint', node('a', { taints: ['node.kubernetes.io/not-ready'] }), true],
    ['still being set up', node('a', { taints: ['node.cloudprovider.kubernetes.io/uninitialized'], addresses: [] }), true],
  ])('%s', (_name, given, expected) => expect(names([given])).toEqual(expected ? ['a'] : []))

  const pool = [node('a', { labels: { pool: 'edge', zone: 'x' } }), node('b', { labels: { pool: 'edge' } }), node('c', { labels: { gpu: '' } })]
  test.each([
    ['pool=edge', ['a', 'b']],
    ['pool==edge,zone', ['a']],
    ['pool!=edge', ['c']],
    ['pool in (core, edge),!zone', ['b']],
    ['zone notin (x)', ['b', 'c']],
    ['!pool', ['c']],
    ['gpu=', ['c']],
  ])('node-selector %s', (selector, expected) => expect(names(pool, saying({ 'node-selector': selector }))).toEqual(expected))
  test.each(['', 'pool=edge,', 'a b', 'pool in edge', '=x', '!'])('node-selector %j is a problem', (selector) =>
    expect(problems(saying({ 'node-selector': selector }))).toHaveLength(1),
  )

  test('what a balancer needs of a node: InternalIPs in canonical form, provider id, zone', () => {
    const given = node('a', { addresses: ['10.0.0.1', 'FD00::1', 'bogus'], providerID: 'aws:///z/i-1', labels: { 'topology.kubernetes.io/zone': 'z' } })
    const hostname = { type: 'Hostname', address: 'a' }
    const withName: Node = { ...given, status: { addresses: [hostname, ...(given.status?.addresses ?? []), { type: 'ExternalIP', address: '192.0.2.1' }] } }
    expect(backends([withName]).nodes).toEqual({ nodes: [{ name: 'a', providerId: 'aws:///z/i-1', addresses: ['10.0.0.1', 'fd00::1'], zone: 'z' }] })
  })
})

describe('what has not changed stays the same object', () => {
  const a = node('a')
  test('all Services hold the same set of nodes', () => {
    const where = context()
    const nodes = [a]
    expect(backends(nodes, service(), where).nodes).toBe(backends(nodes, service({}, { name: 'other', uid: 'uid-2' }), where).nodes)
  })
  test('a change that no balancer cares for keeps the set', () => {
    const where = context()
    const before = backends([a], service(), where).nodes
    expect(backends([node('a', { labels: { 'example.com/seen': 'now' } }), node('z', { labels: { [EXCLUDE]: '' } })], service(), where).nodes).toBe(before)
    expect(backends([node('a', { addresses: ['10.0.0.9'] })], service(), where).nodes).not.toBe(before)
  })
  test('another node: new nodes, the same settings, the same ports', () => {
    const where = context()
    const given = service()
    const slices = [slice([{ addresses: ['10.1.0.1'] }])]
    const before = wish(given, where, snapshot({ slices, nodes: [a] }))
    const after = wish(given, where, snapshot({ slices: [...slices], nodes: [a, node('b')] }))
    if (before.kind !== 'wanted' || after.kind !== 'wanted') throw new Error(after.kind)
    expect(after.desired.settings).toBe(before.desired.settings)
    expect(after.desired.backends.ports).toBe(before.desired.backends.ports)
    expect(after.desired.backends.nodes.nodes).toHaveLength(2)
  })
  test('another slice: new ports, the same settings, the same nodes', () => {
    const where = context()
    const given = service()
    const nodes = [a]
    const before = wish(given, where, snapshot({ slices: [slice([{ addresses: ['10.1.0.1'] }])], nodes }))
    const after = wish(given, where, snapshot({ slices: [slice([{ addresses: ['10.1.0.2'] }])], nodes }))
    if (before.kind !== 'wanted' || after.kind !== 'wanted') throw new Error(after.kind)
    expect(after.desired.settings).toBe(before.desired.settings)
    expect(after.desired.backends.nodes).toBe(before.desired.backends.nodes)
    expect(after.desired.backends.ports['80/TCP']?.endpoints[0]?.ip).toBe('10.1.0.2')
  })
  test('nothing: the same wish', () => {
    const where = context()
    const given = service()
    const cluster = snapshot({ nodes: [a] })
    expect(wish(given, where, cluster)).toBe(wish(given, where, cluster))
  })
  test('healthCheckNodePort and node ports are handed on', () => {
    const made = backends([a], service({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }))
    expect([made.healthCheckNodePort, made.ports['80/TCP']?.nodePort]).toEqual([31000, 30080])
  })
})

test('a malformed wish still says where traffic goes', () => {
  const made = wish(saying({ scheme: 'inside' }), context(), snapshot({ slices: [slice([{ addresses: ['10.1.0.1'] }])], nodes: [node('a')] }))
  if (made.kind !== 'malformed') throw new Error(made.kind)
  expect(made.backends.ports['80/TCP']?.endpoints).toEqual([{ ip: '10.1.0.1', port: 8080 }])
  expect(made.backends.nodes.nodes).toHaveLength(1)
})
