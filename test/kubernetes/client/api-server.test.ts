/** The same calls against a server that validates: what it answers to our patches, Leases and Events is not ours to assume. */
import { Agent, request } from 'undici'
import { describe, expect, it } from 'vitest'
import { writeFile } from 'node:fs/promises'
import { clusterId } from '../../../src/kubernetes/cluster-id.ts'
import { type ClusterStore, connect, type Connection, watchCluster } from '../../../src/kubernetes/cluster.ts'
import { eventRecorder } from '../../../src/kubernetes/events.ts'
import { campaign } from '../../../src/kubernetes/lease.ts'
import { publish } from '../../../src/kubernetes/publish.ts'
import { missingRights, neededRights, rightText } from '../../../src/kubernetes/rights.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { silentLog } from '../../../src/model/log.ts'
import { setUpForTests } from '../../set-up.ts'
import { until } from '../../until.ts'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../real-api-server.ts'

const absent = noRealApiServer()
if (absent !== undefined) console.log(`skipped: the client against a real API server: ${absent}`)

const clock = systemClock
const { signal } = new AbortController()
const connectWith = (kubeconfig: string): Promise<Connection> => connect({ kubeconfig, userAgent: 'fairlead-test', clock, log: silentLog })

const STATUS = { places: [{ ip: '127.0.10.1', ipMode: 'Proxy' as const }], ports: [{ port: 80, protocol: 'TCP' as const, error: 'fairlead.dev/Conflict' }] }
const READY = { status: 'True' as const, reason: 'Ready' as const, message: 'served' }
const WANTED = { provider: 'local', finalizer: 'add' as const, stacks: ['local'], status: STATUS, ready: READY }

