/**
 * A release of the chart as its user has it: helm installs it on a real API server, and the program runs with the arguments and the environment of the rendered
 * Deployment and a token of the chart's service account, nothing else. There is no kubelet, so the test starts the program in its stead; the server's audit log
 * tells which right each request took.
 */
import { inject, onTestFailed } from 'vitest'
import { present } from '../../src/model/present.ts'
import type { Right } from '../../src/kubernetes/api.ts'
import { rightText } from '../../src/kubernetes/rights.ts'
import { type Admin, adminOf } from '../chart/admin.ts'
import { auditOf } from '../chart/audit.ts'
import { CHART, helm, type Manifest, podTemplate, type PodTemplate, RELEASE, renderHooks } from '../chart/helm.ts'
import { isTakenBy, rightsOf } from '../chart/rights.ts'
import { startRealApiServer } from '../kubernetes/real-api-server.ts'
import { eventually, until } from '../until.ts'
import { type PodSpec, startPod, STATE_FILE } from './pod.ts'
import { type Running, temporaryFolder } from './program.ts'

const { name: NAME, namespace: NAMESPACE } = RELEASE
/** The Job at an uninstall, and its account. */
const HOOK = `${NAME}-stand-down`
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
  /**
   * `helm uninstall`, and what a kubelet and the controllers of a cluster do meanwhile: the Job of the hook is run, and the Pods are ended as soon as the
   * Deployment has no replicas. Answers what the Job's Pod wrote.
   */
  uninstall(): Promise<string>
  /** `helm uninstall` where the Job of the hook fails. Answers what helm and the Job's Pod wrote. */
  uninstallRefused(): Promise<{ readonly helm: string; readonly log: string }>
  create(name: string, service: { readonly metadata?: object; readonly spec: object }): Promise<void>
  /** As the endpoint slice controller would. */
  setEndpoints(name: string, port: number, endpoints: readonly object[]): Promise<void>
  find(name: string): Promise<Served | undefined>
  /** Resolves when the Service's condition has this reason. */
  reported(name: string, reason: string): Promise<Served>
  remove(name: string): Promise<void>
  gone(name: string): Promise<void>
  /** Every right that the Pods have asked for so far, beside those that the chart's roles grant. */
  rights(): Promise<TakenRights>
  /** The same of the Job at the uninstall. */
  hookRights(): Promise<TakenRights>
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

