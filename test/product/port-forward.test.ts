/** The balancer where pods cannot be reached but through the API server: `--reach port-forward`, with no way to the pod network. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, until } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { ask } from './client.ts'
import { type Cluster, startCluster } from './stand.ts'
import { type Folder, type Running, start, temporaryFolder } from './program.ts'

const POOL = ownAddresses()
let folder: Folder
let cluster: Cluster
let process: Running

beforeEach(async () => {
  folder = await temporaryFolder()
  cluster = await startCluster(folder)
  const settings = ['--address-pool', `${POOL}0/24`, '--http', 'off', '--no-leader-elect', '--state-file', 'off', '--log-level', 'debug']
  process = start(['run', '--kubeconfig', cluster.kubeconfigFile, '--reach', 'port-forward', ...settings])
  await process.says(/\bready\b/)
})
afterEach(async () => {
  await process.end('SIGKILL')
  await cluster[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

test('clients reach pods, those of now', async () => {
  await cluster.deploy('web', 2)
  cluster.expose('web', { spec: { ports: [{ port: 7000 }] } })
  await cluster.reported('web', 'Ready')
  const answering = async (): Promise<string> => (await ask(cluster.addressOf('web'), 7000)).split(' ')[0] ?? ''
  const [first = ''] = cluster.podsOf('web')
  await eventually(
    () => answering(),
    (found) => found === first,
  )
  cluster.server.cluster.delete('pods', { namespace: 'default', name: first }, { gracePeriodSeconds: 0 })
  await until(() => cluster.podsOf('web').length === 2 && !cluster.podsOf('web').includes(first))
  const seen = new Set<string>()
  await until(async () => seen.add(await answering()) && cluster.podsOf('web').every((name) => seen.has(name)))
  expect(await answering()).not.toBe(first)
})

test('a port that no pod opens is reported, with the pod', async () => {
  await cluster.deploy('web', 1)
  cluster.server.reachPods({ dial: () => Promise.reject(new Error('connect: connection refused')) })
  cluster.expose('web', { spec: { ports: [{ port: 7000 }] } })
  await cluster.reported('web', 'Ready')
  expect(['ECONNRESET', 'closed']).toContain(await ask(cluster.addressOf('web'), 7000))
  expect((await process.says(/error forwarding port 7000 to pod (\S+),[^"]*connection refused/))[1]).toBe(cluster.podsOf('web')[0])
})

test('what cannot be forwarded is refused, with the reason', async () => {
  cluster.expose('dns', { spec: { ports: [{ port: 53, protocol: 'UDP' }] } })
  expect(await cluster.reported('dns', 'Invalid')).toContain('port-forward')
})