describe.skipIf(absent !== undefined)('a real API server', () => {
  let server: RealApiServer
  let agent: Agent
  let connection: Connection
  let store: ClusterStore

  /** As somebody with kubectl would do it. */
  const user = async (method: string, path: string, body?: object): Promise<Record<string, never>> => {
    const answer = await request(`${server.url}${path}`, {
      method: method as 'POST',
      dispatcher: agent,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`)
    return (await answer.body.json()) as Record<string, never>
  }
  const created = async (name: string): Promise<Service> => {
    const spec = { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 80 }], selector: { app: name } }
    await user('POST', '/api/v1/namespaces/default/services', { metadata: { name }, spec })
    await until(() => store.snapshot().service('default', name) !== undefined)
    return store.snapshot().service('default', name)!
  }
  const held = (name: string): Service | undefined => store.snapshot().service('default', name)
  const path = (name: string): string => `/api/v1/namespaces/default/services/${name}`

  setUpForTests(
    async () => {
      server = await startRealApiServer({ users: { nobody: 'nobody' } })
      agent = new Agent({ connect: { ca: server.ca } })
      connection = await connectWith(server.kubeconfigFile)
      store = watchCluster(connection.api, { clock, signal })
      await store.synced
    },
    async () => {
      await store?.stop()
      await connection?.close()
      await agent?.close()
      await server?.stop()
    },
  )

  it('takes finalizer, stacks, address and condition in one patch, and then there is nothing to tell', async () => {
    const web = await created('web')
    const written = await publish(connection.api, web, WANTED, new Date(), signal)
    if (written.kind !== 'written') throw new Error(written.kind)
    expect(written.service.metadata).toMatchObject({ finalizers: ['fairlead.dev/load-balancer-local'], annotations: { 'fairlead.dev/stack-local': 'local' } })
    expect(written.service.status.conditions?.map(({ type }) => type)).toEqual(['fairlead.dev/Ready', 'LoadBalancerPortsError'])
    expect((await publish(connection.api, written.service, WANTED, new Date(), signal)).kind).toBe('unchanged')
    await until(() => held('web')?.metadata.resourceVersion === written.service.metadata.resourceVersion)
    expect((await publish(connection.api, held('web')!, WANTED, new Date(), signal)).kind).toBe('unchanged')
  })

  it('lets the last patch of a deleting Service take all that is ours along', async () => {
    const served = await publish(connection.api, await created('leaving'), WANTED, new Date(), signal)
    if (served.kind !== 'written') throw new Error(served.kind)
    await user('PATCH', path('leaving'), { metadata: { finalizers: [...served.service.metadata.finalizers!, 'example.com/holds'] } })
    await user('DELETE', path('leaving'))
    await until(() => held('leaving')?.metadata.deletionTimestamp !== undefined)
    const removed = await publish(connection.api, held('leaving')!, { provider: 'local', finalizer: 'remove', status: 'clear' }, new Date(), signal)
    if (removed.kind !== 'written') throw new Error(removed.kind)
    expect(removed.service.metadata.finalizers).toEqual(['example.com/holds'])
    expect(removed.service.metadata.annotations).toBeUndefined()
    expect(removed.service.status).toEqual({ loadBalancer: {} })
    await user('PATCH', path('leaving'), { metadata: { finalizers: null } })
    await until(() => held('leaving') === undefined)
    expect((await publish(connection.api, served.service, { provider: 'local', finalizer: 'remove' }, new Date(), signal)).kind).toBe('gone')
  })

  it('refuses what was decided about another Service of that name, and an address after a change of type', async () => {
    const first = await created('again')
    await user('DELETE', path('again'))
    await until(() => held('again') === undefined)
    const second = await created('again')
    expect((await publish(connection.api, first, { provider: 'local', finalizer: 'add' }, new Date(), signal)).kind).toBe('changed')
    await user('PATCH', path('again'), { spec: { type: 'ClusterIP' } })
    const status = { places: [{ ip: '127.0.10.2', ipMode: 'VIP' as const }] }
    expect((await publish(connection.api, second, { provider: 'local', finalizer: 'keep', status }, new Date(), signal)).kind).toBe('changed')
  })

  it('takes ipMode, letters and dots as we normalise them', async () => {
    const names = await created('names')
    const wanted = {
      provider: 'local',
      finalizer: 'keep' as const,
      status: { places: [{ hostname: 'LB.Example.com.' }, { ip: '2001:DB8::0:1', ipMode: 'VIP' as const }] },
    }
    const written = await publish(connection.api, names, wanted, new Date(), signal)
    if (written.kind !== 'written') throw new Error(written.kind)
    expect((await publish(connection.api, written.service, wanted, new Date(), signal)).kind).toBe('unchanged')
  })

  it('takes events, counts them, and finds none in a namespace that ends', async () => {
    const events = eventRecorder({ api: connection.api, clock, log: silentLog, instance: 'pod-1' })
    const noted = await created('noted')
    for (let i = 0; i < 3; i++) {
      events.record(noted, { type: 'Warning', reason: 'Conflict', message: 'é'.repeat(600) })
      await events.flush()
    }
    await events.stop()
    const { items } = (await user('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as { items?: { reason: string; series?: { count: number } }[] }
    // The API server itself may have something to tell in this namespace.
    expect(items!.filter(({ reason }) => reason === 'Conflict').map(({ series }) => series?.count)).toEqual([3])
  })

  it('takes the Lease, renews it, and hands it over', async () => {
    const common = {
      api: connection.api,
      clock,
      log: silentLog,
      namespace: 'default',
      name: 'fairlead',
      clusterId: await clusterId(connection.api, undefined, signal),
    }
    const times = { durationMs: 3_000, renewDeadlineMs: 2_000, retryMs: 50 }
    const a = campaign({ ...common, ...times, identity: 'a' })
    await a.elected
    const b = campaign({ ...common, ...times, identity: 'b' })
    const first = await connection.api.getLease('default', 'fairlead', signal)
    await until(async () => (await connection.api.getLease('default', 'fairlead', signal))?.spec.renewTime !== first?.spec.renewTime)
    expect([a.mayWrite(), b.mayWrite()]).toEqual([true, false])
    await a.release()
    await b.elected
    expect([a.mayWrite(), b.mayWrite()]).toEqual([false, true])
    await b.release()
    const stranger = campaign({ ...common, ...times, identity: 'c', clusterId: 'another' })
    await expect(stranger.elected).rejects.toThrow(/belongs to the cluster/)
  })

  it('tells which rights are missing', async () => {
    const file = `${server.kubeconfigFile}-nobody`
    await writeFile(file, server.kubeconfig.replace(server.token, 'nobody'))
    const nobody = await connectWith(file)
    const rights = neededRights({ lease: { namespace: 'default', name: 'fairlead' }, readinessGates: true })
    expect(await missingRights(connection.api, rights, signal)).toEqual([])
    const missing = (await missingRights(nobody.api, rights, signal)).map(rightText)
    expect(missing).toContain('patch services/status')
    expect(missing).toEqual(expect.arrayContaining(['get pods', 'patch pods/status']))
    expect(missing).toContain('update leases.coordination.k8s.io fairlead in default')
    await nobody.close()
  })
})
