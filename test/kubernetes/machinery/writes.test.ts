/** Writes: conflicts, patches, apply, subresources, deletion and what it takes with it. */
import { expect, test } from 'vitest'
import { CONFIGMAPS, SERVICES, type World, configMap, startWorld } from './server.ts'

const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

const service = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ name: 'a', port: 80 }], ...spec },
})

test('two clients: the slower one gets 409, whoever names another object too', async () => {
  await using world = await startWorld()
  const a = await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.must('PUT', `${CONFIGMAPS}/a`, { body: { ...a, data: { x: '1' } } })
  const late = await world.ask('PUT', `${CONFIGMAPS}/a`, { body: { ...a, data: { x: '2' } } })
  expect([late.status, late.body.reason]).toEqual([409, 'Conflict'])
  const patch = await world.ask('PATCH', `${CONFIGMAPS}/a`, { type: MERGE, body: { metadata: { resourceVersion: a.metadata.resourceVersion } } })
  expect(patch.status).toBe(409)
  const other = await world.ask('PATCH', `${CONFIGMAPS}/a`, { type: MERGE, body: { metadata: { uid: '1' } } })
  expect(other.status).toBe(422)
  const deleted = await world.ask('DELETE', `${CONFIGMAPS}/a`, { body: { preconditions: { uid: '1' } } })
  expect(deleted.status).toBe(409)
  expect((await world.must('GET', `${CONFIGMAPS}/a`)).data).toEqual({ x: '1' })
})

test.each([
  [
    'JSON patch',
    'application/json-patch+json',
    [
      { op: 'replace', path: '/data/x', value: '2' },
      { op: 'add', path: '/data/y', value: '3' },
    ],
    { x: '2', y: '3' },
  ],
  [
    'JSON patch with a test',
    'application/json-patch+json',
    [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'remove', path: '/data/x' },
    ],
    undefined,
  ],
  ['merge patch', MERGE, { data: { x: null, y: '3' } }, { y: '3' }],
  ['strategic merge', STRATEGIC, { data: { y: '3' } }, { x: '1', y: '3' }],
  ['strategic merge that replaces', STRATEGIC, { data: { $patch: 'replace', y: '3' } }, { y: '3' }],
])('%s', async (_, type, body, expected) => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: { ...configMap('a'), data: { x: '1' } } })
  expect((await world.must('PATCH', `${CONFIGMAPS}/a`, { type, body })).data).toEqual(expected)
})

test.each([
  ['a failing test', 'application/json-patch+json', [{ op: 'test', path: '/metadata/name', value: 'z' }], 422],
  ['a path that is not there', 'application/json-patch+json', [{ op: 'remove', path: '/data/nope' }], 422],
  ['no list of operations', 'application/json-patch+json', {}, 400],
  ['another name', MERGE, { metadata: { name: 'z' } }, 400],
  ['an unknown type', 'application/json', {}, 415],
  ['no JSON', MERGE, '{', 400],
])('a patch is refused: %s', async (_, type, body, status) => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  expect((await world.ask('PATCH', `${CONFIGMAPS}/a`, { type, body })).status).toBe(status)
})

test.each([
  ['merges by the number of the port', { ports: [{ port: 80, targetPort: 8080 }] }, ['a:80:8080']],
  ['puts new ones first', { ports: [{ name: 'b', port: 81 }] }, ['b:81:81', 'a:80:80']],
  [
    'obeys the order',
    { $setElementOrder: [], '$setElementOrder/ports': [{ port: 80 }, { port: 81 }], ports: [{ name: 'b', port: 81 }] },
    ['a:80:80', 'b:81:81'],
  ],
  [
    'deletes an item',
    {
      ports: [
        { name: 'b', port: 81 },
        { $patch: 'delete', port: 80 },
      ],
    },
    ['b:81:81'],
  ],
  ['replaces the list', { ports: [{ $patch: 'replace' }, { name: 'c', port: 82 }] }, ['c:82:82']],
])('strategic merge of the ports of a Service %s', async (_, spec, expected) => {
  await using world = await startWorld()
  await world.must('POST', SERVICES, { body: service('s') })
  const { ports } = (await world.must('PATCH', `${SERVICES}/s`, { type: STRATEGIC, body: { spec } })).spec
  expect(ports.map((port: { name: string; port: number; targetPort: number }) => `${port.name}:${port.port}:${port.targetPort}`)).toEqual(expected)
})

