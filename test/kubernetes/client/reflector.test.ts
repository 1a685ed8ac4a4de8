import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isReadBy } from '../../../annotations/all.ts'
import { ANNOTATION_SETS } from '../../../providers/index.ts'
import { type ClusterStore, connect, type Connection, watchCluster } from '../../../src/kubernetes/cluster.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'
import { until } from '../../until.ts'
import { FakeCluster, reset, status } from './fake-cluster.ts'

const SERVICES = '/api/v1/services'
const NODES = '/api/v1/nodes'
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices'

const service = (name: string, fields: { uid?: string; port?: number } = {}) => ({
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: fields.uid ?? `uid-${name}`, managedFields: [{ manager: 'kubectl' }] },
  spec: { type: 'LoadBalancer', ports: [{ port: fields.port ?? 80, protocol: 'TCP' }] },
  status: { loadBalancer: {} },
})

let cluster: FakeCluster
let connection: Connection
let store: ClusterStore
let clock: ManualClock
let errors: unknown[]
let changes: string[]
const over = new AbortController()

beforeEach(async () => {
  cluster = await FakeCluster.start()
  clock = new ManualClock()
  errors = []
  changes = []
  connection = await connect({ kubeconfig: await cluster.kubeconfig(), userAgent: 'test', clock, log: silentLog, isReadAnnotation: isReadBy(ANNOTATION_SETS) })
})

afterEach(async () => {
  await store.stop()
  await connection.close()
  await cluster.stop()
})

async function watching(): Promise<void> {
  store = watchCluster(connection.api, { clock, signal: over.signal, random: () => 0, onError: (error) => errors.push(error) })
  store.subscribe((change) => changes.push(`${change.before ? (change.after ? 'changed' : 'gone') : 'new'} ${change.resource} ${change.name}`))
  await store.synced
  await until(() => [SERVICES, NODES, SLICES].every((path) => cluster.watches(path) === 1))
}

const names = (): string[] => [...store.snapshot().services()].map(({ metadata }) => metadata.name).toSorted()
const has = (name: string) => (): boolean => names().includes(name)
const failed =
  (count = 1) =>
  (): boolean =>
    errors.length >= count
/** Longer than any backoff, shorter than the silence that a watch is allowed. */
const BACKOFF = 35_000

describe('the cluster kept in memory', () => {
  it('is listed in pages and followed, with each change reported once', async () => {
    for (let i = 0; i < 1_001; i++) cluster.put(SERVICES, service(`s${i}`))
    await watching()
    expect(names()).toHaveLength(1_001)
    expect(cluster.requests.filter(({ path, query }) => path === SERVICES && !query.has('watch'))).toHaveLength(3)

    changes = []
    cluster.put(SERVICES, service('s0', { port: 81 }))
    cluster.put(SERVICES, service('later'))
    cluster.delete(SERVICES, 'shop', 's1')
    await until(() => changes.length === 3)
    expect(changes).toEqual(['changed services s0', 'new services later', 'gone services s1'])
    expect(store.snapshot().service('shop', 's0')?.spec.ports?.[0]?.port).toBe(81)
    expect(errors).toEqual([])
  })

  it('asks watches for bookmarks and a time limit, and begins where the list ended', async () => {
    await watching()
    const watch = cluster.requests.find(({ query }) => query.has('watch'))
    expect(Object.fromEntries(watch!.query)).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: '300' })
  })

  it('holds nothing that nobody reads', async () => {
    cluster.put(SERVICES, {
      ...service('a'),
      metadata: { ...service('a').metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'fairlead.dev/share': 'x' } },
    })
    await watching()
    const { metadata } = store.snapshot().service('shop', 'a')!
    expect(metadata).not.toHaveProperty('managedFields')
    expect(metadata.annotations).toEqual({ 'fairlead.dev/share': 'x' })
  })

  it('is not synced before every list is in', async () => {
    cluster.failNext(/endpointslices/, (_, response) => status(response, 500, 'InternalError'))
    store = watchCluster(connection.api, { clock, signal: over.signal, random: () => 0, onError: (error) => errors.push(error) })
    await until(failed())
    expect(store.isSynced()).toBe(false)
    await clock.advance(BACKOFF)
    await store.synced
    expect(store.isSynced()).toBe(true)
  })
})

