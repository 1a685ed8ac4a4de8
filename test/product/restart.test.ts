/** A process ends and another takes over: what Services had been given, and what became of their pods meanwhile, decides what is served. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, until } from '../until.ts'
import { ask } from './client.ts'
import { type Serving, startServing } from './serving.ts'
import type { Cluster } from './stand.ts'

let serving: Serving
let cluster: Cluster

beforeEach(async () => {
  serving = await startServing()
  cluster = serving.cluster
})
afterEach(() => serving[Symbol.asyncDispose]())

async function replacePods(): Promise<void> {
  const before = cluster.podsOf('web')
  for (const name of before) cluster.server.cluster.delete('pods', { namespace: 'default', name }, { gracePeriodSeconds: 0 })
  await until(() => cluster.podsOf('web').length === before.length && cluster.podsOf('web').every((name) => !before.includes(name)))
}

test.each(['SIGTERM', 'SIGKILL'] as const)('after %s, Services whose wish may not be carried out are served as before, by the pods of now', async (signal) => {
  await cluster.deploy('web', 2)
  for (const name of ['paused', 'malformed']) cluster.expose(name, { spec: { selector: { app: 'web' }, ports: [{ port: 7000 }] } })
  const first = await serving.serve()
  await Promise.all([cluster.reported('paused', 'Ready'), cluster.reported('malformed', 'Ready')])
  const addresses = ['paused', 'malformed'].map((name) => cluster.addressOf(name))
  cluster.patch('paused', { metadata: { annotations: { 'fairlead.dev/pause': 'true' } }, spec: { loadBalancerSourceRanges: ['127.0.0.8/32'] } })
  cluster.patch('malformed', { metadata: { annotations: { 'fairlead.dev/scheduler': 'best' } } })
  await Promise.all([cluster.reported('paused', 'Paused'), cluster.reported('malformed', 'Invalid')])
  await eventually(
    () => readFile(serving.stateFile, 'utf8').catch(() => ''),
    (found) => found.split('"key"').length === 3,
  )
  expect((await stat(serving.stateFile)).mode & 0o777).toBe(0o600)
  await first.end(signal)
  await replacePods()
  cluster.expose('newcomer', { spec: { selector: { app: 'web' }, ports: [{ port: 7000 }] } })

  await serving.serve()
  await cluster.reported('newcomer', 'Ready')
  for (const [i, name] of ['paused', 'malformed'].entries()) {
    const answered = async (): Promise<boolean> => {
      const answer = await ask(addresses[i] ?? '', 7000)
      return cluster.podsOf('web').some((pod) => answer.startsWith(pod))
    }
    await until(answered)
    expect(cluster.addressOf(name)).toBe(addresses[i])
  }
  cluster.patch('paused', { metadata: { annotations: { 'fairlead.dev/pause': null } } })
  await until(async () => ['ECONNRESET', 'closed'].includes(await ask(addresses[0] ?? '', 7000)))
})

test('a state file that cannot be used is reported, set aside, and holds up nobody', async () => {
  const file = serving.folder.file('kept.json')
  await writeFile(file, '{"version": 1, "cluster": "another", "parts"')
  await cluster.deploy('web', 1)
  cluster.expose('web', { spec: { ports: [{ port: 7000 }] } })
  const process = await serving.serve('--state-file', file)
  await cluster.reported('web', 'Ready')
  expect(process.err()).toContain('the state file cannot be used')
  expect(await readFile(`${file}.unusable`, 'utf8')).toContain('another')
  expect((await process.end('SIGTERM')).exitCode).toBe(0)
  expect(await readFile(file, 'utf8')).toContain('"listener":"7000/TCP"')
})
