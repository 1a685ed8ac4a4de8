/**
 * A release of the chart as its user has it: helm installs it on a real API server, and the program runs with the arguments and the environment of the rendered
 * Deployment and a token of the chart's service account, nothing else. There is no kubelet, so the test starts the program in its stead; the server's audit log
 * tells which right each request took.
 */
import { onTestFailed } from 'vitest'
import type { Right } from '../../src/kubernetes/api.ts'
import { rightText } from '../../src/kubernetes/rights.ts'
import { type Admin, adminOf } from '../chart/admin.ts'
import { auditOf } from '../chart/audit.ts'
import { CHART, helm, type Manifest, podTemplate, RELEASE } from '../chart/helm.ts'
import { layOut } from '../chart/image.ts'
import { isTakenBy, rightsOf } from '../chart/rights.ts'
import { startRealApiServer } from '../kubernetes/real-api-server.ts'
import { until } from '../until.ts'
import { startPod } from './pod.ts'
import { type Running, temporaryFolder } from './program.ts'

const { name: NAME, namespace: NAMESPACE } = RELEASE
const services = '/api/v1/namespaces/default/services'
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'

export interface Release extends AsyncDisposable {
  readonly admin: Admin
  /** `helm ARGS` in the namespace of the release; `values` are what `--values -` reads. */
  helm(args: readonly string[], values?: object): Promise<string>
  /** Answers the notes. */
  install(): Promise<string>
  deployment(): Promise<Manifest>
  startPod(): Promise<Running>
  create(name: string, service: { readonly metadata?: object; readonly spec: object }): Promise<void>
  /** As the endpoint slice controller would. */
  setEndpoints(name: string, port: number, endpoints: readonly object[]): Promise<void>
  find(name: string): Promise<Served | undefined>
  /** Resolves when the Service's condition has this reason. */
  told(name: string, reason: string): Promise<Served>
  remove(name: string): Promise<void>
  gone(name: string): Promise<void>
  /** Every right that the Pods have asked for so far, beside those that the chart's roles grant. */
  rights(): Promise<TakenRights>
}

export interface Served {
  readonly metadata: { readonly finalizers?: readonly string[] }
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] }
    readonly conditions?: readonly { readonly type: string; readonly reason: string }[]
  }
}

export interface TakenRights {
  readonly refused: readonly string[]
  readonly used: readonly string[]
  readonly unused: readonly string[]
  /** Used, and granted by somebody else. */
  readonly foreign: readonly string[]
}

export async function openRelease(values: object): Promise<Release> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const main = layOut(folder.file('app'))
  const audit = await auditOf(folder, `system:serviceaccount:${NAMESPACE}:${NAME}`)
  const server = await startRealApiServer({ flags: audit.flags })
  stack.defer(() => server.stop())
  const admin = stack.use(adminOf(server))
  const running = new Set<Running>()
  stack.defer(async () => {
    await Promise.all([...running].map((program) => program.end('SIGKILL')))
  })
  const withHelm: Release['helm'] = (args, given) => helm([...args, '--namespace', NAMESPACE, '--kubeconfig', server.kubeconfigFile], given)
  const deployment = (): Promise<Manifest> => admin.call('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`)
  const find: Release['find'] = async (name) => (await admin.find(`${services}/${name}`)) as Served | undefined
  const held = stack.move()
  return {
    admin,
    helm: withHelm,
    install: () => withHelm(['install', NAME, CHART, '--create-namespace', '--values', '-'], values),
    deployment,
    async startPod() {
      const { spec } = podTemplate(await deployment())
      const [{ args, env }] = spec.containers
      const here = args.map((arg) => (arg.startsWith('--http=') ? '--http=127.0.0.1:0' : arg))
      // What has no value here is taken from the Pod's own fields.
      const environment = Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))
      const token = await tokenOf(admin, spec.serviceAccountName)
      const program = await startPod({ main, args: here, environment, namespace: NAMESPACE, server, token, folder: folder.file(`pod-${running.size}`) })
      running.add(program)
      onTestFailed(() => console.log(program.out(), program.err()))
      return program
    },
    create: async (name, { metadata = {}, spec }) =>
      void (await admin.call('POST', services, { metadata: { ...metadata, name }, spec: { type: 'LoadBalancer', ...spec } })),
    async setEndpoints(name, port, endpoints) {
      const metadata = { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } }
      const slice = { metadata, addressType: 'IPv4', endpoints, ports: [{ name: '', port, protocol: 'TCP' }] }
      await ((await admin.find(`${slices}/${name}`)) === undefined ? admin.call('POST', slices, slice) : admin.call('PATCH', `${slices}/${name}`, slice))
    },
    find,
    async told(name, reason) {
      let served: Served | undefined
      await until(async () => {
        served = await find(name)
        return served?.status.conditions?.some((condition) => condition.type === 'fairlead.dev/Ready' && condition.reason === reason) === true
      })
      return served!
    },
    remove: async (name) => void (await admin.call('DELETE', `${services}/${name}`)),
    gone: (name) => until(async () => (await find(name)) === undefined),
    async rights() {
      const requests = await audit.read()
      const granted = rightsOf([
        await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`),
        await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${NAME}`),
      ])
      const asked = requests.map(({ right }) => right)
      return {
        refused: texts(requests.filter(({ decision, code }) => decision !== 'allow' || code === 403).map(({ right }) => right)),
        used: texts(granted.filter((right) => asked.some((one) => isTakenBy(right, one)))),
        unused: texts(granted.filter((right) => !asked.some((one) => isTakenBy(right, one)))),
        foreign: texts(asked.filter((one) => one.resource !== OWN_RIGHTS && !granted.some((right) => isTakenBy(right, one)))),
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** Every account may ask what it may do. */
const OWN_RIGHTS = 'selfsubjectaccessreviews'

function texts(rights: readonly Right[]): readonly string[] {
  return rights.map(rightText)
}

async function tokenOf(admin: Admin, account: string): Promise<string> {
  const answer = (await admin.call('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  })) as unknown as { readonly status: { readonly token: string } }
  return answer.status.token
}
