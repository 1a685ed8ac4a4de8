/** When pods and health are asked for: on a clock that the test moves. */
import { describe, expect, test } from 'vitest'
import { newProviderState } from '../../../src/controller/provider-state.ts'
import type { Member } from '../../../src/controller/stacks/members.ts'
import type { Side } from '../../../src/controller/gates/waiting-pods.ts'
import { Warming } from '../../../src/controller/gates/readiness-gates.ts'
import { buildRequest } from '../../../src/desired/build.ts'
import type { RequestContext } from '../../../src/desired/service-request.ts'
import { KubernetesError } from '../../../src/kubernetes/api.ts'
import { Interner } from '../../../src/kubernetes/intern.ts'
import { Store } from '../../../src/kubernetes/store.ts'
import { trim, trimPod } from '../../../src/kubernetes/trim.ts'
import { silentLog } from '../../../src/model/log.ts'
import type { NamedOwner } from '../../../src/model/owner.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Outcome } from '../../../src/provider/cloud.ts'
import { ManualClock } from '../../clock.ts'
import { inMemoryCloud, inMemoryProvider } from '../../in-memory/index.ts'

const EVERY = 10_000
const GATE = 'fairlead.dev/target-health'
const OWNER: NamedOwner = { namespace: 'shop', name: 'web', uid: 'uid-web' }
const strings = new Interner()

interface Shown {
  readonly gates: readonly string[]
  areContainersReady: boolean
  isOpen: boolean
  ready: boolean
}

const lines = (): string[] => []

function given({ pods, gates = [GATE] }: { readonly pods: number; readonly gates?: readonly string[] }) {
  const clock = new ManualClock()
  const store = new Store((error) => {
    throw error
  })
  const shown = new Map(Array.from({ length: pods }, (_, i): [string, Shown] => [`pod-${i}`, { gates, areContainersReady: true, isOpen: false, ready: false }]))
  const [gets, patches, asks, changed, events] = [lines(), lines(), lines(), lines(), lines()]
  const trouble: { get?: Error; state: 'initial' | 'healthy' } = { state: 'initial' }
  const podOf = (name: string): unknown => {
    const { areContainersReady, isOpen } = shown.get(name)!
    const conditions = [
      { type: 'ContainersReady', status: areContainersReady ? 'True' : 'False' },
      ...(isOpen ? [{ type: GATE, status: 'True', reason: 'Healthy', message: '' }] : []),
    ]
    const metadata = { namespace: 'shop', name, uid: `uid-${name}`, resourceVersion: '1' }
    return { metadata, spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) }, status: { conditions } }
  }
  const showSlice = (): void => {
    const endpoints = [...shown].map(([name, { ready }], i) => ({
      addresses: [`10.1.0.${i + 1}`],
      conditions: { ready, serving: ready, terminating: false },
      targetRef: { kind: 'Pod', name, uid: `uid-${name}` },
    }))
    const metadata = { namespace: 'shop', name: 'web-1', uid: 'uid-slice', resourceVersion: '1', labels: { 'kubernetes.io/service-name': 'web' } }
    store.sinks.endpointslices.put(trim('endpointslices', { metadata, addressType: 'IPv4', endpoints, ports: null }, strings), 'listed')
  }
  const wire = {
    metadata: { ...OWNER, resourceVersion: '1', annotations: { 'fairlead.dev/targets': 'pods' } },
    spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/memory', ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
  }
  store.sinks.services.put(trim('services', wire, strings), 'listed')
  showSlice()
  const cloud = {
    ...bind(inMemoryProvider(inMemoryCloud())),
    health: (stack: string) => {
      asks.push(stack)
      const targets = [...shown].map((_, i) => ({
        owner: OWNER.uid,
        listener: '80/TCP' as const,
        ip: `10.1.0.${i + 1}`,
        port: 8080,
        state: trouble.state,
        because: 'soon',
      }))
      return Promise.resolve(targets)
    },
  }
  const context: RequestContext = { provider: cloud, defaultClass: false, defaultScheme: 'internal', sharedKeys: new Set() }
  const side: Side = { state: newProviderState(cloud, context, { lingerMs: 0 }), podsChanged: ({ name }) => changed.push(name) }
  const warming = new Warming({
    api: {
      getPod: async (_, name) => {
        gets.push(name)
        if (trouble.get !== undefined) throw trouble.get
        return trimPod(podOf(name), strings)
      },
      patchPodStatus: async (_, name, patch) => {
        const [{ status, reason }] = (patch as { status: { conditions: [{ status: string; reason: string }] } }).status.conditions
        patches.push(`${name} ${status} ${reason}`)
        shown.get(name)!.isOpen = status === 'True'
        return trimPod(podOf(name), strings)
      },
    },
    store,
    events: { record: (_, { reason }) => events.push(reason) },
    clock,
    random: () => 0.5,
    log: silentLog,
    signal: new AbortController().signal,
    mayWrite: () => true,
    isDryRun: false,
    everyMs: EVERY,
  })
  /** A turn of the Stack in which all that was asked for was done. */
  const turn = (): void => {
    const wish = buildRequest(store.snapshot().service('shop', 'web')!, store.snapshot(), context)
    if (wish.kind !== 'wanted') throw new Error(wish.kind)
    const members: Member[] = [{ owner: OWNER, decision: { ask: 'want', want: wish.desired, intent: { owner: OWNER, want: wish.desired, published: [] } } }]
    const outcome: Outcome = { served: new Set([OWNER.uid]), refused: new Map(), waiting: new Map(), applied: [], held: [] }
    warming.follow(side, 'stack', { members, outcome })
  }
  return { clock, store, shown, gets, patches, asks, changed, events, trouble, showSlice, turn, warming }
}

