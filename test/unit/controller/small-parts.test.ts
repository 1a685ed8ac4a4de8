import { describe, expect, test } from 'vitest'
import { durationText } from '../../../src/controller/services/sentences.ts'
import { type Report, Reports } from '../../../src/controller/services/report.ts'
import type { BackendState } from '../../../src/desired/backend-state.ts'
import { orphansOf } from '../../../src/controller/stacks/orphans.ts'
import { Lingering, placesOf } from '../../../src/controller/services/published.ts'
import { StatusFights } from '../../../src/controller/services/status-fights.ts'
import { Placements } from '../../../src/controller/stacks/placements.ts'
import { nameShown } from '../../../src/controller/stacks/unnamed-owners.ts'
import { triggerOf } from '../../../src/controller/triggers.ts'
import { type Given, owner, service } from './given.ts'

describe('what a change means', () => {
  const changed = (before: Given, after: Given): string | undefined =>
    triggerOf({ resource: 'services', namespace: 'default', name: 'web', before: service(before), after: service(after) })?.kind
  const table: readonly [string, Given, Given, string][] = [
    ['a new address', {}, { ip: '192.0.2.1' }, 'status'],
    ['a new condition', {}, { ready: ['True', 'Ready'] }, 'status'],
    ['another finalizer', {}, { finalizers: [] }, 'status'],
    ['the mark of the upstream finalizer', {}, { annotations: { 'fairlead.dev/upstream-finalizer': 'memory' } }, 'status'],
    ['where its Stacks are noted', {}, { annotations: { 'fairlead.dev/stack-memory': 'a' } }, 'status'],
    ['an annotation', {}, { annotations: { 'fairlead.dev/scheme': 'internal' } }, 'request'],
    ['another class', {}, { class: 'example.com/other' }, 'request'],
    ['another type', {}, { type: 'ClusterIP' }, 'request'],
    ['deletion', {}, { isDeleting: true }, 'request'],
    ['a new Service of the old name', {}, { uid: 'uid-new' }, 'request'],
  ]
  test.each(table)('%s', (_, before, after, expected) => expect(changed(before, after)).toBe(expected))

  test('a Service seen for the first time, or not any more, is a wish', () => {
    const name = { resource: 'services', namespace: 'default', name: 'web' } as const
    expect(triggerOf({ ...name, after: service() })?.kind).toBe('request')
    expect(triggerOf({ ...name, before: service() })?.kind).toBe('request')
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
    const roster = new Placements()
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
    const roster = new Placements()
    roster.place(owner, 'new', ['old', 'new'])
    roster.release('old', owner.uid)
    expect(roster.of(owner.uid)?.cleared).toEqual(new Set(['old']))
    roster.hold('old', owner)
    expect(roster.of(owner.uid)?.cleared).toEqual(new Set())
  })

  test('what was left is not held again because the Service goes', () => {
    const roster = new Placements()
    roster.place(owner, 'new', ['old', 'new'])
    roster.release('old', owner.uid)
    roster.withdraw(owner.uid)
    expect([...roster.stacksOf(owner.uid)]).toEqual(['new'])
  })
})

describe('an owner of whom only the uid is known', () => {
  const { uid } = owner

  test('gets its name when its Service is placed, in every Stack that it is in', () => {
    const placements = new Placements()
    placements.hold('found', { uid })
    expect([...placements.unnamed()]).toEqual([{ uid }])
    expect([...placements.named('default', 'web')]).toEqual([])
    placements.place(owner, 'home', [])
    expect([...placements.unnamed()]).toEqual([])
    expect([...placements.members('found'), ...placements.members('home')]).toEqual([owner, owner])
    expect([...placements.named('default', 'web')]).toEqual([uid])
    expect(placements.of(uid)?.owner).toEqual(owner)
  })

  test('keeps a name that is known when the cloud shows its uid again', () => {
    const placements = new Placements()
    placements.place(owner, 'home', [])
    placements.hold('home', { uid })
    expect([...placements.members('home')]).toEqual([owner])
    placements.withdraw(uid)
    expect([...placements.members('home')]).toEqual([owner])
  })

  test('is forgotten without a trace, named meanwhile or not', () => {
    const placements = new Placements()
    for (const name of [() => undefined, () => placements.learnName(owner)]) {
      placements.hold('found', { uid })
      name()
      placements.release('found', uid)
      expect(placements.of(uid)).toBeUndefined()
      expect([...placements.members('found'), ...placements.named('default', 'web'), ...placements.unnamed()]).toEqual([])
    }
    placements.learnName(owner)
    expect(placements.of(uid)).toBeUndefined()
  })

  test('gets its name from a Service that the cluster shows', () => {
    const placements = new Placements()
    placements.hold('found', { uid })
    placements.hold('found', { uid: 'uid-of-nothing' })
    nameShown(placements, { services: () => [service(), service({ uid: 'uid-other' })] })
    expect([...placements.members('found')]).toEqual([owner, { uid: 'uid-of-nothing' }])
  })
})

