/** A start after another process. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'

const open = onServer()
const SERVICES = ['one', 'two', 'three', 'four']

test('costs the lists, whatever the number of Services, and no write; versions stay', async () => {
  const world = await open()
  const first = await world.start()
  for (const name of SERVICES) await world.cluster.create(name)
  for (const name of SERVICES) await world.untilReason(name, 'Ready')
  await world.rest()
  const etags = versions(world.azure)
  await first.stop()
  const { mark } = world.azure.journal
  await world.start()
  await world.rest()
  await world.pass(600_000)
  const calls = world.azure.journal.since(mark)
  expect(calls.filter(({ kind }) => kind === 'write')).toEqual([])
  expect(calls.length).toBeLessThanOrEqual(4)
  expect(versions(world.azure)).toEqual(etags)
})

/** Of every resource. */
function versions({ cloud }: Awaited<ReturnType<typeof open>>['azure']): readonly string[] {
  return cloud.objects().map(({ id }) => `${id} ${JSON.stringify((cloud.call({ method: 'GET', path: id }).body as { readonly etag?: string }).etag)}`)
}