test('finalizers are a set in a strategic merge, and single ones can be taken out', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a', { finalizers: ['x.io/1'] }) })
  const patch = async (metadata: object): Promise<string[]> =>
    (await world.must('PATCH', `${CONFIGMAPS}/a`, { type: STRATEGIC, body: { metadata } })).metadata.finalizers
  expect((await patch({ finalizers: ['x.io/2'] })).toSorted()).toEqual(['x.io/1', 'x.io/2'])
  expect(await patch({ '$deleteFromPrimitiveList/finalizers': ['x.io/1'] })).toEqual(['x.io/2'])
})

test('unknown fields: reported by default, refused when strict, ignored when asked to', async () => {
  await using world = await startWorld()
  const body = { ...configMap('a'), bogus: 1 }
  const strict = await world.ask('POST', `${CONFIGMAPS}?fieldValidation=Strict`, { body })
  expect([strict.status, strict.body.message]).toEqual([400, expect.stringContaining('strict decoding error: unknown field "bogus"')])
  const reported = await world.ask('POST', CONFIGMAPS, { body })
  expect([reported.status, reported.headers['warning'], reported.body.bogus]).toEqual([201, '299 - "unknown field \\"bogus\\""', undefined])
  const ignored = await world.ask('PUT', `${CONFIGMAPS}/a?fieldValidation=Ignore`, { body })
  expect([ignored.status, ignored.headers['warning']]).toEqual([200, undefined])
})

test('a value of the wrong type is reported in the words of the server', async () => {
  await using world = await startWorld()
  const answer = await world.ask('POST', SERVICES, { body: { metadata: { name: 's' }, spec: { ports: [{ port: '80' }] } } })
  const why = 'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32'
  expect([answer.status, answer.body.message]).toEqual([400, `Service in version "v1" cannot be handled as a Service: ${why}`])
})

const apply = (world: World, manager: string, spec: object, force = false): ReturnType<World['ask']> =>
  world.ask('PATCH', `${SERVICES}/s?fieldManager=${manager}&force=${force}`, {
    type: APPLY,
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec },
  })

test('apply creates, shares what is equal, tells of conflicts, and takes over by force', async () => {
  await using world = await startWorld()
  const created = await apply(world, 'one', { type: 'NodePort', ports: [{ port: 80 }] })
  expect(created.status).toBe(201)
  expect((await apply(world, 'two', { ports: [{ port: 80 }] })).status).toBe(200)
  const conflict = await apply(world, 'two', { type: 'LoadBalancer', ports: [{ port: 80 }] })
  expect([conflict.status, conflict.body.details.causes]).toEqual([
    409,
    [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.type' }],
  ])
  const forced = await apply(world, 'two', { type: 'LoadBalancer', ports: [{ port: 80 }] }, true)
  expect(forced.body.spec.type).toBe('LoadBalancer')
  const owned = Object.fromEntries(forced.body.metadata.managedFields.map((entry: { manager: string; fieldsV1: object }) => [entry.manager, entry.fieldsV1]))
  const port = { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } }
  expect(owned).toEqual({ one: { 'f:spec': { 'f:ports': port } }, two: { 'f:spec': { 'f:ports': port, 'f:type': {} } } })
})

test('what an applier no longer applies goes, unless somebody else owns it too', async () => {
  await using world = await startWorld()
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ]
  await apply(world, 'one', { ports, selector: { app: 'web' }, loadBalancerSourceRanges: ['10.0.0.0/8'], type: 'LoadBalancer' })
  await apply(world, 'two', { ports: [{ name: 'b', port: 81 }] })
  const { body } = await apply(world, 'one', { ports: [{ name: 'a', port: 80 }], type: 'LoadBalancer' })
  expect(body.spec.ports.map((port: { name: string }) => port.name)).toEqual(['a', 'b'])
  expect([body.spec.selector, body.spec.loadBalancerSourceRanges]).toEqual([undefined, undefined])
})

test('apply after another writer: its fields are in conflict by their manager and version', async () => {
  await using world = await startWorld()
  await world.must('POST', `${SERVICES}?fieldManager=writer`, { body: service('s', { type: 'ClusterIP' }) })
  const conflict = await apply(world, 'one', { type: 'NodePort' })
  expect([conflict.status, conflict.body.message]).toEqual([
    409,
    expect.stringMatching(/^Apply failed with 1 conflict: conflict with "writer" using v1.*: \.spec\.type$/),
  ])
})

