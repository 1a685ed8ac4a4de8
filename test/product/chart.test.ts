/** The chart with the local provider: what it serves, through an upgrade and an uninstall, and that it needs every right it has. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Admin } from '../chart/admin.ts'
import { CHART, noHelm, podTemplate, RELEASE } from '../chart/helm.ts'
import { noRealApiServer } from '../kubernetes/real-api-server.ts'
import { setUpForTests } from '../set-up.ts'
import { eventually } from '../until.ts'
import { ask, listening } from './client.ts'
import { noPod } from './pod.ts'
import type { Running } from './program.ts'
import { openRelease, type Release, type Served } from './release.ts'
import { runWaitingPod } from './waiting-pod.ts'

const absent = noRealApiServer() ?? noHelm()
if (absent !== undefined) console.log(`skipped: the chart installed on a real API server: ${absent}`)
const besides = absent === undefined ? noPod() : undefined
if (besides !== undefined) console.log(`the program has its token by a kubeconfig, not as in a Pod: ${besides}`)

const { name: NAME, namespace: NAMESPACE } = RELEASE
/** Another checkout may run the same test on this machine: one address and port has one listener. */
const PLACE = 100 + (process.pid % 150)
const POOL = `127.0.${PLACE}.`
/** The pod's address in the cluster, where a real API server takes no loopback address, and where it is found here. */
const [POD, POD_HERE] = [`10.244.${PLACE}.1`, `127.244.${PLACE}.1`]
const READY = { addresses: [POD], conditions: { ready: true } }
const VALUES = {
  image: { repository: 'registry.example.com/fairlead' },
  providers: ['local'],
  nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
  local: { hostNetwork: true, addressPools: [`${POOL}0/24`], networkMap: ['10.244.0.0/16=127.244.0.0/16'] },
}
const services = '/api/v1/namespaces/default/services'
const lease = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${NAME}`

describe.skipIf(absent !== undefined)('the chart, installed on a real API server', () => {
  let release: Release
  let admin: Admin
  let pod: Server
  let notes: string

  const httpOf = async (program: Running): Promise<string> => (await program.says(/"http":"(http:[^"]+)"/))[1] ?? ''
  const text = async (url: string): Promise<string> => (await fetch(url)).text()
  const create = (name: string): Promise<void> => release.create(name, { spec: { loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 8080 }] } })
  const setEndpoints = (name: string, endpoints: readonly object[]): Promise<void> =>
    release.setEndpoints(name, (pod.address() as { port: number }).port, endpoints)
  /** It is served until the uninstall. */
  const keepOne = async (): Promise<Served> => {
    if ((await release.find('kept')) === undefined) await create('kept')
    await setEndpoints('kept', [READY])
    return reported('kept', 'Ready')
  }
  const reported: Release['reported'] = (name, reason) => release.reported(name, reason)
  const addressOf = ({ status }: Pick<Served, 'status'>): string => status.loadBalancer.ingress?.[0]?.ip ?? ''
  const holder = async (): Promise<string | undefined> => ((await admin.find(lease)) as HeldLease | undefined)?.spec.holderIdentity

  setUpForTests(
    async () => {
      release = await openRelease(VALUES)
      admin = release.admin
      pod = createServer((_, response) => response.end('the pod')).listen(0, POD_HERE)
      await once(pod, 'listening')
      notes = await release.install()
    },
    async () => {
      await release?.[Symbol.asyncDispose]()
      pod?.close()
    },
  )

  test('tells what to do next', () => {
    expect(notes).toContain(`kubectl --namespace ${NAMESPACE} rollout status deployment/${NAME}`)
    expect(notes).toContain('loadBalancerClass: fairlead.dev/local')
    expect(notes, 'what the node has to have').toContain('on a network\ninterface of that node')
  })

  test('serves a Service from its start to its end, and needs every right it has', { timeout: 180_000 }, async () => {
    const first = await release.startPod()
    const http = await httpOf(first)
    await first.says(/"message":"ready"/)
    expect((await text(`${http}/readyz`)).trim()).toBe('ok')
    expect(await text(`${http}/metrics`)).toContain('fairlead_leader 1')

    await create('web')
    await setEndpoints('web', [READY])
    const web = await reported('web', 'Ready')
    expect(web.metadata).toMatchObject({ finalizers: ['fairlead.dev/load-balancer-local'], annotations: { 'fairlead.dev/stack-local': 'local' } })
    const address = addressOf(web)
    expect(address).toMatch(POOL)
    expect(await ask(address, 8080)).toBe('the pod')

    // The second time of the same is one event that counts.
    for (const _ of [1, 2]) {
      await setEndpoints('web', [])
      await reported('web', 'NoBackends')
      await setEndpoints('web', [READY])
      await reported('web', 'Ready')
    }

    // A pod that waits for its load balancer is read by name, and updated.
    await create('gated')
    const waiting = await runWaitingPod(admin, 'gated-0', POD)
    await setEndpoints('gated', [{ addresses: [POD], conditions: { ready: false, serving: false }, targetRef: waiting.targetRef }])
    expect(await waiting.opened()).toBe('registered for default/gated')
    expect(await ask(addressOf(await reported('gated', 'Ready')), 8080)).toBe('the pod')

    // One that asks no longer is asked about by name.
    await create('former')
    await reported('former', 'NoBackends')
    await admin.call('PATCH', `${services}/former`, { spec: { type: 'ClusterIP', loadBalancerClass: null } })
    await eventually(
      () => release.find('former'),
      (found) => found?.metadata.finalizers === undefined,
    )

    const second = await release.startPod()
    const standby = await httpOf(second)
    await eventually(
      () => fetch(`${standby}/readyz`),
      (found) => found.status === 200,
    )
    const metrics = await text(`${standby}/metrics`)
    expect(metrics, 'a copy that waits is ready, and does not lead').toContain('fairlead_leader 0')
    expect(await text(`${http}/metrics`)).toContain('fairlead_services{')
    expect(metrics, 'a sum over the copies counts each Service once').not.toContain('fairlead_services{')
    const before = await holder()
    expect((await first.end('SIGTERM')).exitCode).toBe(0)
    await second.says(/"message":"ready"/)
    expect(await holder()).not.toBe(before)
    // At the address it had.
    await eventually(
      () => ask(address, 8080),
      (found) => found === 'the pod',
    )

    for (const name of ['web', 'gated']) {
      await release.remove(name)
      await release.gone(name)
    }
    expect(listening(`${address}:`)).toEqual([])
    expect((await second.end('SIGTERM')).exitCode).toBe(0)
    expect(await holder(), 'the Lease is given up').toBe('')
    const { items } = (await admin.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as unknown as EventList
    const story = items.filter(({ regarding }) => regarding?.name === 'web').map(({ reason, series }) => `${reason} ${series?.count ?? 1}`)
    expect(story).toEqual(expect.arrayContaining(['Created 1', expect.stringMatching(/^NoBackends [23]$/), 'Deleted 1']))

    const { refused, unused, foreign } = await release.rights()
    expect(refused).toEqual([])
    expect(unused, 'granted, and not used').toEqual([])
    expect(foreign, 'used, and granted by somebody else').toEqual([])
  })

  test('an upgrade, and the way back, change how it runs, and nothing of what is served', { timeout: 120_000 }, async () => {
    const first = await release.startPod()
    const { status } = await keepOne()
    const argumentsNow = async (): Promise<readonly string[]> => podTemplate(await release.deployment()).spec.containers[0].args
    const before = await argumentsNow()
    await release.helm(['upgrade', NAME, CHART, '--reset-then-reuse-values', '--set', 'driftInterval=5m', '--set', 'defaultClass=local'])
    expect(await argumentsNow()).toEqual(expect.arrayContaining(['--drift-interval=5m', '--default-class=local']))
    const second = await release.startPod()
    await first.end('SIGTERM')
    await second.says(/"message":"ready"/)
    expect((await reported('kept', 'Ready')).status.loadBalancer).toEqual(status.loadBalancer)
    await eventually(
      () => ask(addressOf({ status }), 8080),
      (found) => found === 'the pod',
    )
    await release.helm(['rollback', NAME])
    expect(await argumentsNow()).toEqual(before)
    const third = await release.startPod()
    await second.end('SIGTERM')
    await third.says(/"message":"ready"/)
    expect((await reported('kept', 'Ready')).status.loadBalancer).toEqual(status.loadBalancer)
    await third.end('SIGTERM')
  })

  test('without readiness gates it has no rights on pods, and asks for none', { timeout: 120_000 }, async () => {
    await release.helm(['upgrade', NAME, CHART, '--reset-then-reuse-values', '--set', 'readinessGates=false'])
    const program = await release.startPod()
    await program.says(/"message":"ready"/)
    const { targetRef } = await runWaitingPod(admin, 'ungated-0', POD)
    await create('ungated')
    await setEndpoints('ungated', [READY, { addresses: [POD], conditions: { ready: false, serving: false }, targetRef }])
    expect(await ask(addressOf(await reported('ungated', 'Ready')), 8080)).toBe('the pod')
    await release.remove('ungated')
    await release.gone('ungated')
    await program.end('SIGTERM')
    expect((await release.rights()).refused).toEqual([])
  })

  test('a right that is taken away is reported at the start', { timeout: 120_000 }, async () => {
    const role = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`
    const { rules } = (await admin.call('GET', role)) as unknown as { readonly rules: readonly { readonly resources: readonly string[] }[] }
    await admin.call('PATCH', role, { rules: rules.filter(({ resources }) => !resources.includes('events')) })
    const program = await release.startPod()
    const [line] = await program.says(/.*a right is missing.*/)
    expect(line).toContain('create events.events.k8s.io')
    await program.end('SIGTERM')
  })

  test('an uninstall takes what is its own, and leaves Services as they are', { timeout: 120_000 }, async () => {
    await release.startPod()
    await eventually(
      () => holder(),
      (found) => found !== '',
    )
    await keepOne()
    const refused = await release.uninstallRefused()
    expect(refused.helm).toContain(`${NAME}-stand-down`)
    expect(refused.log).toContain('"services":["default/kept"')
    expect(refused.log).toContain('fairlead release --all')
    expect(await holder(), 'the controller runs on').not.toBe('')
    expect((await admin.find(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${NAME}-stand-down`))?.kind, 'its log can be read').toBe('Job')
    // Until then helm counts it as being uninstalled, and upgrades nothing. (The test before changed the role by hand.)
    const { version } = JSON.parse(await release.helm(['status', NAME, '-o', 'json'])) as { readonly version: number }
    await release.helm(['rollback', NAME, String(version), '--force-conflicts'])
    await release.helm(['upgrade', NAME, CHART, '--reset-then-reuse-values', '--force-conflicts', '--set', 'uninstallHook.refuseWithServices=false'])
    expect(await release.uninstall()).toContain('the Lease is released')
    expect(await holder(), 'the next installation need not wait for the Lease').toBe('')
    expect(await release.hookRights()).toMatchObject({ refused: [], unused: [], foreign: [] })
    const left = await Promise.all(
      [
        `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`,
        `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`,
        `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${NAME}-stand-down`,
        `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${NAME}-stand-down`,
        `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${NAME}-stand-down`,
        lease,
      ].map((path) => admin.find(path)),
    )
    expect(left.map((object) => object?.kind)).toEqual([undefined, undefined, undefined, undefined, undefined, 'Lease'])
    await release.remove('kept')
    expect(await release.find('kept'), 'it waits for its finalizer').toMatchObject({ metadata: { finalizers: ['fairlead.dev/load-balancer-local'] } })

    await release.install()
    const again = await release.startPod()
    await release.gone('kept')
    await release.helm(['upgrade', NAME, CHART, '--reset-then-reuse-values', '--set', 'uninstallHook.refuseWithServices=false'])
    await create('stuck')
    await reported('stuck', 'NoBackends')
    await release.uninstall()
    expect(await again.ended).toMatchObject({ exitCode: 0 })
    await release.remove('stuck')
    await admin.call('PATCH', `${services}/stuck`, [{ op: 'remove', path: '/metadata/finalizers' }])
    await release.gone('stuck')
  })
})

interface HeldLease {
  readonly spec: { readonly holderIdentity?: string }
}

interface EventList {
  readonly items: readonly { readonly reason: string; readonly regarding?: { readonly name: string }; readonly series?: { readonly count: number } }[]
}
