/** Which instance groups a cluster has, and which nodes are in which. */
import { expect, test } from 'vitest'
import type { GcpConfig } from '../../../providers/gcp/api/config.ts'
import { wantedGroups } from '../../../providers/gcp/plan/base/groups.ts'
import type { GroupPart } from '../../../providers/gcp/view.ts'

const CONFIG: GcpConfig = { clusterId: 'c1', project: 'p', networkProject: 'p', region: 'r', network: 'projects/p/global/networks/n', firewallTargets: {} }

const nodes = (count: number, zone: string) =>
  Array.from({ length: count }, (_, i) => ({ name: `${zone}-${i}`, providerId: `gce://p/${zone}/n-${i}`, addresses: [] }))

function sizes(groups: ReadonlyMap<string, readonly string[]>): readonly (readonly [zone: string, size: number])[] {
  return [...groups].map(([id, members]) => [id.split('/')[3] ?? '', members.length])
}

test('each zone has one group with its nodes', () => {
  expect(sizes(wantedGroups({ nodes: [...nodes(2, 'a'), ...nodes(1, 'b')] }, new Map(), CONFIG))).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

test('a zone with more nodes than a group takes has a second one, and each node is in one of them', () => {
  const groups = wantedGroups({ nodes: nodes(1_001, 'a') }, new Map(), CONFIG)
  expect(sizes(groups).every(([, size]) => size <= 1_000)).toBe(true)
  expect(groups.size).toBe(2)
  expect(new Set([...groups.values()].flat()).size).toBe(1_001)
})

test('a node stays in the group that it is in when others come and go', () => {
  const before = wantedGroups({ nodes: nodes(1_001, 'a') }, new Map(), CONFIG)
  const found = new Map([...before].map(([id, members]): [string, GroupPart] => [id, { id, mark: { stack: 'base' }, document: {}, members: new Set(members) }]))
  const after = wantedGroups({ nodes: nodes(1_100, 'a').slice(50) }, found, CONFIG)
  for (const [id, members] of after) {
    const others = new Set([...before].flatMap(([other, some]) => (other === id ? [] : some)))
    expect(members.filter((member) => others.has(member))).toEqual([])
  }
  expect(new Set([...after.values()].flat()).size).toBe(1_050)
})

test('a node of another cloud, and one without an instance, is in none', () => {
  expect(
    wantedGroups(
      {
        nodes: [
          { name: 'x', providerId: 'aws:///a/i-1', addresses: [] },
          { name: 'y', addresses: [] },
        ],
      },
      new Map(),
      CONFIG,
    ).size,
  ).toBe(0)
})