describe('a watch that breaks', () => {
  const breaks: Record<string, (path: string) => void> = {
    'is reset': (path) => cluster.onWatches(path, (response) => void response.socket?.resetAndDestroy()),
    'ends in the middle of a line': (path) => cluster.onWatches(path, (response) => response.end('{"type":"ADDED","object":{"metadata":{"na')),
    'sends what is no JSON': (path) => cluster.onWatches(path, (response) => response.write('<html>\n')),
    'is closed in good order': (path) => cluster.onWatches(path, (response) => response.end()),
    'says in an event that it has to stop': (path) =>
      cluster.onWatches(path, (response) => response.write('{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}\n')),
  }

  it.each(Object.keys(breaks))('%s: goes on behind the last event, with no second list', async (name) => {
    await watching()
    cluster.put(SERVICES, service('before'))
    await until(has('before'))
    const { version } = cluster
    const asked = cluster.requests.length
    breaks[name]!(SERVICES)
    await until(() => cluster.watches(SERVICES) === 0)
    cluster.put(SERVICES, service('meanwhile'))
    await until(async () => (await clock.advance(1_000), has('meanwhile')()))
    const again = cluster.requests.slice(asked).filter(({ path }) => path === SERVICES)
    expect(again.map(({ query }) => (query.has('watch') ? `watch from ${query.get('resourceVersion')}` : `list of ${query.get('limit')}`))).toEqual([
      'list of 1',
      `watch from ${version}`,
    ])
  })

  it.each([
    [
      'as a status',
      () => {
        cluster.onWatches(SERVICES, (response) => void response.socket?.resetAndDestroy())
      },
    ],
    ['as an event', () => cluster.onWatches(SERVICES, (response) => response.write('{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n'))],
  ])('410 %s: lists anew, and infers what was deleted and what was replaced', async (_, breakIt) => {
    cluster.put(SERVICES, service('stays'))
    cluster.put(SERVICES, service('goes'))
    cluster.put(SERVICES, service('replaced', { uid: 'old' }))
    await watching()
    changes = []
    cluster.failNext(/GET .*services\?watch/, (_seen, response) => status(response, 410, 'Expired'))
    breakIt()
    await until(failed())
    // No watch is informed: the history is gone.
    cluster.onWatches(SERVICES, (response) => response.destroy())
    await until(() => cluster.watches(SERVICES) === 0)
    cluster.delete(SERVICES, 'shop', 'goes')
    cluster.delete(SERVICES, 'shop', 'replaced')
    cluster.put(SERVICES, service('replaced', { uid: 'new' }))
    cluster.compact()
    await until(async () => (await clock.advance(1_000), !has('goes')()))
    await until(() => changes.length >= 2)
    expect(changes).toEqual(['changed services replaced', 'gone services goes'])
    expect(store.snapshot().service('shop', 'replaced')?.metadata.uid).toBe('new')
  })

  it('says nothing for 90 s: is given up, and what happened meanwhile is found', async () => {
    await watching()
    cluster.failNext(/GET .*services\?watch/, (_seen, response) => {
      response.writeHead(200).flushHeaders()
    })
    cluster.onWatches(SERVICES, (response) => response.end())
    await until(async () => (await clock.advance(1_000), cluster.unused === 0))
    cluster.put(SERVICES, service('unheard'))
    await clock.advance(85_000)
    expect(names()).toEqual([])
    await until(async () => (await clock.advance(1_000), has('unheard')()))
    expect(errors.map(String).join()).toMatch(/said nothing for 90 s/)
  })

  it('hears bookmarks as signs of life and resumes from them', async () => {
    await watching()
    cluster.put(NODES, { kind: 'Node', metadata: { name: 'elsewhere' } })
    for (let minute = 0; minute < 5; minute++) {
      cluster.bookmark()
      cluster.put(SERVICES, service(`minute-${minute}`))
      await until(has(`minute-${minute}`))
      cluster.bookmark()
      await clock.advance(60_000)
    }
    expect(errors).toEqual([])
  })
})

