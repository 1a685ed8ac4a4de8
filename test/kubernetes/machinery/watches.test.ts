/** Watches: resuming, selectors, bookmarks, expired versions, and what happens to them. */
import { expect, test } from 'vitest'
import { CONFIGMAPS, configMap, startWorld } from './server.ts'

const mergePatch = 'application/merge-patch+json'

test('a watch from an old version replays each change since, in order, and goes on', async () => {
  await using world = await startWorld()
  const a = await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.must('PATCH', `${CONFIGMAPS}/a`, { body: { data: { x: '1' } }, type: mergePatch })
  await world.must('POST', CONFIGMAPS, { body: configMap('b') })
  await world.must('DELETE', `${CONFIGMAPS}/a`)
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${a.metadata.resourceVersion}`)
  expect(await watch.take(3)).toEqual(['MODIFIED a', 'ADDED b', 'DELETED a'])
  await world.must('DELETE', `${CONFIGMAPS}/b`)
  const last = await watch.next()
  expect([last?.type, last?.object.metadata.resourceVersion]).toEqual(['DELETED', String(world.server.revision())])
})

test('a write that changes nothing has no version and no event', async () => {
  await using world = await startWorld()
  const a = await world.must('POST', CONFIGMAPS, { body: { ...configMap('a'), data: { x: '1' } } })
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${a.metadata.resourceVersion}`)
  const again = await world.must('PATCH', `${CONFIGMAPS}/a`, { body: { data: { x: '1' } }, type: mergePatch })
  expect(again.metadata.resourceVersion).toBe(a.metadata.resourceVersion)
  await world.must('PATCH', `${CONFIGMAPS}/a?dryRun=All`, { body: { data: { x: '2' } }, type: mergePatch })
  await world.must('POST', CONFIGMAPS, { body: configMap('end') })
  expect(await watch.take(1)).toEqual(['ADDED end'])
})

test('an object that begins to match a selector is ADDED, and one that ceases to is DELETED', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&labelSelector=app%3Dweb`)
  const label = (app: string | null): Promise<unknown> => world.must('PATCH', `${CONFIGMAPS}/a`, { body: { metadata: { labels: { app } } }, type: mergePatch })
  await label('web')
  await world.must('PATCH', `${CONFIGMAPS}/a`, { body: { data: { x: '1' } }, type: mergePatch })
  await label('db')
  const seen = [await watch.next(), await watch.next(), await watch.next()]
  expect(seen.map((event) => event?.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  expect([seen[2]?.object.metadata.labels, seen[2]?.object.metadata.resourceVersion]).toEqual([{ app: 'web' }, String(world.server.revision())])
})

test('the initial events end with a marked bookmark, and without bookmarks with none', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  const initial = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
  using watch = await world.watch(`${CONFIGMAPS}?${initial}&allowWatchBookmarks=true`)
  expect(await watch.take(1)).toEqual(['ADDED a'])
  const mark = await watch.next()
  expect(mark).toEqual({
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(world.server.revision()), annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  })
  using plain = await world.watch(`${CONFIGMAPS}?${initial}`)
  await world.must('POST', CONFIGMAPS, { body: configMap('b') })
  expect(await plain.take(2)).toEqual(['ADDED a', 'ADDED b'])
})

test('bookmarks come each minute and shortly before the end', async () => {
  const timers: { readonly run: () => void; readonly ms: number }[] = []
  await using world = await startWorld({
    setTimer: (run, ms) => {
      const timer = { run, ms }
      timers.push(timer)
      return () => timers.splice(timers.indexOf(timer), 1)
    },
  })
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=150`)
  const fire = (ms: number): void =>
    timers
      .splice(
        timers.findIndex((timer) => timer.ms === ms),
        1,
      )[0]
      ?.run()
  fire(60_000)
  fire(60_000)
  expect(await watch.take(2)).toEqual(['BOOKMARK', 'BOOKMARK'])
  fire(28_300)
  fire(150_000)
  expect(await watch.take(2)).toEqual(['BOOKMARK', 'end'])
  expect(timers).toEqual([])
})

test('a version that is forgotten is an ERROR event with 410, and the end', async () => {
  await using world = await startWorld()
  const a = await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.must('POST', CONFIGMAPS, { body: configMap('b') })
  world.server.compact()
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${a.metadata.resourceVersion}`)
  expect(await watch.take(2)).toEqual(['ERROR 410', 'end'])
})

test('a history of few changes forgets the oldest', async () => {
  await using world = await startWorld({ history: 3 })
  const first = await world.must('POST', CONFIGMAPS, { body: configMap('first') })
  for (let count = 0; count < 8; count++) await world.must('POST', CONFIGMAPS, { body: configMap(`c${count}`) })
  using old = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${first.metadata.resourceVersion}`)
  expect(await old.take(1)).toEqual(['ERROR 410'])
  using recent = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${world.server.revision() - 2}`)
  expect(await recent.take(2)).toEqual(['ADDED c6', 'ADDED c7'])
})

test('a server that came back from a backup is silent to watches from its future, until it gets there', async () => {
  await using world = await startWorld()
  const backup = world.server.backup()
  const versions: string[] = []
  for (const name of ['a', 'b', 'c']) versions.push((await world.must('POST', CONFIGMAPS, { body: configMap(name) })).metadata.resourceVersion)
  world.server.restore(backup)
  world.server.watches.close()
  expect((await world.must('GET', CONFIGMAPS)).items).toEqual([])
  using watch = await world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${versions[1]}`)
  for (const name of ['x', 'y', 'z']) await world.must('POST', CONFIGMAPS, { body: configMap(name) })
  expect([watch.status, await watch.take(1)]).toEqual([200, ['ADDED z']])
})

test('watches are closed, silenced, failed and dropped on demand', async () => {
  await using world = await startWorld()
  const open = (): ReturnType<typeof world.watch> => world.watch(`${CONFIGMAPS}?watch=true&resourceVersion=${world.server.revision()}`)
  using silent = await open()
  world.server.watches.silence({ resource: 'configmaps' })
  using failing = await open()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  expect(await failing.take(1)).toEqual(['ADDED a'])
  expect(silent.pending).toBe(0)
  world.server.watches.fail(500)
  expect(await failing.take(2)).toEqual(['ERROR 500', 'end'])
  expect(await silent.take(1)).toEqual(['end'])
  using dropped = await open()
  world.server.watches.drop()
  expect(await dropped.take(1)).toEqual(['end'])
  expect(world.server.watches.count).toBe(0)
})

test('a watch for a table names the columns once', async () => {
  await using world = await startWorld()
  await world.must('POST', CONFIGMAPS, { body: configMap('a') })
  await world.must('POST', CONFIGMAPS, { body: configMap('b') })
  using watch = await world.watch(`${CONFIGMAPS}?watch=true`, 'application/json;as=Table;v=v1;g=meta.k8s.io')
  const [first, second] = [await watch.next(), await watch.next()]
  expect([first?.object.columnDefinitions.length, second?.object.columnDefinitions]).toEqual([3, null])
  expect([first, second].map((event) => event?.object.rows[0].cells[0])).toEqual(['a', 'b'])
})
