/** The server around the objects: discovery, users, journal, faults, and the cluster from within. */
import { expect, test } from 'vitest'
import { kubeconfig } from '../../../emulators/kubernetes/index.ts'
import { CONFIGMAPS, SERVICES, configMap, startWorld } from './server.ts'

test('an unknown token is 401 where there are users, and a known one gets its name', async () => {
  await using world = await startWorld({ tokens: { secret: 'alice' } })
  const as = (token: string): { headers: Record<string, string> } => ({ headers: { authorization: `Bearer ${token}` } })
  expect((await world.ask('GET', CONFIGMAPS)).status).toBe(401)
  expect((await world.ask('GET', CONFIGMAPS, as('guess'))).body.reason).toBe('Unauthorized')
  const review = await world.must('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { ...as('secret'), body: {} })
  expect(review.status.userInfo.username).toBe('alice')
  expect(kubeconfig(world.server, 'secret')).toContain('token: secret')
})

test('discovery says the same in its three forms', async () => {
  await using world = await startWorld()
  const plain = (await world.must('GET', '/api/v1')).resources.map((each: { name: string }) => each.name)
  const list = 'application/json;g=apidiscovery.k8s.io;v=VERSION;as=APIGroupDiscoveryList,application/json'
  for (const version of ['v2', 'v2beta1']) {
    const answer = await world.ask('GET', '/api', { accept: list.replace('VERSION', version) })
    expect(answer.headers['content-type']).toContain(`v=${version};as=APIGroupDiscoveryList`)
    const resources = answer.body.items[0].versions[0].resources as { resource: string; subresources?: { subresource: string }[] }[]
    const names = resources.flatMap(({ resource, subresources = [] }) => [resource, ...subresources.map((each) => `${resource}/${each.subresource}`)])
    expect(names).toEqual(plain)
  }
  const groups = (await world.must('GET', '/apis')).groups.map((group: { name: string }) => group.name)
  expect(groups).toContain('apps')
  for (const group of groups) expect((await world.must('GET', `/apis/${group}/v1`)).groupVersion).toBe(`${group}/v1`)
  expect((await world.ask('GET', '/apis/nope.io/v1')).status).toBe(404)
})

test('every reference in the OpenAPI documents leads somewhere', async () => {
  await using world = await startWorld()
  const { paths } = await world.must('GET', '/openapi/v3')
  expect(Object.keys(paths)).toContain('apis/apps/v1')
  for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(paths)) {
    const document = await world.must('GET', serverRelativeURL)
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
    expect([...new Set(references)].filter((name) => document.components.schemas[name] === undefined)).toEqual([])
  }
})

test('each fault meets the requests it is aimed at, as often as it was asked to, and nothing else', async () => {
  await using world = await startWorld()
  world.server.faults.add({ resource: 'configmaps', verb: 'create', from: 2, times: 2, trouble: { kind: 'status', code: 429, retryAfterSeconds: 3 } })
  const statuses: number[] = []
  for (const name of ['a', 'b', 'c', 'd']) statuses.push((await world.ask('POST', CONFIGMAPS, { body: configMap(name) })).status)
  expect(statuses).toEqual([201, 429, 429, 201])
  world.server.faults.add({ resource: 'configmaps', trouble: { kind: 'status', code: 429, retryAfterSeconds: 3 } })
  expect((await world.ask('GET', SERVICES)).status).toBe(200)
  expect((await world.ask('GET', CONFIGMAPS)).headers['retry-after']).toBe('3')
})

test('an answer is lost after the write was applied, and a dropped request never was', async () => {
  await using world = await startWorld()
  world.server.faults.add({ verb: 'create', trouble: { kind: 'lose-answer' } })
  await expect(world.ask('POST', CONFIGMAPS, { body: configMap('lost') })).rejects.toThrow('socket hang up')
  world.server.faults.add({ verb: 'create', trouble: { kind: 'lose-answer', bytes: 10 } })
  await expect(world.ask('POST', CONFIGMAPS, { body: configMap('cut') })).rejects.toThrow(/aborted|hang up/)
  world.server.faults.add({ verb: 'create', trouble: { kind: 'drop' } })
  await expect(world.ask('POST', CONFIGMAPS, { body: configMap('dropped') })).rejects.toThrow('socket hang up')
  const { items } = await world.must('GET', CONFIGMAPS)
  expect(items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['cut', 'lost'])
})

