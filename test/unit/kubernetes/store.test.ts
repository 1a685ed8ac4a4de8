import { describe, expect, it } from 'vitest'
import { type Change, Store } from '../../../src/kubernetes/store.ts'
import { Interner } from '../../../src/kubernetes/intern.ts'
import { trim, trimPod } from '../../../src/kubernetes/trim.ts'

const strings = new Interner()
let version = 0
const next = (): string => String(++version)

interface NodeFields {
  readonly labels?: Record<string, string>
  readonly taints?: string[]
  readonly heartbeat?: string
  readonly address?: string
}

const node = (name: string, { labels = { zone: 'a' }, taints = [], heartbeat = 'x', address = '10.0.0.1' }: NodeFields = {}) =>
  trim(
    'nodes',
    {
      metadata: { name, uid: `uid-${name}`, resourceVersion: next(), labels, annotations: { 'volumes.kubernetes.io/attached': heartbeat } },
      spec: { providerID: `kind://${name}`, taints: taints.map((key) => ({ key, effect: 'NoSchedule' })), podCIDR: '10.244.0.0/24' },
      status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', lastHeartbeatTime: heartbeat }], images: [{ names: ['a'] }] },
    },
    strings,
  )

const slice = (name: string, service: string | undefined, addresses: string[] = []) =>
  trim(
    'endpointslices',
    {
      metadata: {
        name,
        namespace: 'shop',
        uid: `uid-${name}`,
        resourceVersion: next(),
        labels: service === undefined ? {} : { 'kubernetes.io/service-name': service },
      },
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true }, nodeName: 'n1', targetRef: { kind: 'Pod' } })),
      ports: null,
    },
    strings,
  )

const service = (name: string, { at = next(), uid = `uid-${name}`, port = 80 } = {}) =>
  trim('services', { metadata: { name, namespace: 'shop', uid, resourceVersion: at }, spec: { type: 'LoadBalancer', ports: [{ port }] } }, strings)

function watched(): { store: Store; changes: Change[]; errors: unknown[] } {
  const [changes, errors] = [[] as Change[], [] as unknown[]]
  const store = new Store((error) => errors.push(error))
  store.subscribe((change) => changes.push(change))
  return { store, changes, errors }
}