describe('a server that came back from a backup', () => {
  it('is noticed by its version, and its state is taken, older though it is', async () => {
    cluster.put(SERVICES, service('old'))
    const restore = cluster.backup()
    await watching()
    cluster.put(SERVICES, service('old', { port: 81 }))
    cluster.put(SERVICES, service('lost'))
    await until(has('lost'))
    restore()
    await until(async () => (await clock.advance(1_000), !has('lost')()))
    expect(store.snapshot().service('shop', 'old')?.spec.ports?.[0]?.port).toBe(80)
    cluster.put(SERVICES, service('afterwards'))
    await until(has('afterwards'))
  })

  it('gives one version number to two contents: the list wins', async () => {
    const restore = cluster.backup()
    await watching()
    cluster.put(SERVICES, service('one', { port: 1 }))
    cluster.put(SERVICES, service('two'))
    await until(has('two'))
    restore()
    cluster.put(SERVICES, service('one', { port: 2 }))
    await until(async () => (await clock.advance(1_000), store.snapshot().service('shop', 'one')?.spec.ports?.[0]?.port === 2))
    expect(names()).toEqual(['one'])
  })
})

describe('a server in trouble', () => {
  it.each([
    ['resets', reset],
    ['answers 500', (_: unknown, response: Parameters<typeof status>[0]) => status(response, 500, 'InternalError')],
    ['answers with a page', (_: unknown, response: Parameters<typeof status>[0]) => void response.writeHead(502).end('<html>')],
    [
      'breaks off in the middle of the answer',
      (_: unknown, response: Parameters<typeof status>[0]) => {
        response.writeHead(200, { 'content-length': '9999' })
        response.write('{"items":[', () => response.destroy())
      },
    ],
  ] as const)('%s three times: the list comes through in the end', async (_, fault) => {
    cluster.put(SERVICES, service('a'))
    for (let i = 0; i < 3; i++) cluster.failNext(/GET .*services\?limit/, fault)
    store = watchCluster(connection.api, { clock, signal: over.signal, random: () => 0, onError: (error) => errors.push(error) })
    await until(async () => (await clock.advance(1_000), store.isSynced()))
    expect(errors).toHaveLength(3)
    expect(names()).toEqual(['a'])
  })

  it('asks to come back later: is left alone as long as it said', async () => {
    cluster.failNext(/GET .*services\?limit/, (_, response) => status(response, 429, 'TooManyRequests', { 'retry-after': '20' }))
    store = watchCluster(connection.api, { clock, signal: over.signal, random: () => 0, onError: (error) => errors.push(error) })
    await until(failed())
    const lists = (): number => cluster.requests.filter(({ path }) => path === SERVICES).length
    await clock.advance(19_000)
    expect(lists()).toBe(1)
    await clock.advance(2_000)
    await store.synced
    expect(lists()).toBeGreaterThan(1)
  })

  it('expires a list between two pages: the list starts over and nothing is taken for gone', async () => {
    for (let i = 0; i < 600; i++) cluster.put(SERVICES, service(`s${i}`))
    cluster.failNext(/GET .*services\?.*continue/, (_, response) => status(response, 410, 'Expired'))
    store = watchCluster(connection.api, { clock, signal: over.signal, random: () => 0, onError: (error) => errors.push(error) })
    store.subscribe((change) => changes.push(change.after ? 'new' : 'gone'))
    await until(async () => (await clock.advance(1_000), store.isSynced()))
    expect(changes.filter((change) => change === 'new')).toHaveLength(600)
    expect(changes).not.toContain('gone')
  })

  it('closes every watch at once: is not hammered', async () => {
    await watching()
    for (let i = 0; i < 50; i++) cluster.failNext(/GET .*services\?watch/, (_, response) => void response.writeHead(200).end())
    cluster.onWatches(SERVICES, (response) => response.end())
    await until(() => cluster.watches(SERVICES) === 0)
    // Five minutes of it at the longest backoff of 15 s (jitter at its least) and growing up to there.
    for (let second = 0; second < 60; second++) await clock.advance(1_000)
    expect(50 - cluster.unused).toBeLessThan(15)
  })
})

describe('stopping', () => {
  it('ends the watches while one is open and while one is waiting', async () => {
    await watching()
    cluster.failNext(/GET .*nodes/, reset)
    cluster.onWatches(NODES, (response) => response.destroy())
    await until(failed())
    await store.stop()
    await until(() => cluster.watches(SERVICES) === 0)
    expect(clock.pending).toBe(0)
  })
})
