/** Ports that cannot be had, told where Kubernetes' own tools look for them: on each port, and in the condition that all cloud controllers share. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../until.ts'
import { ask } from './client.ts'
import { type Cluster, startCluster } from './stand.ts'
import { type Folder, type Running, start, temporaryFolder } from './program.ts'

const POOL = '127.0.65.'
const CONDITION = 'LoadBalancerPortsError'
const SCTP = { name: 'sctp', port: 3868, protocol: 'SCTP' }
const TCP = { name: 'tcp', port: 7000, protocol: 'TCP' }
let folder: Folder
let cluster: Cluster
let process: Running

beforeAll(async () => {
  folder = await temporaryFolder()
  cluster = await startCluster(folder)
  const maps = cluster.networkMap.flatMap((map) => ['--network-map', map])
  const settings = ['--address-pool', `${POOL}0/24`, ...maps, '--http', 'off', '--no-leader-elect', '--state-file', 'off']
  process = start(['run', '--kubeconfig', cluster.kubeconfigFile, ...settings])
  await process.says(/\bready\b/)
  await cluster.deploy('web', 1)
})
afterAll(async () => {
  await process.end('SIGKILL')
  await cluster[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const expose = (name: string, ports: readonly object[], more: object = {}) => cluster.expose(name, { spec: { selector: { app: 'web' }, ports, ...more } })
const portsError = (name: string) => cluster.statusOf(name).conditions?.find(({ type }) => type === CONDITION)
const errors = (name: string) => cluster.statusOf(name).loadBalancer?.ingress?.map(({ ports }) => ports)

test('a new Service with a port of SCTP: nothing is made, and each port says why', async () => {
  expose('new', [SCTP])
  expect(await cluster.told('new', 'Invalid')).toContain('SCTP')
  expect(portsError('new')).toMatchObject({ status: 'True', reason: CONDITION, message: 'fairlead.dev/local: 3868/SCTP fairlead.dev/ProtocolNotSupported' })
  expect(cluster.addressOf('new')).toBe('')
  cluster.patch('new', { spec: { ports: [TCP] } })
  await cluster.told('new', 'Ready')
  expect(portsError('new')).toBeUndefined()
})

test('SCTP beside what is served: that goes on, the port says why, and when it is gone so is the error', async () => {
  expose('served', [TCP])
  await cluster.told('served', 'Ready')
  cluster.patch('served', { spec: { ports: [TCP, SCTP] } })
  await cluster.told('served', 'Invalid')
  expect(errors('served')).toEqual([[{ port: 3868, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }]])
  expect(portsError('served')?.status).toBe('True')
  expect(await ask(cluster.addressOf('served'), 7000)).toMatch(/^web-/)
  cluster.patch('served', { spec: { ports: [TCP] } })
  await cluster.told('served', 'Ready')
  expect([portsError('served'), errors('served')]).toEqual([undefined, [undefined]])
})

test('a port that another Service of the address holds: the others are served, the port says who holds it', async () => {
  const shared = { annotations: { 'fairlead.dev/share': 'edge' } }
  cluster.expose('holder', { metadata: shared, spec: { selector: { app: 'web' }, ports: [TCP] } })
  await cluster.told('holder', 'Ready')
  cluster.expose('late', { metadata: shared, spec: { selector: { app: 'web' }, ports: [TCP, { name: 'more', port: 7001, targetPort: 7000 }] } })
  expect(await cluster.told('late', 'Conflict')).toContain('default/holder')
  expect(errors('late')).toEqual([[{ port: 7000, protocol: 'TCP', error: 'fairlead.dev/PortHeld' }]])
  expect(portsError('late')?.message).toBe('fairlead.dev/local: 7000/TCP fairlead.dev/PortHeld')
  await until(async () => (await ask(cluster.addressOf('late'), 7001)).startsWith('web-'))
})
