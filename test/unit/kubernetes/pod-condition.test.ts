import { expect, test } from 'vitest'
import { gatesPatch } from '../../../src/kubernetes/pod-condition.ts'
import type { Pod, PodCondition } from '../../../src/model/cluster.ts'

const NOW = new Date('2026-01-02T03:04:05.678Z')
const BEFORE = '2026-01-01T00:00:00Z'
const pod = (...conditions: readonly PodCondition[]): Pod => ({
  metadata: { namespace: 'shop', name: 'a', uid: 'uid-a', resourceVersion: '1' },
  status: { conditions },
})
const closed = { status: 'False', reason: 'Initial', message: 'a' } as const
const open = { status: 'True', reason: 'Healthy', message: 'b' } as const

test('a gate without condition gets one, guarded by the UID of the pod', () =>
  expect(gatesPatch(pod(), ['x/y'], closed, NOW)).toEqual({
    metadata: { uid: 'uid-a' },
    status: { conditions: [{ type: 'x/y', ...closed, lastTransitionTime: '2026-01-02T03:04:05Z' }] },
  }))

const since = { lastTransitionTime: BEFORE } as const
const table: readonly [string, PodCondition, typeof closed | typeof open, object | undefined][] = [
  ['says so already', { type: 'x/y', ...closed, ...since }, closed, undefined],
  ['another reason keeps the time of its status', { type: 'x/y', ...closed, reason: 'NotRegistered', ...since }, closed, { ...closed, ...since }],
  ['another text, too', { type: 'x/y', ...closed, message: 'old', ...since }, closed, { ...closed, ...since }],
  ['another status is dated', { type: 'x/y', ...closed, ...since }, open, { ...open, lastTransitionTime: '2026-01-02T03:04:05Z' }],
  ['what is open stays open', { type: 'x/y', ...open, ...since }, closed, undefined],
  ['what is open is not reported again why', { type: 'x/y', ...open, message: 'by somebody else', ...since }, open, undefined],
]
test.each(table)('%s', (_, before, wanted, expected) =>
  expect(gatesPatch(pod(before), ['x/y'], wanted, NOW)).toEqual(
    expected === undefined ? undefined : { metadata: { uid: 'uid-a' }, status: { conditions: [{ type: 'x/y', ...expected }] } },
  ),
)

test('of several gates only those that do not say so are in the patch', () =>
  expect(gatesPatch(pod({ type: 'a/a', ...open }, { type: 'b/b', ...closed }), ['a/a', 'b/b', 'c/c'], open, NOW)).toMatchObject({
    status: { conditions: [{ type: 'b/b' }, { type: 'c/c' }] },
  }))
