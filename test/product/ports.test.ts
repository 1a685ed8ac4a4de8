/** Ports that cannot be had, reported where Kubernetes' own tools look for them: on each port, and in the condition that all cloud controllers share. */
import { expect, test } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { eventually, until } from '../until.ts'
import { ask } from './client.ts'
import { type Serving, startServing } from './serving.ts'
import type { Cluster } from './stand.ts'

const CONDITION = 'LoadBalancerPortsError'
const SCTP = { name: 'sctp', port: 3868, protocol: 'SCTP' }
const TCP = { name: 'tcp', port: 7000, protocol: 'TCP' }
let serving: Serving
let cluster: Cluster

setUpForTests(
  async () => {
    serving = await startServing()
    cluster = serving.cluster
    await serving.serve('--state-file', 'off')
    await cluster.deploy('web', 1)
  },
  () => serving[Symbol.asyncDispose](),
)

const expose = (name: string, ports: readonly object[], more: object = {}) => cluster.expose(name, { spec: { selector: { app: 'web' }, ports, ...more } })
const portsError = (name: string) => cluster.statusOf(name).conditions?.find(({ type }) => type === CONDITION)
const errors = (name: string) => cluster.statusOf(name).loadBalancer?.ingress?.map(({ ports }) => ports)

test('a new Service with a port of SCTP: nothing is made, and each port says why', async () => {
  expose('new', [SCTP])
  expect(await cluster.reported('new', 'Invalid')).toContain('SCTP')
  expect(portsError('new')).toMatchObject({ status: 'True', reason: CONDITION, message: 'fairlead.dev/local: 3868/SCTP fairlead.dev/ProtocolNotSupported' })
  expect(cluster.addressOf('new')).toBe('')
  cluster.patch('new', { spec: { ports: [TCP] } })
  await cluster.reported('new', 'Ready')
  expect(portsError('new')).toBeUndefined()
})

test('a new Service with TCP and SCTP: TCP is served, and the port of SCTP says why it is not', async () => {
  expose('both', [SCTP, TCP])
  expect(await cluster.reported('both', 'Invalid')).toContain('3868/SCTP')
  await until(async () => cluster.addressOf('both') !== '' && (await ask(cluster.addressOf('both'), 7000)).startsWith('web-'))
  expect(errors('both')).toEqual([[{ port: 3868, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }]])
})

test('SCTP beside what is served: that goes on, the port says why, and when it is gone so is the error', async () => {
  expose('served', [TCP])
  await cluster.reported('served', 'Ready')
  cluster.patch('served', { spec: { ports: [TCP, SCTP] } })
  await cluster.reported('served', 'Invalid')
  expect(errors('served')).toEqual([[{ port: 3868, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }]])
  expect(portsError('served')?.status).toBe('True')
  expect(await ask(cluster.addressOf('served'), 7000)).toMatch(/^web-/)
  cluster.patch('served', { spec: { ports: [TCP] } })
  await cluster.reported('served', 'Ready')
  expect([portsError('served'), errors('served')]).toEqual([undefined, [undefined]])
})

test('a port that another Service of the address holds: the others are served, the port says who holds it', async () => {
  const shared = { annotations: { 'fairlead.dev/share': 'edge' } }
  cluster.expose('holder', { metadata: shared, spec: { selector: { app: 'web' }, ports: [TCP] } })
  await cluster.reported('holder', 'Ready')
  cluster.expose('late', { metadata: shared, spec: { selector: { app: 'web' }, ports: [TCP, { name: 'more', port: 7001, targetPort: 7000 }] } })
  expect(await cluster.reported('late', 'Conflict')).toContain('default/holder')
  expect(errors('late')).toEqual([[{ port: 7000, protocol: 'TCP', error: 'fairlead.dev/PortHeld' }]])
  expect(portsError('late')?.message).toBe('fairlead.dev/local: 7000/TCP fairlead.dev/PortHeld')
  await eventually(
    () => ask(cluster.addressOf('late'), 7001),
    (found) => found.startsWith('web-'),
  )
})