test('a stale read shows how things were', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  const revision = world.server.revision()
  await world.must('DELETE', `${CONFIGMAPS}/a`)
  world.server.faults.add({ times: 2, trouble: { kind: 'stale', revision } })
  expect((await world.must('GET', CONFIGMAPS)).items).toHaveLength(1)
  expect((await world.ask('GET', `${CONFIGMAPS}/a`)).status).toBe(200)
  expect((await world.ask('GET', `${CONFIGMAPS}/a`)).status).toBe(404)
})

test('faults can be asked for over HTTP', async () => {
  await using world = await startWorld()
  await world.must('POST', '/_fairlead/faults', { body: { resource: 'configmaps', times: 'always', trouble: { kind: 'status', code: 503 } } })
  expect((await world.ask('GET', CONFIGMAPS)).status).toBe(503)
  expect((await world.ask('GET', CONFIGMAPS)).status).toBe(503)
  await world.must('DELETE', '/_fairlead/faults')
  expect((await world.ask('GET', CONFIGMAPS)).status).toBe(200)
  expect((await world.ask('POST', '/_fairlead/faults', { body: { trouble: { kind: 'nonsense' } } })).status).toBe(400)
})

test('a target that is no path is 400, and the server goes on', async () => {
  await using world = await startWorld()
  for (const part of ['%zz', '%ff']) expect((await world.ask('GET', `/api/v1/namespaces/${part}/configmaps`)).status).toBe(400)
  expect((await world.ask('GET', '/nowhere')).status).toBe(404)
  expect((await world.ask('GET', '/readyz')).body).toBe('ok')
})

test('the journal tells who asked for what, and how it went', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.ask('GET', `${CONFIGMAPS}/nope`)
  using watch = await world.watch(`${CONFIGMAPS}?watch=true`)
  await watch.take(1)
  const seen = world.server.journal.entries.map(({ verb, resource, name, status }) => [verb, resource, name, status].join(' '))
  expect(seen).toEqual(['create configmaps  201', 'get configmaps nope 404', 'watch configmaps  200'])
  expect(world.server.journal.entries[0]).toMatchObject({ method: 'POST', path: CONFIGMAPS, namespace: 'default', userAgent: 'machinery-test/1' })
})

test('from within: changes come in order and never inside the write, and a listener may write', async () => {
  await using world = await startWorld()
  const { cluster } = world.server
  const seen: string[] = []
  let isWriting = false
  const stop = cluster.subscribe('configmaps', ({ type, object }) => {
    expect(isWriting).toBe(false)
    seen.push(`${type} ${object.metadata.name}`)
    if (type === 'ADDED' && object.metadata.name === 'a') cluster.delete('configmaps', object.metadata)
  })
  isWriting = true
  for (const name of ['a', 'b']) cluster.create('configmaps', { metadata: { name, namespace: 'default' } })
  cluster.patch('configmaps', { namespace: 'default', name: 'b' }, { data: { x: '1' } })
  isWriting = false
  await world.must('GET', CONFIGMAPS)
  expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a'])
  stop()
  cluster.delete('configmaps', { namespace: 'default', name: 'b' })
  await world.must('GET', CONFIGMAPS)
  expect(seen).toHaveLength(4)
  expect(() => cluster.patch('configmaps', { namespace: 'default', name: 'b' }, {})).toThrow('configmaps "b" not found')
})

test('a pod is put on a node and scaled sets say so in their scale', async () => {
  await using world = await startWorld()
  const container = { name: 'c', image: 'i' }
  await world.must('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'p' }, spec: { containers: [container] } } })
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } }
  expect((await world.ask('POST', '/api/v1/namespaces/default/pods/p/binding', { body: binding })).status).toBe(201)
  expect((await world.must('GET', '/api/v1/namespaces/default/pods/p')).spec.nodeName).toBe('n1')
  const labels = { app: 'web' }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } }
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  await world.must('POST', deployments, { body: { metadata: { name: 'web' }, spec } })
  const scale = await world.must('PATCH', `${deployments}/web/scale`, { type: 'application/merge-patch+json', body: { spec: { replicas: 3 } } })
  expect([scale.kind, scale.spec.replicas, scale.status.selector]).toEqual(['Scale', 3, 'app=web'])
  const deployment = await world.must('GET', `${deployments}/web`)
  expect([deployment.spec.replicas, deployment.metadata.generation]).toEqual([3, 2])
})
