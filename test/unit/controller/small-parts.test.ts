import { describe, expect, test } from 'vitest'
import { askWhether } from '../../../src/controller/gate.ts'
import { orphansOf } from '../../../src/controller/orphans.ts'
import { Lingering, placesOf } from '../../../src/controller/published.ts'
import { Rivals } from '../../../src/controller/rivals.ts'
import { Roster } from '../../../src/controller/roster.ts'
import { triggerOf } from '../../../src/controller/triggers.ts'
import { KubernetesError } from '../../../src/kubernetes/api.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { type Given, owner, service } from './given.ts'

describe('asking the API server whether an owner is gone', () => {
  const table: readonly [string, () => Promise<Service | undefined>, string][] = [
    ['none of that name', () => Promise.resolve(undefined), 'no more'],
    ['another UID', () => Promise.resolve(service({ uid: 'uid-new' })), 'no more'],
    ['another class', () => Promise.resolve(service({ class: 'example.com/other' })), 'asks no longer'],
    ['the Service as it was', () => Promise.resolve(service()), 'asks'],
    ['no answer', () => Promise.reject(new KubernetesError(0, 'NoAnswer', 'cut')), 'unknown'],
    ['a missing right', () => Promise.reject(new KubernetesError(403, 'Forbidden', 'no')), 'unknown'],
  ]
  test.each(table)('%s', async (_, getService, expected) => {
    const asks = ({ spec }: Service): boolean => spec.loadBalancerClass === 'fairlead.dev/memory'
    expect(await askWhether(owner, { api: { getService }, asks, unanswered: () => {} }, new AbortController().signal)).toBe(expected)
  })
})

describe('what a change means', () => {
  const changed = (before: Given, after: Given): string | undefined =>
    triggerOf({ resource: 'services', namespace: 'default', name: 'web', before: service(before), after: service(after) })?.kind
  const table: readonly [string, Given, Given, string][] = [
    ['a new address', {}, { ip: '192.0.2.1' }, 'told'],
    ['a new condition', {}, { ready: ['True', 'Ready'] }, 'told'],
    ['another finalizer', {}, { finalizers: [] }, 'told'],
    ['where its Stacks are noted', {}, { annotations: { 'fairlead.dev/stack-memory': 'a' } }, 'told'],
    ['an annotation', {}, { annotations: { 'fairlead.dev/scheme': 'internal' } }, 'wish'],
    ['another class', {}, { class: 'example.com/other' }, 'wish'],
    ['another type', {}, { type: 'ClusterIP' }, 'wish'],
    ['deletion', {}, { isDeleting: true }, 'wish'],
    ['a new Service of the old name', {}, { uid: 'uid-new' }, 'wish'],
  ]
  test.each(table)('%s', (_, before, after, expected) => expect(changed(before, after)).toBe(expected))

  test('a Service seen for the first time, or not any more, is a wish', () => {
    const name = { resource: 'services', namespace: 'default', name: 'web' } as const
    expect(triggerOf({ ...name, after: service() })?.kind).toBe('wish')
    expect(triggerOf({ ...name, before: service() })?.kind).toBe('wish')
  })

  test('a slice that belongs to no Service means nothing', () => {
    expect(triggerOf({ resource: 'endpointslices', namespace: 'default', name: 'x' })).toBeUndefined()
    expect(triggerOf({ resource: 'endpointslices', namespace: 'default', name: 'x', serviceName: 'web' })).toEqual({
      kind: 'endpoints',
      namespace: 'default',
      name: 'web',
    })
  })
})

