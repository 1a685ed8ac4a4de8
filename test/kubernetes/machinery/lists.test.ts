/** Lists: pages of one version, older versions, selectors, forms. */
import { expect, test } from 'vitest'
import { CONFIGMAPS, configMap, startWorld } from './server.ts'

const names = (list: { items: { metadata: { name: string } }[] }): string[] => list.items.map((item) => item.metadata.name)

test('the pages of a list show one version, whatever happens in between', async () => {
  await using world = await startWorld()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await world.must('POST', CONFIGMAPS, { body: configMap(name) })
  const first = await world.must('GET', `${CONFIGMAPS}?limit=2`)
  expect([names(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 3])
  await world.must('DELETE', `${CONFIGMAPS}/c`)
  await world.must('POST', CONFIGMAPS, { body: configMap('bb') })
  await world.must('PATCH', `${CONFIGMAPS}/d`, { body: { data: { x: 'new' } }, type: 'application/merge-patch+json' })
  const second = await world.must('GET', `${CONFIGMAPS}?limit=2&continue=${first.metadata.continue}`)
  expect(names(second)).toEqual(['c', 'd'])
  expect(second.items[1].data).toBeUndefined()
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  const third = await world.must('GET', `${CONFIGMAPS}?limit=2&continue=${second.metadata.continue}`)
  expect([names(third), third.metadata.continue]).toEqual([['e'], undefined])
})

test('a page whose version is forgotten is 410, with a token that goes on from there', async () => {
  await using world = await startWorld()
  for (const name of ['a', 'b', 'c']) await world.must('POST', CONFIGMAPS, { body: configMap(name) })
  const first = await world.must('GET', `${CONFIGMAPS}?limit=1`)
  await world.must('POST', CONFIGMAPS, { body: configMap('d') })
  world.server.compact()
  const expired = await world.ask('GET', `${CONFIGMAPS}?limit=1&continue=${first.metadata.continue}`)
  expect([expired.status, expired.body.reason]).toEqual([410, 'Expired'])
  const rest = await world.must('GET', `${CONFIGMAPS}?continue=${expired.body.metadata.continue}`)
  expect(names(rest)).toEqual(['b', 'c', 'd'])
})

test('versions: exactly an old one, at least a known one, and 504 for one that has not come', async () => {
  await using world = await startWorld()
  const a = await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.must('POST', CONFIGMAPS, { body: configMap('b') })
  const version = a.metadata.resourceVersion
  expect(names(await world.must('GET', `${CONFIGMAPS}?resourceVersion=${version}&resourceVersionMatch=Exact`))).toEqual(['a'])
  expect(names(await world.must('GET', `${CONFIGMAPS}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`))).toEqual(['a', 'b'])
  expect(names(await world.must('GET', `${CONFIGMAPS}?resourceVersion=0&limit=1`))).toEqual(['a', 'b'])
  const early = await world.ask('GET', `${CONFIGMAPS}?resourceVersion=999999`)
  expect([early.status, early.headers['retry-after'], early.body.details.causes[0].reason]).toEqual([504, '1', 'ResourceVersionTooLarge'])
})

test.each([
  ['app=web', ['a', 'b']],
  ['app==web,tier!=front', ['b', 'c'].slice(0, 1)],
  ['app in (web, db)', ['a', 'b', 'c']],
  ['app notin (web)', ['c', 'd']],
  ['!app', ['d']],
  ['tier', ['a']],
  ['size>5', ['c']],
])('the label selector %s', async (selector, expected) => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a', { labels: { app: 'web', tier: 'front' } }) })
  await world.must('POST', CONFIGMAPS, { body: configMap('b', { labels: { app: 'web', size: '3' } }) })
  await world.must('POST', CONFIGMAPS, { body: configMap('c', { labels: { app: 'db', size: '7' } }) })
  await world.must('POST', CONFIGMAPS, { body: configMap('d') })
  expect(names(await world.must('GET', `${CONFIGMAPS}?labelSelector=${encodeURIComponent(selector)}`))).toEqual(expected)
})

test('one object and a list as tables and as metadata only', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: { ...configMap('a'), data: { x: '1', y: '2' } } })
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
  const list = await world.must('GET', CONFIGMAPS, { accept: table })
  expect([list.kind, list.columnDefinitions.map((column: { name: string }) => column.name)]).toEqual(['Table', ['Name', 'Data', 'Age']])
  expect(list.rows[0].cells.slice(0, 2)).toEqual(['a', 2])
  expect([list.rows[0].object.kind, list.rows[0].object.data]).toEqual(['PartialObjectMetadata', undefined])
  const whole = await world.must('GET', `${CONFIGMAPS}/a?includeObject=Object`, { accept: table })
  expect(whole.rows[0].object.data).toEqual({ x: '1', y: '2' })
  const metadata = await world.must('GET', CONFIGMAPS, { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' })
  expect([metadata.kind, metadata.items[0].kind, metadata.items[0].data]).toEqual(['PartialObjectMetadataList', 'PartialObjectMetadata', undefined])
  expect((await world.ask('GET', CONFIGMAPS, { accept: 'text/html' })).status).toBe(406)
})

test('a namespace whose name begins like another shows only its own', async () => {
  await using world = await startWorld()
  for (const name of ['team', 'team-a']) {
    await world.must('POST', '/api/v1/namespaces', { body: { metadata: { name } } })
    await world.must('POST', `/api/v1/namespaces/${name}/configmaps`, { body: configMap(`in-${name}`) })
  }
  expect(names(await world.must('GET', '/api/v1/namespaces/team/configmaps'))).toEqual(['in-team'])
  expect(names(await world.must('GET', '/api/v1/configmaps'))).toEqual(['in-team-a', 'in-team'])
})