test('a status write carries metadata and leaves the spec; a write to the object leaves the status', async () => {
  await using world = await startWorld()
  await world.must('POST', SERVICES, { body: service('s', { type: 'LoadBalancer' }) })
  const body = { metadata: { finalizers: ['x.io/1'] }, spec: { type: 'ClusterIP' }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } }
  const written = await world.must('PATCH', `${SERVICES}/s/status`, { type: MERGE, body: { metadata: body.metadata, status: body.status } })
  expect([written.spec.type, written.metadata.finalizers, written.status.loadBalancer.ingress[0].ip]).toEqual(['LoadBalancer', ['x.io/1'], '203.0.113.1'])
  const spec = await world.must('PATCH', `${SERVICES}/s`, { type: MERGE, body: { status: { loadBalancer: { ingress: null } } } })
  expect(spec.status.loadBalancer.ingress).toHaveLength(1)
})

test('a deletion waits for the last finalizer', async () => {
  await using world = await startWorld()
  await world.must('POST', SERVICES, { body: service('s') })
  await world.must('PATCH', `${SERVICES}/s`, { type: MERGE, body: { metadata: { finalizers: ['x.io/1'] } } })
  const deleting = await world.must('DELETE', `${SERVICES}/s`)
  expect(deleting.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, deletionTimestamp: expect.any(String) })
  expect((await world.ask('GET', `${SERVICES}/s`)).status).toBe(200)
  await world.must('PATCH', `${SERVICES}/s/status`, { type: MERGE, body: { metadata: { finalizers: null } } })
  expect((await world.ask('GET', `${SERVICES}/s`)).status).toBe(404)
})

const child = (name: string, owners: readonly { name: string; uid: string }[]): object =>
  configMap(name, { ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', blockOwnerDeletion: true, ...owner })) })

async function family(world: World): Promise<void> {
  const { uid } = (await world.must('POST', CONFIGMAPS, { body: configMap('owner') })).metadata
  const second = (await world.must('POST', CONFIGMAPS, { body: configMap('second') })).metadata.uid
  await world.must('POST', CONFIGMAPS, { body: child('one', [{ name: 'owner', uid }]) })
  await world.must('POST', CONFIGMAPS, {
    body: child('two', [
      { name: 'owner', uid },
      { name: 'second', uid: second },
    ]),
  })
}

test.each([
  ['Background', ['second', 'two']],
  ['Foreground', ['second', 'two']],
  ['Orphan', ['one', 'second', 'two']],
])('what an object owned goes with it: %s', async (propagationPolicy, left) => {
  await using world = await startWorld()
  await family(world)
  await world.must('DELETE', `${CONFIGMAPS}/owner`, { body: { propagationPolicy } })
  const { items } = await world.must('GET', CONFIGMAPS)
  expect(items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(left)
  const two = items.find((item: { metadata: { name: string } }) => item.metadata.name === 'two')
  expect(two.metadata.ownerReferences.map((owner: { name: string }) => owner.name)).toEqual(['second'])
})

test('a collection is deleted by selector', async () => {
  await using world = await startWorld()
  for (const [name, app] of [
    ['a', 'x'],
    ['b', 'y'],
    ['c', 'x'],
  ])
    await world.must('POST', CONFIGMAPS, { body: configMap(name!, { labels: { app } }) })
  await world.must('DELETE', `${CONFIGMAPS}?labelSelector=app%3Dx`)
  expect((await world.must('GET', CONFIGMAPS)).items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['b'])
})

test('an event is one object to both of its groups', async () => {
  await using world = await startWorld()
  const event = {
    metadata: { name: 'e', namespace: 'default' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    type: 'Normal',
    reason: 'Created',
    action: 'Create',
    note: 'made',
    reportingController: 'x.io/c',
    reportingInstance: 'c-1',
    regarding: { kind: 'Service', namespace: 'default', name: 's' },
  }
  await world.must('POST', '/apis/events.k8s.io/v1/namespaces/default/events', { body: event })
  const old = await world.must('GET', '/api/v1/namespaces/default/events/e')
  expect([old.kind, old.apiVersion, old.message, old.involvedObject.name]).toEqual(['Event', 'v1', 'made', 's'])
  using watch = await world.watch('/api/v1/events?watch=true&fieldSelector=involvedObject.name%3Ds')
  await world.must('PATCH', '/apis/events.k8s.io/v1/namespaces/default/events/e', {
    type: MERGE,
    body: { series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } },
  })
  await watch.take(1)
  expect((await watch.next())?.object.series.count).toBe(2)
})