/** `image`: what the Pods run, where it is not the bundle. */
export async function openRelease(values: object, image?: PodSpec['image']): Promise<Release> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const main = inject('program')
  const audit = await auditOf(folder, [NAME, HOOK].map(userOf))
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
  let started = 0
  const startTemplate = async (template: PodTemplate): Promise<Running> => {
    const { spec } = template
    const [{ args, env }] = spec.containers
    const here = args.map((arg) => (arg.startsWith('--http=') ? '--http=127.0.0.1:0' : arg))
    // What has no value here is taken from the Pod's own fields.
    const given = Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))
    const environment = { ...given, ...(given['FAIRLEAD_STATE_FILE'] === undefined ? {} : { FAIRLEAD_STATE_FILE: STATE_FILE }) }
    const token = await tokenOf(admin, spec.serviceAccountName)
    const program = await startPod({
      main,
      args: here,
      environment,
      namespace: NAMESPACE,
      server,
      token,
      folder: folder.file(`pod-${started++}`),
      ...present({ image }),
    })
    onTestFailed(() => console.log(program.out(), program.err()))
    return program
  }
  const taken = async (account: string, granted: readonly Right[]): Promise<TakenRights> => {
    const requests = (await audit.read()).filter(({ user }) => user === userOf(account))
    const asked = requests.map(({ right }) => right)
    return {
      refused: texts(requests.filter(({ decision, code }) => decision !== 'allow' || code === 403).map(({ right }) => right)),
      used: texts(granted.filter((right) => asked.some((one) => isTakenBy(right, one)))),
      unused: texts(granted.filter((right) => !asked.some((one) => isTakenBy(right, one)))),
      foreign: texts(asked.filter((one) => one.resource !== OWN_RIGHTS && !granted.some((right) => isTakenBy(right, one)))),
    }
  }
  const held = stack.move()
  return {
    admin,
    helm: withHelm,
    install: () => withHelm(['install', NAME, CHART, '--create-namespace', '--values', '-'], values),
    deployment,
    async startPod() {
      const program = await startTemplate(podTemplate(await deployment()))
      running.add(program)
      return program
    },
    async uninstall() {
      const hook = runHook(admin, startTemplate, async () => {
        await Promise.all([...running].map((program) => program.end('SIGTERM')))
      })
      await withHelm(['uninstall', NAME])
      return hook
    },
    async uninstallRefused() {
      const hook = runRefusedHook(admin, startTemplate)
      const said = await withHelm(['uninstall', NAME]).then(
        (out) => `it succeeded: ${out}`,
        (error: unknown) => String(error),
      )
      return { helm: said, log: await hook }
    },
    create: async (name, { metadata = {}, spec }) =>
      void (await admin.call('POST', services, { metadata: { ...metadata, name }, spec: { type: 'LoadBalancer', ...spec } })),
    async setEndpoints(name, port, endpoints) {
      const metadata = { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } }
      const slice = { metadata, addressType: 'IPv4', endpoints, ports: [{ name: '', port, protocol: 'TCP' }] }
      await ((await admin.find(`${slices}/${name}`)) === undefined ? admin.call('POST', slices, slice) : admin.call('PATCH', `${slices}/${name}`, slice))
    },
    find,
    async reported(name, reason) {
      const served = await eventually(
        () => find(name),
        (found) => found?.status.conditions?.some((condition) => condition.type === 'fairlead.dev/Ready' && condition.reason === reason) === true,
      )
      return served!
    },
    remove: async (name) => void (await admin.call('DELETE', `${services}/${name}`)),
    async gone(name) {
      await eventually(
        () => find(name),
        (found) => found === undefined,
      )
    },
    rights: async () =>
      taken(
        NAME,
        rightsOf([
          await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`),
          await admin.call('GET', `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${NAME}`),
        ]),
      ),
    hookRights: async () => {
      const hooks = await renderHooks(values)
      return taken(HOOK, rightsOf(hooks.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')))
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

const JOB = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${HOOK}`

/** As a kubelet and the Job's controller: its Pod fails, and is not started again. */
async function runRefusedHook(admin: Admin, startTemplate: (template: PodTemplate) => Promise<Running>): Promise<string> {
  let made: Manifest | undefined
  await until(async () => (made = await admin.find(JOB)) !== undefined)
  const { exitCode, err } = await (await startTemplate(podTemplate(made!))).ended
  if (exitCode !== 1) throw new Error(`the Job ended with ${exitCode}: ${err}`)
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const conditions = ['FailureTarget', 'Failed'].map((type) => ({
    type,
    status: 'True',
    reason: 'BackoffLimitExceeded',
    lastProbeTime: now,
    lastTransitionTime: now,
  }))
  await admin.call('PATCH', `${JOB}/status`, { status: { startTime: now, failed: 1, conditions } })
  return err
}

/** Runs the Job of an uninstall when helm makes it. Answers what its Pod wrote. */
async function runHook(admin: Admin, startTemplate: (template: PodTemplate) => Promise<Running>, endPods: () => Promise<void>): Promise<string> {
  let made: Manifest | undefined
  // One that failed before stays until helm makes the next.
  const isFresh = (found: Manifest | undefined): boolean =>
    found !== undefined && (found['status'] as { readonly failed?: number } | undefined)?.failed === undefined
  await until(async () => isFresh((made = await admin.find(JOB))))
  const program = await startTemplate(podTemplate(made!))
  const deployment = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`
  await until(async () => ((await admin.call('GET', deployment))['spec'] as { readonly replicas: number }).replicas === 0)
  await endPods()
  const { exitCode, err } = await program.ended
  if (exitCode !== 0) throw new Error(`the Job ended with ${exitCode}: ${err}`)
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastProbeTime: now, lastTransitionTime: now }))
  await admin.call('PATCH', `${JOB}/status`, { status: { startTime: now, completionTime: now, succeeded: 1, conditions } })
  return err
}

function userOf(account: string): string {
  return `system:serviceaccount:${NAMESPACE}:${account}`
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
