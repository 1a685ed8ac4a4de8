/** A load balancer whose Service does not exist, as an operator meets it: the program on the embedded API, and the command that lists and deletes. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readFile } from 'node:fs/promises'
import { eventually, until } from '../until.ts'
import { type Ended, run, type Running } from './program.ts'
import { type Serving, startServing } from './serving.ts'
import type { Cluster } from './stand.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

let serving: Serving
let cluster: Cluster

beforeEach(async () => {
  serving = await startServing()
  cluster = serving.cluster
})
afterEach(() => serving[Symbol.asyncDispose]())

const serve = (): Promise<Running> => serving.serve('--http', '127.0.0.1:0')

const orphans = (...args: readonly string[]): Promise<Ended> => run(['orphans', ...args], { environment: { KUBECONFIG: cluster.kubeconfigFile } })

test('is listed and counted as long as it is kept, has an event, and is deleted by the controller when the command asks', async () => {
  await cluster.deploy('web', 1)
  cluster.expose('web', { spec: { selector: { app: 'web' }, ports: [{ port: 7000 }] } })
  const first = await serve()
  await cluster.reported('web', 'Ready')
  const address = cluster.addressOf('web')
  await eventually(
    () => readFile(serving.stateFile, 'utf8').catch(() => ''),
    (found) => found.includes(address),
  )
  await first.end('SIGKILL')
  cluster.patch('web', { metadata: { finalizers: null } })
  cluster.server.cluster.delete('services', { namespace: 'default', name: 'web' })

  const second = await serve()
  const [, http = ''] = await second.says(/"http":"([^"]+)"/)
  await eventually(
    () => orphans(),
    (found) => found.out.includes('default/web'),
  )
  const { exitCode, out } = await orphans('-o', 'json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    writtenAt: expect.stringMatching(/^20.*Z$/),
    total: 1,
    orphans: [{ provider: 'local', namespace: 'default', name: 'web', addresses: [address], state: 'waiting' }],
  })
  expect(await (await fetch(`${http}/metrics`)).text()).toContain('fairlead_orphans{provider="local"} 1')
  await until(() => cluster.eventsOf('fairlead-settings').includes('OrphanFound'))
  expect(second.err()).toMatch(/found 1 load balancer whose Service does not exist/)

  expect(await orphans('--delete', 'default/other')).toMatchObject({ exitCode: 2, err: expect.stringMatching(/"default\/other" names no orphan/) })
  const deleted = await orphans('--delete', 'default/web')
  expect(deleted).toMatchObject({ exitCode: 0, err: '' })
  expect(deleted.out).toMatch(/^Asked the controller to delete 1 orphan\.\nDeleted default\/web \(local, UID [0-9a-f-]+\)\.\n$/)
  const none = await orphans()
  expect(none.exitCode).toBe(0)
  expect(none.out).toMatch(
    /^There are no orphans: every load balancer that was found has its Service\.\nThe controller wrote this list \d+ s ago, at \S+Z\. .*\n$/,
  )
  expect(await (await fetch(`${http}/metrics`)).text()).toContain('fairlead_orphans{provider="local"} 0')
})

test('without a controller the command says what to do', async () => {
  const { exitCode, err } = await orphans()
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: 'fairlead: no running controller has published a list of orphans. Start a controller with `fairlead run`, or name its Lease with --lease-namespace and --lease-name.\n',
  })
})