describe('who is in which Stack', () => {
  test('an owner is in all Stacks that anybody names, until each is seen to hold nothing', () => {
    const roster = new Roster()
    roster.place(owner, 'new', ['old'])
    roster.hold('found', owner)
    expect([...roster.stacksOf(owner.uid)].toSorted()).toEqual(['found', 'new', 'old'])
    roster.withdraw(owner.uid)
    expect([...roster.stacksOf(owner.uid)].toSorted()).toEqual(['found', 'old'])
    expect([...roster.named('default', 'web')]).toEqual([owner.uid])
    roster.release('found', owner.uid)
    roster.release('old', owner.uid)
    expect(roster.of(owner.uid)).toBeUndefined()
    expect([...roster.stacks()]).toEqual([])
    expect([...roster.named('default', 'web')]).toEqual([])
  })

  test('a Stack that was left stays cleared until something is asked of it again', () => {
    const roster = new Roster()
    roster.place(owner, 'new', ['old', 'new'])
    roster.release('old', owner.uid)
    expect(roster.of(owner.uid)?.cleared).toEqual(new Set(['old']))
    roster.hold('old', owner)
    expect(roster.of(owner.uid)?.cleared).toEqual(new Set())
  })

  test('what was left is not held again because the Service goes', () => {
    const roster = new Roster()
    roster.place(owner, 'new', ['old', 'new'])
    roster.release('old', owner.uid)
    roster.withdraw(owner.uid)
    expect([...roster.stacksOf(owner.uid)]).toEqual(['new'])
  })
})

describe('old places', () => {
  const a = { ip: '192.0.2.1', ipMode: 'VIP' } as const
  const b = { ip: '192.0.2.2', ipMode: 'VIP' } as const

  test('a place that left the status lingers for its time, and not when it comes back', () => {
    const lingering = new Lingering(300)
    lingering.note('uid', [a], [b], 1000)
    expect(lingering.of('uid', 1299)).toEqual([a])
    expect(lingering.next('uid', 1100)).toBe(200)
    expect(lingering.of('uid', 1300)).toEqual([])
    lingering.note('uid', [a], [b], 2000)
    lingering.note('uid', [b], [a, b], 2100)
    expect(lingering.of('uid', 2100)).toEqual([])
  })

  test('a whole Stack lingers from when it was first seen replaced, and anew when it was in use meanwhile', () => {
    const lingering = new Lingering(300)
    expect(lingering.remains('old', 'uid', 1000)).toBeUndefined()
    expect(lingering.remaining('old', 'uid', 1000)).toBe(300)
    expect(lingering.remaining('old', 'uid', 1200)).toBe(100)
    lingering.settle('old', 'uid')
    expect(lingering.remaining('old', 'uid', 1300)).toBe(300)
  })

  test('an entry with neither address nor name is no place', () => {
    const empty = { ...service(), status: { loadBalancer: { ingress: [{}, { ip: 'nonsense' }, { hostname: 'lb.example.com' }, { ip: '010.0.0.1' }] } } }
    expect(placesOf(empty)).toEqual([{ hostname: 'lb.example.com' }, { ip: '10.0.0.1', ipMode: 'VIP' }])
  })
})

test('a rival gets patience first, then longer and longer waits, and is forgotten after a time of peace', () => {
  const rivals = new Rivals()
  const waits: number[] = []
  let now = 0
  for (let round = 0; round < 12; round++) {
    const { waitMs } = rivals.judge('uid', now)
    waits.push(waitMs / 1000)
    now += waitMs
    rivals.repaired('uid', now)
  }
  expect(waits).toEqual([0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300])
  expect(rivals.judge('uid', now + 900_001)).toEqual({ waitMs: 0, isFight: false })
  expect(rivals.judge('somebody else', now)).toEqual({ waitMs: 0, isFight: false })
})

test('orphans are those whom the cluster does not show, or shows under another UID', () => {
  const shown = service()
  const snapshot = {
    service: (_: string, name: string) => (name === 'web' ? shown : undefined),
    services: () => [shown],
    slicesOf: () => [],
    nodes: [],
    pod: () => undefined,
  }
  const lost = { namespace: 'default', name: 'lost', uid: 'uid-lost' }
  const old = { ...owner, uid: 'uid-old' }
  expect(
    orphansOf(
      [
        ['b', [owner, lost]],
        ['a', [old]],
      ],
      snapshot,
    ),
  ).toEqual([
    { stack: 'a', service: 'default/web', uid: 'uid-old' },
    { stack: 'b', service: 'default/lost', uid: 'uid-lost' },
  ])
})
