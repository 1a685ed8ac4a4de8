import { expect, test } from 'vitest'
import { mayHaveChanged } from '../../../src/controller/stacks/changed-while-away.ts'
import type { EndpointSlice, Node, Snapshot } from '../../../src/model/cluster.ts'
import { LAST_CHANGE } from '../../../src/model/names.ts'
import { service } from './given.ts'

const LEFT = Date.parse('2026-01-01T12:00:00Z')

function snapshotOf(slices: readonly (string | undefined)[], nodes: readonly string[] = []): Snapshot {
  const sliceOf = (time: string | undefined) =>
    ({ metadata: { name: 'web-1', ...(time === undefined ? {} : { annotations: { [LAST_CHANGE]: time } }) } }) as unknown as EndpointSlice
  const nodeOf = (creationTimestamp: string) => ({ metadata: { name: 'node', creationTimestamp } }) as unknown as Node
  return { slicesOf: () => slices.map(sliceOf), nodes: nodes.map(nodeOf) } as unknown as Snapshot
}

const table: readonly [string, Parameters<typeof mayHaveChanged>[1], Snapshot, number | undefined, boolean][] = [
  ['pods that changed long before the process left', 'pods', snapshotOf(['2026-01-01T11:00:00Z']), LEFT, false],
  ['pods that changed after it', 'pods', snapshotOf(['2026-01-01T12:00:01Z']), LEFT, true],
  ['pods that changed in its last minute, when it may not have dealt with it any more', 'pods', snapshotOf(['2026-01-01T11:59:30Z']), LEFT, true],
  ['one of several slices', 'pods', snapshotOf(['2026-01-01T11:00:00Z', '2026-01-01T12:00:01Z']), LEFT, true],
  ['a slice that somebody keeps by hand and that tells no time', 'pods', snapshotOf([undefined]), LEFT, true],
  ['a slice whose time is none', 'pods', snapshotOf(['yesterday']), LEFT, true],
  ['no slices at all', 'pods', snapshotOf([]), LEFT, false],
  ['nobody knows when anybody looked last', 'pods', snapshotOf(['2026-01-01T11:00:00Z']), undefined, true],
  ['node ports, and a node that is new', 'nodes', snapshotOf([], ['2026-01-01T11:00:00Z', '2026-01-01T12:10:00Z']), LEFT, true],
  ['node ports, whose pods changed: the nodes forward to them', 'nodes', snapshotOf(['2026-01-01T12:10:00Z'], ['2026-01-01T11:00:00Z']), LEFT, false],
]

test.each(table)('%s', (_, targets, snapshot, since, expected) => expect(mayHaveChanged(service(), targets, snapshot, since)).toBe(expected))
