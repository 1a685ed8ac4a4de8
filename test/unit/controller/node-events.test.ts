import { expect, test } from 'vitest'
import { nodeEventOf } from '../../../src/controller/node-events.ts'
import type { Node } from '../../../src/model/cluster.ts'

const LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'
const TAINT = 'ToBeDeletedByClusterAutoscaler'

interface Marks {
  readonly label?: string
  readonly taint?: boolean
  readonly isDeleted?: boolean
}

function node({ label, taint = false, isDeleted = false }: Marks): Node {
  return {
    metadata: {
      name: 'node-1',
      uid: 'u1',
      resourceVersion: '1',
      ...(label === undefined ? {} : { labels: { [LABEL]: label } }),
      ...(isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: taint ? { taints: [{ key: TAINT, effect: 'NoSchedule' }] } : {},
  } as Node
}

const CASES: readonly (readonly [what: string, before: Marks | undefined, after: Marks | undefined, reason: string | undefined])[] = [
  ['the label comes', {}, { label: '' }, 'NodeExcluded'],
  ['the taint comes', {}, { taint: true }, 'NodeExcluded'],
  ['the label goes', { label: 'true' }, {}, 'NodeIncluded'],
  ['the label takes the place of the taint: its reason is another one', { taint: true }, { label: '' }, 'NodeExcluded'],
  ['the label comes with the value false', {}, { label: 'false' }, undefined],
  ['the label stays', { label: '' }, { label: 'true' }, undefined],
  ['it is deleted', {}, { isDeleted: true }, undefined],
  ['it is new', undefined, { label: '' }, undefined],
  ['it has gone', { label: '' }, undefined, undefined],
]

test.for(CASES)('an event on a Node: %s', ([, before, after, reason]) => {
  const change = { resource: 'nodes', name: 'node-1', ...(before && { before: node(before) }), ...(after && { after: node(after) }) } as const
  expect(nodeEventOf(change)?.event.reason).toBe(reason)
})

test('it says which mark is the reason, on the Node', () => {
  const found = nodeEventOf({ resource: 'nodes', name: 'node-1', before: node({}), after: node({ taint: true }) })
  expect(found?.subject).toMatchObject({ kind: 'Node', metadata: { name: 'node-1', uid: 'u1' } })
  expect(found?.event.message).toContain(`the taint ${TAINT}`)
})

test('a change of a Service is none of a Node', () => {
  expect(nodeEventOf({ resource: 'services', namespace: 'shop', name: 'web' })).toBeUndefined()
})