describe('health', () => {
  test('is asked at once when a pod is registered, then every ten seconds, for all pods of the Stack together, until none waits', async () => {
    const { clock, turn, asks, patches, trouble, shown, showSlice, gets } = given({ pods: 3 })
    turn()
    await clock.advance(0)
    expect(asks).toEqual([])
    turn()
    await clock.advance(0)
    expect(asks).toEqual(['stack'])
    await clock.advance(3 * EVERY - 1)
    expect(asks).toHaveLength(3)
    trouble.state = 'healthy'
    await clock.advance(1)
    expect(asks).toHaveLength(4)
    expect(patches.filter((patch) => patch.endsWith('True Healthy'))).toHaveLength(3)
    await clock.advance(10 * EVERY)
    expect(asks).toHaveLength(4)
    for (const pod of shown.values()) pod.ready = true
    showSlice()
    turn()
    const before = gets.length
    await clock.advance(100 * EVERY)
    expect([asks.length, gets.length - before, clock.pending]).toEqual([4, 0, 0])
  })

  test('is asked no sooner because more pods come', async () => {
    const { clock, turn, asks, shown, showSlice } = given({ pods: 1 })
    turn()
    await clock.advance(0)
    turn()
    await clock.advance(1_000)
    expect(asks).toHaveLength(1)
    for (let i = 1; i < 6; i++) {
      shown.set(`pod-${i}`, { gates: [GATE], areContainersReady: true, isOpen: false, ready: false })
      showSlice()
      turn()
      await clock.advance(1_000)
      turn()
    }
    expect(asks).toHaveLength(1)
    await clock.advance(4_000)
    expect(asks).toHaveLength(2)
  })
})

describe('pods', () => {
  test('that are not up are asked for more and more seldom, every ten seconds in the end', async () => {
    const { clock, turn, gets, shown, changed } = given({ pods: 1 })
    shown.get('pod-0')!.areContainersReady = false
    turn()
    const at: number[] = []
    const start = clock.now()
    while (clock.now() - start < 60_000) {
      const before = gets.length
      await clock.advance(500)
      if (gets.length > before) at.push((clock.now() - start) / 1000)
    }
    expect(at).toEqual([0.5, 2, 6, 14, 24, 34, 44, 54])
    expect(changed).toEqual([])
    shown.get('pod-0')!.areContainersReady = true
    await clock.advance(EVERY)
    expect(changed).toEqual(['web'])
  })

  test('without a gate of ours are asked for once', async () => {
    const { clock, turn, gets, events, patches, warming } = given({ pods: 50, gates: ['example.com/other'] })
    turn()
    await warming.idle()
    await clock.advance(60 * EVERY)
    expect([gets.length, new Set(gets).size, patches, events]).toEqual([50, 50, [], []])
    turn()
    await clock.advance(60 * EVERY)
    expect(gets).toHaveLength(50)
  })

  test('that may not be read are asked for once a minute, one of all, and their Service reports it once', async () => {
    const { clock, turn, gets, events, trouble, changed } = given({ pods: 40 })
    trouble.get = new KubernetesError(403, 'Forbidden', 'pods is forbidden')
    turn()
    await clock.advance(0)
    const first = gets.length
    expect(first).toBeLessThanOrEqual(8)
    await clock.advance(600_000)
    expect(gets.length).toBeLessThanOrEqual(first * 11)
    expect(events).toEqual(['Denied'])
    delete trouble.get
    await clock.advance(300_000)
    expect(changed).toHaveLength(40)
  })

  test('are asked for before the first turn, and kept for it', async () => {
    const { clock, turn, warming, store, gets, asks } = given({ pods: 2 })
    const { unready } = buildUnready(store)
    await warming.prepare(unready)
    expect(gets).toHaveLength(2)
    await clock.advance(60_000)
    turn()
    await clock.advance(0)
    expect(asks).toEqual(['stack'])
  })

  test('that nobody claims after a start are forgotten', async () => {
    const { clock, warming, store } = given({ pods: 2 })
    await warming.prepare(buildUnready(store).unready)
    expect(store.snapshot().pod('uid-pod-0')).toBeDefined()
    await clock.advance(3_600_000)
    expect(store.snapshot().pod('uid-pod-0')).toBeUndefined()
    expect(clock.pending).toBe(0)
  })
})

function buildUnready(store: Store): { readonly unready: readonly { namespace: string; name: string; uid: string; ips: readonly string[] }[] } {
  const [slice] = store.snapshot().slicesOf('shop', 'web')
  const endpoints = slice?.endpoints ?? []
  return { unready: endpoints.map(({ targetRef, addresses }) => ({ namespace: 'shop', name: targetRef!.name, uid: targetRef!.uid, ips: addresses })) }
}
