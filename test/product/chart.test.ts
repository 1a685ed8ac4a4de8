/**
 * The chart as its user has it: helm installs it on a real API server, and the program serves with the arguments of the rendered Deployment and a token of the
 * chart's service account, nothing else. There is no kubelet, so the test starts the program in its stead; the server's audit log tells which right each request
 * took.
 */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { type Admin, adminOf } from '../chart/admin.ts'
import { auditOf, type Audit } from '../chart/audit.ts'
import { CHART, helm, type Manifest, noHelm, podTemplate, RELEASE } from '../chart/helm.ts'
import { layOut } from '../chart/image.ts'
import { isTakenBy, rightsOf } from '../chart/rights.ts'
import { rightText } from '../../src/kubernetes/rights.ts'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'
import { until } from '../until.ts'
import { ask, listening } from './client.ts'
import { noPod, startPod } from './pod.ts'
import { type Folder, type Running, temporaryFolder } from './program.ts'
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
  local: { addressPools: [`${POOL}0/24`], networkMap: ['10.244.0.0/16=127.244.0.0/16'] },
}
const services = '/api/v1/namespaces/default/services'
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
const lease = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${NAME}`

describe.skipIf(absent !== undefined)('the chart, installed on a real API server', () => {
  let server: RealApiServer
  let admin: Admin
  let folder: Folder
  let audit: Audit
  let pod: Server
  let main: string
  const running = new Set<Running>()

  const withHelm = (args: readonly string[], values?: object): Promise<string> =>
    helm([...args, '--namespace', NAMESPACE, '--kubeconfig', server.kubeconfigFile], values)
  const install = (): Promise<string> => withHelm(['install', NAME, CHART, '--create-namespace', '--values', '-'], VALUES)
  const deployment = (): Promise<Manifest> => admin.call('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`)

  const startAsPod = async (): Promise<Running> => {
    const { spec } = podTemplate(await deployment())
    const args = spec.containers[0].args.map((arg) => (arg.startsWith('--http=') ? '--http=127.0.0.1:0' : arg))
    const token = await tokenOf(admin, spec.serviceAccountName)
    const program = await startPod({ main, args, namespace: NAMESPACE, server, token, folder: folder.file(`pod-${running.size}`) })
    running.add(program)
    onTestFailed(() => console.log(program.out(), program.err()))
    return program
  }
  const httpOf = async (program: Running): Promise<string> => (await program.says(/"http":"(http:[^"]+)"/))[1] ?? ''
  const text = async (url: string): Promise<string> => (await fetch(url)).text()
  const create = (name: string): Promise<Manifest> =>
    admin.call('POST', services, { metadata: { name }, spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 8080 }] } })
  /** As the endpoint slice controller would. */
  const setEndpoints = async (name: string, endpoints: readonly object[]): Promise<void> => {
    const port = (pod.address() as { port: number }).port
    const metadata = { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } }
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      endpoints,
      ports: [{ name: '', port, protocol: 'TCP' }],
    }
    await ((await admin.find(`${slices}/${name}`)) === undefined ? admin.call('POST', slices, slice) : admin.call('PATCH', `${slices}/${name}`, slice))
  }
  const find = async (name: string): Promise<Served | undefined> => (await admin.find(`${services}/${name}`)) as Served | undefined
  const told = async (name: string, reason: string): Promise<Served> => {
    let served: Served | undefined
    await until(async () => {
      served = await find(name)
      return served?.status.conditions?.some((condition) => condition.type === 'fairlead.dev/Ready' && condition.reason === reason) === true
    })
    return served!
  }
  const gone = (name: string): Promise<void> => until(async () => (await find(name)) === undefined)
  const holder = async (): Promise<string | undefined> => ((await admin.find(lease)) as HeldLease | undefined)?.spec.holderIdentity

  beforeAll(async () => {
    folder = await temporaryFolder()
    main = layOut(folder.file('app'))
    audit = await auditOf(folder, `system:serviceaccount:${NAMESPACE}:${NAME}`)
    server = await startRealApiServer({ flags: audit.flags })
    admin = adminOf(server)
    pod = createServer((_, response) => response.end('the pod')).listen(0, POD_HERE)
    await once(pod, 'listening')
  }, 120_000)
  afterAll(async () => {
    await Promise.all([...running].map((program) => program.end('SIGKILL')))
    pod?.close()
    await admin?.[Symbol.asyncDispose]()
    await server?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test('tells what to do next', { timeout: 120_000 }, async () => {
    const notes = await install()
    expect(notes).toContain(`kubectl --namespace ${NAMESPACE} rollout status deployment/${NAME}`)
    expect(notes).toContain('loadBalancerClass: fairlead.dev/local')
    expect(notes, 'what is likely not meant').toContain('with local.hostNetwork=true')
  })

  test('serves a Service from its start to its end, and needs every right it has', { timeout: 180_000 }, async () => {
    const first = await startAsPod()
    const http = await httpOf(first)
    await first.says(/"message":"ready"/)
    expect((await text(`${http}/readyz`)).trim()).toBe('ok')
    expect(await text(`${http}/metrics`)).toContain('fairlead_leader 1')

    await create('web')
    await setEndpoints('web', [READY])
    const web = await told('web', 'Ready')
    expect(web.metadata).toMatchObject({ finalizers: ['fairlead.dev/load-balancer-local'], annotations: { 'fairlead.dev/stack-local': 'local' } })
    const address = web.status.loadBalancer.ingress?.[0]?.ip ?? ''
    expect(address).toMatch(POOL)
    expect(await ask(address, 8080)).toBe('the pod')

    // The second time of the same is one event that counts.
    for (const _ of [1, 2]) {
      await setEndpoints('web', [])
      await told('web', 'NoBackends')
      await setEndpoints('web', [READY])
      await told('web', 'Ready')
    }

    // A pod that waits for its load balancer is read by name, and told.
    await create('gated')
    const waiting = await runWaitingPod(admin, 'gated-0', POD)
    await setEndpoints('gated', [{ addresses: [POD], conditions: { ready: false, serving: false }, targetRef: waiting.targetRef }])
    expect(await waiting.opened()).toBe('registered for default/gated')
    expect(await ask((await told('gated', 'Ready')).status.loadBalancer.ingress?.[0]?.ip ?? '', 8080)).toBe('the pod')

    // One that asks no longer is asked about by name.
    await create('former')
    await told('former', 'NoBackends')
    await admin.call('PATCH', `${services}/former`, { spec: { type: 'ClusterIP', loadBalancerClass: null } })
    await until(async () => (await find('former'))?.metadata.finalizers === undefined)

    const second = await startAsPod()
    const standby = await httpOf(second)
    await until(async () => (await fetch(`${standby}/readyz`)).status === 200)
    expect(await text(`${standby}/metrics`), 'a copy that waits is ready, and does not work').toContain('fairlead_leader 0')
    const before = await holder()
    expect((await first.end('SIGTERM')).exitCode).toBe(0)
    await second.says(/"message":"ready"/)
    expect(await holder()).not.toBe(before)
    // At the address it had.
    await until(async () => (await ask(address, 8080)) === 'the pod')

    for (const name of ['web', 'gated']) {
      await admin.call('DELETE', `${services}/${name}`)
      await gone(name)
    }
    expect(listening(`${address}:`)).toEqual([])
    expect((await second.end('SIGTERM')).exitCode).toBe(0)
    expect(await holder(), 'the Lease is given up').toBe('')
    const { items } = (await admin.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as unknown as EventList
    const story = items.filter(({ regarding }) => regarding?.name === 'web').map(({ reason, series }) => `${reason} ${series?.count ?? 1}`)
    expect(story).toEqual(expect.arrayContaining(['Created 1', expect.stringMatching(/^NoBackends [23]$/), 'Deleted 1']))

    const requests = await audit.read()
    expect(requests.filter(({ decision, code }) => decision !== 'allow' || code === 403)).toEqual([])
    const roles = [
      await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`),
      await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${NAME}`),
    ]
    const granted = rightsOf(roles)
    const asked = requests.map(({ right }) => right)
    expect(granted.filter((right) => !asked.some((one) => isTakenBy(right, one))).map(rightText), 'granted, and not used').toEqual([])
    expect(asked.filter((one) => !granted.some((right) => isTakenBy(right, one))).map(rightText), 'used, and granted by somebody else').toEqual([])
  })

  test('an upgrade changes how it runs, and nothing of what is served', { timeout: 120_000 }, async () => {
    await create('kept')
    await setEndpoints('kept', [READY])
    const first = await startAsPod()
    const { status } = await told('kept', 'Ready')
    await withHelm(['upgrade', NAME, CHART, '--reset-then-reuse-values', '--set', 'driftInterval=5m', '--set', 'defaultClass=local'])
    expect(podTemplate(await deployment()).spec.containers[0].args).toEqual(expect.arrayContaining(['--drift-interval=5m', '--default-class=local']))
    const second = await startAsPod()
    await first.end('SIGTERM')
    await second.says(/"message":"ready"/)
    expect((await told('kept', 'Ready')).status.loadBalancer).toEqual(status.loadBalancer)
    await until(async () => (await ask(status.loadBalancer.ingress?.[0]?.ip ?? '', 8080)) === 'the pod')
    await second.end('SIGTERM')
  })

  test('an uninstall takes what is its own, and leaves Services as they are', { timeout: 120_000 }, async () => {
    await withHelm(['uninstall', NAME])
    const left = await Promise.all(
      [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`, `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`, lease].map((path) =>
        admin.find(path),
      ),
    )
    expect(left.map((object) => object?.kind)).toEqual([undefined, undefined, 'Lease'])
    await admin.call('DELETE', `${services}/kept`)
    expect(await find('kept'), 'it waits for its finalizer').toMatchObject({ metadata: { finalizers: ['fairlead.dev/load-balancer-local'] } })

    await install()
    const again = await startAsPod()
    await gone('kept')
    await create('stuck')
    await told('stuck', 'NoBackends')
    await again.end('SIGTERM')
    await withHelm(['uninstall', NAME])
    await admin.call('DELETE', `${services}/stuck`)
    await admin.call('PATCH', `${services}/stuck`, [{ op: 'remove', path: '/metadata/finalizers' }])
    await gone('stuck')
  })
})

interface Served {
  readonly metadata: { readonly finalizers?: readonly string[] }
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string }[] }
    readonly conditions?: readonly { readonly type: string; readonly reason: string }[]
  }
}

interface HeldLease {
  readonly spec: { readonly holderIdentity?: string }
}

interface EventList {
  readonly items: readonly { readonly reason: string; readonly regarding?: { readonly name: string }; readonly series?: { readonly count: number } }[]
}

async function tokenOf(admin: Admin, account: string): Promise<string> {
  const answer = (await admin.call('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  })) as unknown as { readonly status: { readonly token: string } }
  return answer.status.token
}