describe('the cause of missing backends', () => {
  const none = (count: number): BackendState => ({ reason: 'NoneReady', isNone: true, cause: `None of its ${count} endpoints is ready.` })

  test('counts that change are shown once a minute at most, and are up to date in the end', () => {
    const reports = new Reports()
    expect(reports.steady('s', 'u', none(1), 0).cause).toMatch(/ 1 /)
    for (let count = 2; count <= 30; count++) expect(reports.steady('s', 'u', none(count), count * 1000).cause, `${count} s`).toMatch(/ 1 /)
    expect(reports.recountAfter('s', 'u', 30_000), 'looked at again').toBe(30_000)
    expect(reports.steady('s', 'u', none(30), 60_000).cause).toMatch(/ 30 /)
    expect(reports.recountAfter('s', 'u', 60_000), 'nothing at rest').toBeUndefined()
  })

  test('another cause is shown at once', () => {
    const reports = new Reports()
    reports.steady('s', 'u', none(2), 0)
    expect(reports.steady('s', 'u', { reason: 'NodesExcluded', isNone: true, cause: 'nodes' }, 1).cause).toBe('nodes')
    expect(reports.steady('s', 'u', { reason: 'Registered', isNone: false, cause: '' }, 2).reason).toBe('Registered')
    expect(reports.steady('s', 'u', none(3), 3).cause).toMatch(/ 3 /)
  })

  test('counts that return to what is shown need no further look', () => {
    const reports = new Reports()
    for (const [count, now] of [
      [1, 0],
      [2, 1],
      [1, 2],
    ] as const)
      reports.steady('s', 'u', none(count), now)
    expect(reports.recountAfter('s', 'u', 3)).toBeUndefined()
  })
})

describe('a report', () => {
  const waits = (afterMs: number): Report => ({
    ask: 'gone',
    result: { kind: 'waiting', reason: 'Progressing', because: 'a change is under way', afterMs },
    status: { places: [] },
  })

  test('of a wait that is shorter now says nothing new, and one of minutes does', () => {
    const reports = new Reports()
    const news = [5_000, 4_999, 0, 60_000, 60_001, 119_000, 5_000].map((afterMs) => reports.file('s', 'u', waits(afterMs)))
    expect(news).toEqual([true, false, false, false, true, false, true])
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
  const rivals = new StatusFights()
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
    servicesIn: () => [],
    namespace: () => undefined,
    pod: () => undefined,
  }
  const lost = { namespace: 'default', name: 'lost', uid: 'uid-lost' }
  const old = { ...owner, uid: 'uid-old' }
  const unnamed = { uid: 'uid-of-a-service-without-a-name' }
  expect(
    orphansOf(
      [
        ['b', [owner, lost, unnamed]],
        ['a', [old]],
      ],
      snapshot,
    ),
  ).toEqual([
    { stack: 'a', owner: old },
    { stack: 'b', owner: unnamed },
    { stack: 'b', owner: lost },
  ])
})

test.each([
  [0, '0 s'],
  [400, '0 s'],
  [90_000, '90 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
])('%d milliseconds are %s', (ms, expected) => expect(durationText(ms)).toBe(expected))