describe('nodes', () => {
  it('are sorted, and the same array through heartbeats, conditions, images and condition taints', () => {
    const { store, changes } = watched()
    for (const name of ['c', 'a', 'b']) store.sinks.nodes.put(node(name), 'listed')
    const { nodes } = store.snapshot()
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
    changes.length = 0
    store.sinks.nodes.put(node('b', { heartbeat: 'y', taints: ['node.kubernetes.io/not-ready'] }), 'watched')
    expect(store.snapshot().nodes).toBe(nodes)
    expect(changes).toEqual([])
  })

  it.each([
    ['a label', { labels: { zone: 'a', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }],
    ['an address', { address: '10.0.0.2' }],
    ['the autoscaler’s taint', { taints: ['ToBeDeletedByClusterAutoscaler'] }],
  ])('change when %s does', (_, change) => {
    const { store, changes } = watched()
    store.sinks.nodes.put(node('a'), 'listed')
    const { nodes } = store.snapshot()
    store.sinks.nodes.put(node('a', change), 'watched')
    expect(changes).toHaveLength(2)
    expect(store.snapshot().nodes).not.toBe(nodes)
  })
})

describe('slices', () => {
  it('are found by the Service they name, whoever made them, sorted by name', () => {
    const { store } = watched()
    for (const [name, of] of [
      ['b', 'web'],
      ['a', 'web'],
      ['x', 'other'],
      ['y', undefined],
    ] as const)
      store.sinks.endpointslices.put(slice(name, of), 'listed')
    expect(
      store
        .snapshot()
        .slicesOf('shop', 'web')
        .map(({ metadata }) => metadata.name),
    ).toEqual(['a', 'b'])
    expect(store.snapshot().slicesOf('elsewhere', 'web')).toEqual([])
  })

  it('tell both Services when they pass from one to the other', () => {
    const { store, changes } = watched()
    store.sinks.endpointslices.put(slice('a', 'web'), 'listed')
    changes.length = 0
    store.sinks.endpointslices.put(slice('a', 'shop'), 'watched')
    expect(changes.map((change) => change.resource === 'endpointslices' && change.serviceName)).toEqual(['web', 'shop'])
    expect(store.snapshot().slicesOf('shop', 'web')).toEqual([])
  })

  it('keep the identity of a Service’s list until one of them changes', () => {
    const { store } = watched()
    store.sinks.endpointslices.put(slice('a', 'web', ['10.1.1.1']), 'listed')
    const before = store.snapshot().slicesOf('shop', 'web')
    store.sinks.endpointslices.put(slice('a', 'web', ['10.1.1.1']), 'watched')
    expect(store.snapshot().slicesOf('shop', 'web')).toBe(before)
    store.sinks.endpointslices.put(slice('a', 'web', ['10.1.1.2']), 'watched')
    expect(store.snapshot().slicesOf('shop', 'web')).not.toBe(before)
  })
})

describe('pods', () => {
  const pod = (kind: string) => ({ kind, namespace: 'shop', name: 'web-1', uid: 'uid-web-1' })
  it.each<[string, object, boolean]>([
    ['no endpoint that is ready', { conditions: { ready: true, serving: true, terminating: false } }, false],
    ['no endpoint without conditions', {}, false],
    ['an endpoint that is not ready', { conditions: { ready: false, serving: false, terminating: false } }, true],
    ['one of a server that does not say whether it serves', { conditions: { ready: false } }, true],
    ['one that is published although it is not ready', { conditions: { ready: true, serving: false, terminating: false } }, true],
    ['no endpoint that is about to go', { conditions: { ready: false, serving: false, terminating: true } }, false],
    ['no endpoint that is no pod', { conditions: { ready: false }, targetRef: pod('Node') }, false],
  ])('are named by %s', (_, endpoint, isNamed) => {
    const wire = {
      metadata: { name: 'a', namespace: 'shop' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.0.1'], targetRef: pod('Pod'), ...endpoint }],
    }
    const [held] = trim('endpointslices', wire, strings).endpoints ?? []
    expect(held?.targetRef).toEqual(isNamed ? { name: 'web-1', uid: 'uid-web-1' } : undefined)
  })

  it('are shown from when they are learned until they are forgotten, and nobody is reported', () => {
    const { store, changes } = watched()
    const wire = {
      metadata: { name: 'web-1', namespace: 'shop', uid: 'uid-web-1', resourceVersion: '7', managedFields: [{}] },
      spec: { readinessGates: [{ conditionType: 'a/b' }], containers: [{}] },
      status: { podIP: '10.1.0.1', conditions: [{ type: 'a/b', status: 'False', lastProbeTime: null }] },
    }
    const before = store.snapshot()
    store.learnPod(trimPod(wire, strings))
    expect(before.pod('uid-web-1')).toEqual({
      metadata: { name: 'web-1', namespace: 'shop', uid: 'uid-web-1', resourceVersion: '7' },
      spec: { readinessGates: [{ conditionType: 'a/b' }] },
      status: { conditions: [{ type: 'a/b', status: 'False' }] },
    })
    store.forgetPod('uid-web-1')
    expect(store.snapshot().pod('uid-web-1')).toBeUndefined()
    expect(changes).toEqual([])
  })
})

describe('answers to our own writes', () => {
  it('are seen at once, and a watch event from before them changes nothing', () => {
    const { store, changes } = watched()
    store.sinks.services.put(service('web', { at: '9' }), 'listed')
    store.learn(service('web', { at: '12', port: 82 }))
    store.sinks.services.put(service('web', { at: '10', port: 81 }), 'watched')
    store.sinks.services.put(service('web', { at: '12', port: 82 }), 'watched')
    expect(store.snapshot().service('shop', 'web')?.spec.ports?.[0]?.port).toBe(82)
    expect(changes).toHaveLength(2)
  })

  it('do not bring back what is gone, nor the Service of that name before', () => {
    const { store } = watched()
    store.learn(service('web'))
    expect(store.snapshot().service('shop', 'web')).toBeUndefined()
    store.sinks.services.put(service('web', { uid: 'new' }), 'watched')
    store.learn(service('web', { uid: 'old' }))
    expect(store.snapshot().service('shop', 'web')?.metadata.uid).toBe('new')
  })
})

describe('listeners', () => {
  it('hear although another one throws, and until they have had enough', () => {
    const { store, errors } = watched()
    const heard: string[] = []
    store.subscribe(() => {
      throw new Error('bad')
    })
    const leave = store.subscribe((change) => heard.push(change.name))
    store.sinks.services.put(service('a'), 'listed')
    leave()
    store.sinks.services.put(service('b'), 'listed')
    expect(heard).toEqual(['a'])
    expect(errors).toHaveLength(2)
  })

  it('get frozen objects', () => {
    const { store } = watched()
    store.sinks.endpointslices.put(slice('a', 'web', ['10.1.1.1']), 'listed')
    const [held] = store.snapshot().slicesOf('shop', 'web')
    expect(() => ((held!.endpoints![0]!.addresses as string[])[0] = 'changed')).toThrow(TypeError)
  })
})
