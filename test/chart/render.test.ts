/** What the chart makes: that helm finds no fault with it, that the program understands it, and that it grants what the program needs and no more. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chartValues } from '../../docs/chart-values.ts'
import { parse } from 'yaml'
import { ANNOTATION_SETS, PROVIDERS } from '../../providers/index.ts'
import { readPolicy } from '../../src/policy/read.ts'
import { settingsPlaceOf } from '../../src/cli/controller-settings.ts'
import { type Bodies, runProgram } from '../../src/cli/program.ts'
import { SETTINGS, type Settings } from '../../src/config.ts'
import { COMMANDS } from '../../src/model/setting.ts'
import { neededRights, rightText } from '../../src/kubernetes/rights.ts'
import { CHART, type Container, helm, type Manifest, noHelm, only, podTemplate, RELEASE, render, renderHooks } from './helm.ts'
import { rightsOf } from './rights.ts'
import { LEAST, LOCAL, ON_THE_NODE, VALUE_SETS } from './value-sets.ts'

const absent = noHelm()
if (absent !== undefined) console.log(`skipped: what the chart makes: ${absent}`)

const SETS = { ...VALUE_SETS, ...ON_THE_NODE }
const table = Object.entries<Readonly<Record<string, unknown>>>(SETS)

function set(name: keyof typeof SETS): Readonly<Record<string, unknown>> {
  return SETS[name]
}

function container(manifests: readonly Manifest[]): Container {
  return podTemplate(only(manifests, 'Deployment')).spec.containers[0]
}

function omit<T extends object>(object: T, key: keyof T): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
}

/** The labels that a Deployment, a budget or a Service selects Pods by. */
function selected(manifest: Manifest): object {
  const { selector } = (manifest['spec'] ?? {}) as { readonly selector?: Readonly<Record<string, unknown>> }
  return (selector?.['matchLabels'] as object | undefined) ?? selector ?? {}
}

/** The settings with which the program would run in this container; throws what it would say. */
async function settingsIn(started: Pick<Container, 'args' | 'env'>): Promise<Settings> {
  return (await invoked('run', started)).settings
}

/** How the program is asked for this command in a container; throws what it would say. */
async function invoked(command: keyof Bodies, { args, env }: Pick<Container, 'args' | 'env'>): Promise<Invocation> {
  let invocation: Invocation | undefined
  let reported = ''
  const unasked = (): Promise<number> => Promise.resolve(1)
  const body: Bodies['run'] = (settings, _terminal, names) => {
    invocation = { settings, names }
    return Promise.resolve(0)
  }
  const environment = Object.fromEntries(env.map(({ name, value }) => [name, value]))
  const hear = (text: string): void => void (reported += text)
  const terminal = { environment, out: hear, err: hear, isTerminal: false, signal: new AbortController().signal }
  const others = Object.fromEntries(COMMANDS.map((name) => [name, unasked])) as unknown as Bodies
  await runProgram(args, { ...others, [command]: body }, terminal, { version: '0' })
  if (invocation === undefined) throw new Error(reported)
  return invocation
}

interface Invocation {
  readonly settings: Settings
  readonly names: readonly string[]
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
}

/** The values that a schema knows; an object of any keys is one value. */
function pathsOf({ properties = {} }: Schema, prefix = ''): readonly string[] {
  return Object.entries(properties).flatMap(([name, inner]) => (inner.properties === undefined ? [`${prefix}${name}`] : pathsOf(inner, `${prefix}${name}.`)))
}

describe.skipIf(absent !== undefined)('the chart', () => {
  test('as it is has no fault that helm finds', async () => {
    expect(await helm(['lint', '--strict', CHART])).toContain('0 chart(s) failed')
  })

  test.each(table)('has no fault that helm finds: %s', async (_, values) => {
    expect(await helm(['lint', '--strict', CHART, '--values', '-'], values)).toContain('0 chart(s) failed')
  })

  test.each(table)('names and finds its own: %s', async (_, values) => {
    const manifests = await render(values)
    const { metadata, spec } = podTemplate(only(manifests, 'Deployment'))
    const named = { 'app.kubernetes.io/name': 'fairlead', 'app.kubernetes.io/instance': RELEASE.name, 'app.kubernetes.io/managed-by': 'Helm' }
    for (const manifest of manifests) {
      const { kind, metadata: own } = manifest
      const namespace = kind.startsWith('Cluster') ? undefined : RELEASE.namespace
      expect({ kind, ...own }).toMatchObject({ kind, labels: named, ...(namespace === undefined ? {} : { namespace }) })
      // Each that selects Pods selects ours.
      expect({ kind, ...metadata.labels }).toMatchObject({ kind, ...selected(manifest) })
      const account = { name: spec.serviceAccountName, namespace: RELEASE.namespace }
      for (const subject of (manifest['subjects'] ?? []) as object[]) expect(subject).toMatchObject(account)
    }
  })

  test.each(table)('starts the program in a way that it understands: %s', async (_, values) => {
    const settings = await settingsIn(container(await render(values)))
    expect(settings.providers).toEqual(values['providers'])
    expect(settings['default-class'] ?? '').toBe(values['defaultClass'] ?? '')
    expect(settings['leader-elect'], 'two copies never work at once').toBe(true)
  })

  test('hands every value on', async () => {
    const settings = await settingsIn(container(await render(set('AWS with every setting'))))
    expect(settings).toMatchObject({
      'default-scheme': 'internal',
      'cluster-id': 'shop-eu',
      'share-across-namespaces': ['edge', 'mail'],
      'dry-run': true,
      'never-delete': true,
      'upstream-finalizer': true,
      'readiness-gates': false,
      'drift-interval': 0,
      concurrency: 16,
      'lease-name': 'edge-balancer',
      http: ':8080',
      'log-format': 'text',
    })
    expect(settings['log-level'], 'what extraArgs say takes precedence over the value').toBe('warn')
    const local = await settingsIn(container(await render(set('local with every setting'))))
    expect(local).toMatchObject({
      'address-pool': ['127.0.20.0/24', 'edge=2001:db8::/120'],
      'network-map': ['10.244.0.0/16=127.244.0.0/16'],
      'port-offset': 8000,
      reach: 'port-forward',
      'state-file': '/state/local.json',
      http: '192.0.2.1:9440',
    })
  })

  test('an uninstall ends the Pods first, with the right to do that and no other', async () => {
    const hooks = await renderHooks(set('AWS with a role for the service account'))
    expect(hooks.map(({ kind }) => kind).toSorted()).toEqual(['ClusterRole', 'ClusterRoleBinding', 'Job', 'Role', 'RoleBinding', 'ServiceAccount'])
    expect(rightsOf([only(hooks, 'ClusterRole')]).map(rightText)).toEqual(['list services'])
    expect(rightsOf([only(hooks, 'Role')]).map(rightText)).toEqual(['patch deployments/scale.apps fairlead', 'get leases.coordination.k8s.io fairlead'])
    const pod = podTemplate(only(hooks, 'Job'))
    expect(pod.spec.serviceAccountName).toBe(only(hooks, 'ServiceAccount').metadata.name)
    expect(pod.metadata.labels, 'a Service or a budget of the controller must not count it').not.toHaveProperty(['app.kubernetes.io/name'])
    const [{ args, env }] = pod.spec.containers
    const { names, settings } = await invoked('stand-down', { args, env })
    expect({ names, lease: settings['lease-name'] }).toEqual({ names: [RELEASE.name], lease: RELEASE.name })
    expect(container(await render(set('AWS with a role for the service account'))).args).toContain(`--lease-name=${RELEASE.name}`)
  })

  test('an uninstall makes nothing where that is turned off, or where the chart makes no roles', async () => {
    const values = set('AWS with a role for the service account')
    expect(await renderHooks({ ...values, uninstallHook: { enabled: false } })).toEqual([])
    expect(await renderHooks({ ...values, rbac: { create: false } })).toEqual([])
  })

  test("the Pod of an uninstall is not bound to the controller's node, and may reach the API server where a policy closes the rest", async () => {
    const spec = podTemplate(only(await renderHooks(LOCAL), 'Job')).spec
    expect(spec['nodeSelector']).toEqual({ 'kubernetes.io/os': 'linux' })
    expect(spec['hostNetwork']).toBeUndefined()
    const closed = await renderHooks({ ...set('AWS with a role for the service account'), networkPolicy: { enabled: true } })
    expect(podTemplate(only(closed, 'Job')).metadata.labels).toMatchObject(selected(only(closed, 'NetworkPolicy')))
  })

  test('says of AWS what it was configured with', async () => {
    const manifests = await render(set('AWS with a role for the service account'))
    expect(Object.fromEntries(container(manifests).env.map(({ name, value }) => [name, value]))).toMatchObject({
      FAIRLEAD_AWS_REGION: 'eu-central-1',
      FAIRLEAD_AWS_VPC_ID: 'vpc-0123456789abcdef0',
      FAIRLEAD_AWS_CLUSTER_NAME: 'shop',
    })
    expect(only(manifests, 'ServiceAccount').metadata['annotations']).toEqual({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/fairlead' })
    const without = await render(set('AWS with Pod Identity, serving Services of no class'))
    expect(only(without, 'ServiceAccount').metadata['annotations']).toBeUndefined()
  })

  test('says of Azure what it was configured with', async () => {
    const manifests = await render(set('Azure with every setting'))
    const settings = await settingsIn(container(manifests))
    const { azure } = VALUE_SETS['Azure with every setting']
    expect(settings).toMatchObject({
      'azure-cloud': 'us-government',
      'azure-subscription': azure.subscription,
      'azure-resource-group': 'shop',
      'azure-location': 'usgovvirginia',
      'azure-virtual-network': azure.virtualNetwork,
      'azure-subnet': azure.subnet,
      'azure-security-group': azure.securityGroup,
      'azure-load-balancer-name': 'shop-services',
      'azure-rule-limit': 900,
      'azure-disable-outbound-snat': false,
    })
    expect(only(manifests, 'ServiceAccount').metadata['annotations']).toEqual({
      'azure.workload.identity/client-id': azure.clientId,
      'azure.workload.identity/tenant-id': azure.tenantId,
      'example.com/team': 'network',
    })
  })

  test('the Pods get a token of the workload identity where one is named, and the setting that is not set is not said', async () => {
    const labelsOf = async (values: object): Promise<unknown> => podTemplate(only(await render(values), 'Deployment')).metadata.labels
    const use = 'azure.workload.identity/use'
    expect(await labelsOf(set('Azure with a workload identity'))).toMatchObject({ [use]: 'true' })
    expect(await labelsOf(set('Azure with every setting')), 'it is among podLabels too').toMatchObject({ [use]: 'true' })
    const bare = await render({ ...LEAST['azure'], image: { repository: 'a' }, providers: ['azure'] })
    expect(podTemplate(only(bare, 'Deployment')).metadata.labels).not.toHaveProperty([use])
    expect(only(bare, 'ServiceAccount').metadata['annotations']).toBeUndefined()
    expect(await settingsIn(container(bare))).toMatchObject({ 'azure-cloud': 'public', 'azure-rule-limit': 300, 'azure-disable-outbound-snat': true })
    expect(container(bare).env.map(({ name }) => name)).not.toContain('FAIRLEAD_AZURE_SUBSCRIPTION')
  })

  test('says of Google Cloud what it was configured with', async () => {
    const values = VALUE_SETS['Google Cloud with a shared network, and every setting']
    const manifests = await render(values)
    expect(await settingsIn(container(manifests))).toMatchObject({
      'gcp-project': values.gcp.project,
      'gcp-region': values.gcp.region,
      'gcp-network': values.gcp.network,
      'gcp-subnetwork': values.gcp.subnetwork,
      'gcp-node-tags': [],
      'gcp-node-service-accounts': values.gcp.nodeServiceAccounts,
    })
    expect(only(manifests, 'ServiceAccount').metadata['annotations']).toEqual({
      'iam.gke.io/gcp-service-account': values.gcp.serviceAccount,
      'example.com/team': 'network',
    })
    const tagged = container(await render(set('Google Cloud with a workload identity')))
    expect(await settingsIn(tagged)).toMatchObject({ 'gcp-node-tags': ['gke-shop-1a2b3c4d-node'], 'gcp-node-service-accounts': [] })
  })

  test('says nothing of Google Cloud that is not set: the machine says it', async () => {
    const bare = await render({ ...LEAST['gcp'], image: { repository: 'a' }, providers: ['gcp'] })
    expect(JSON.stringify(container(bare))).not.toMatch(/gcp-|GCP_/)
    expect(only(bare, 'ServiceAccount').metadata['annotations']).toBeUndefined()
  })

  test('a network policy lets the Pods out to the API of the cloud and to the metadata server, and with a workload identity of GKE to its own', async () => {
    const policy = only(await render(set('Google Cloud with a workload identity')), 'NetworkPolicy')
    const { egress } = policy['spec'] as { readonly egress: readonly object[] }
    const to = (cidr: string, port: number): object => ({ to: [{ ipBlock: { cidr } }], ports: [{ port, protocol: 'TCP' }] })
    expect(egress).toEqual(expect.arrayContaining([{ ports: [{ port: 443, protocol: 'TCP' }] }, to('169.254.169.254/32', 80), to('169.254.169.252/32', 988)]))
  })

  test('grants what the program needs, and no more', async () => {
    const manifests = await render(set('AWS with a role for the service account'))
    const needed = neededRights({ lease: RELEASE, settings: settingsPlaceOf(RELEASE), readinessGates: true }).map((right) => omit(right, 'namespace'))
    const identity = { group: '', resource: 'namespaces', verb: 'get', name: 'kube-system' }
    expect(new Set(rightsOf([only(manifests, 'ClusterRole'), only(manifests, 'Role')]))).toEqual(new Set([...needed, identity]))
  })

  test('grants more only where a value takes it, and less where one makes it needless', async () => {
    const texts = async (values: object): Promise<readonly string[]> =>
      rightsOf([only(await render(values), 'ClusterRole')]).map(({ verb, resource, subresource }) =>
        [verb, resource, ...(subresource === undefined ? [] : [subresource])].join(' '),
      )
    expect(await texts(set('local with every setting'))).toEqual(expect.arrayContaining(['list pods', 'get pods portforward', 'create pods portforward']))
    expect(
      (await texts(set('AWS with every setting'))).filter((text) => /pods|namespaces/.test(text)),
      'the cluster has an id of its own, and its pods have no gates',
    ).toEqual([])
    expect((await render(set('nothing that is optional'))).map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment'])
  })

  test('the dashboard is at the loopback address, with no right, port or Service; beyond it, it asks for tokens and may have them reviewed', async () => {
    const [inside, outside] = [await render(set('AWS with a role for the service account')), await render(set('AWS with every setting'))]
    const reviews = ['create tokenreviews.authentication.k8s.io', 'create subjectaccessreviews.authorization.k8s.io']
    const granted = (manifests: readonly Manifest[]): readonly string[] => rightsOf([only(manifests, 'ClusterRole')]).map(rightText)
    const services = (manifests: readonly Manifest[]): readonly string[] =>
      manifests.filter(({ kind, metadata }) => kind === 'Service' && metadata.name.includes('dashboard')).map(({ metadata }) => metadata.name)
    expect(container(inside).args.filter((arg) => arg.startsWith('--dashboard'))).toEqual(['--dashboard=127.0.0.1:9441'])
    expect([granted(inside).filter((right) => reviews.includes(right)), services(inside)]).toEqual([[], []])
    const args = ['--dashboard=:9000', '--dashboard-token-review', '--dashboard-token-file=/etc/fairlead/dashboard/token']
    expect(container(outside).args.filter((arg) => arg.startsWith('--dashboard'))).toEqual(args)
    expect([granted(outside).filter((right) => reviews.includes(right)), services(outside)]).toEqual([reviews, ['edge-balancer-dashboard']])
    expect(reviews).toEqual(neededRights({ readinessGates: false, reviews: true }).map(rightText).slice(-2))
    expect(container(outside).volumeMounts).toContainEqual({ name: 'dashboard', mountPath: '/etc/fairlead/dashboard', readOnly: true })
  })

  test.each(Object.entries(PROVIDERS))(
    'grants what readiness gates take only where they are opened, and the targets of the provider may be pods: %s',
    async (provider, { capabilities }) => {
      const [rest, needed] = [false, true].map((readinessGates) => neededRights({ readinessGates }).map(rightText))
      const gates = needed!.filter((right) => !rest!.includes(right))
      const granted = async (readinessGates: boolean): Promise<readonly string[]> => {
        const role = only(await render({ ...LEAST[provider], image: { repository: 'a' }, providers: [provider], readinessGates }), 'ClusterRole')
        return rightsOf([role])
          .map(rightText)
          .filter((right) => right.includes('pods'))
      }
      expect(gates).toEqual(['get pods', 'patch pods/status'])
      expect(await granted(true)).toEqual(capabilities['targets-pods'].supported ? gates : [])
      expect(await granted(false)).toEqual([])
    },
  )

  test('a policy is a ConfigMap that the program understands, mounted where it looks; without rules there is none', async () => {
    const manifests = await render(set('AWS with every setting'))
    const policy = manifests.find(({ kind, metadata: { name } }) => kind === 'ConfigMap' && name.endsWith('-policy'))
    expect(readPolicy(((policy?.['data'] ?? {}) as Record<string, string>)['policy.yaml'] ?? '', ANNOTATION_SETS)).toMatchObject({
      policy: { contact: 'the platform team', rules: [{ name: 'internal' }, { name: 'few' }] },
    })
    const { args, volumeMounts } = container(manifests)
    expect(args).toContain('--policy-file=/etc/fairlead/policy/policy.yaml')
    expect(volumeMounts).toContainEqual({ name: 'policy', mountPath: '/etc/fairlead/policy', readOnly: true })
    expect(podTemplate(only(manifests, 'Deployment')).spec['volumes']).toContainEqual({ name: 'policy', configMap: { name: policy?.metadata.name } })
    const without = await render(set('AWS with a role for the service account'))
    expect(JSON.stringify(without)).not.toMatch(/policy\.yaml|-policy/)
  })

  test('namespaces may be read only where a rule chooses them by label', async () => {
    const rights = async (policy: object): Promise<readonly string[]> => {
      const role = only(await render({ image: { repository: 'a' }, providers: ['aws'], clusterId: 'a', policy }), 'ClusterRole')
      return rightsOf([role])
        .map(rightText)
        .filter((right) => right.includes('namespaces'))
    }
    const [rest, needed] = [false, true].map((namespaceLabels) => neededRights({ readinessGates: true, namespaceLabels }).map(rightText))
    expect(await rights({ rules: [{ name: 'a', maxServices: 1, namespaces: { names: ['a'] } }] })).toEqual([])
    expect(await rights({ rules: [{ name: 'a', maxServices: 1, namespaces: { labels: 'a=b' } }] })).toEqual(needed!.filter((right) => !rest!.includes(right)))
  })

  test("on the node's network one copy runs, and ends before the next one starts", async () => {
    const [elsewhere, here] = [await render(set('AWS with a role for the service account')), await render(LOCAL)]
    const specOf = (manifests: readonly Manifest[]): unknown => only(manifests, 'Deployment')['spec']
    expect(specOf(here)).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    expect(specOf(elsewhere)).toMatchObject({ replicas: 2 })
    const kinds = (manifests: readonly Manifest[]): readonly string[] => manifests.map(({ kind }) => kind)
    expect(kinds(elsewhere)).toContain('PodDisruptionBudget')
    expect(kinds(here), 'a budget for one copy would hold up every drain').not.toContain('PodDisruptionBudget')
  })

  test("on the node's network metrics and probes answer at the loopback address, unless an address is set", async () => {
    interface Probed {
      readonly [probe: string]: { readonly httpGet: { readonly host?: string } } | undefined
    }
    const asked = async (metrics: object, values: object = LOCAL): Promise<object> => {
      const manifests = await render({ ...values, metrics })
      const { args, ...probes } = container(manifests)
      const hosts = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => (probes as unknown as Probed)[probe]?.httpGet.host)
      return { http: args.find((arg) => arg.startsWith('--http=')), hosts: [...new Set(hosts)], isService: manifests.some(({ kind }) => kind === 'Service') }
    }
    expect(await asked({})).toEqual({ http: '--http=127.0.0.1:9440', hosts: ['127.0.0.1'], isService: false })
    expect(await asked({ address: '192.0.2.1' })).toEqual({ http: '--http=192.0.2.1:9440', hosts: ['192.0.2.1'], isService: true })
    expect(await asked({ address: '2001:db8::1' })).toEqual({ http: '--http=[2001:db8::1]:9440', hosts: ['2001:db8::1'], isService: true })
    expect(await asked({ address: '::' })).toEqual({ http: '--http=[::]:9440', hosts: [undefined], isService: true })
    expect(await asked({}, set('AWS with a role for the service account')), 'in the network of the Pod').toEqual({
      http: '--http=:9440',
      hosts: [undefined],
      isService: true,
    })
  })

  test('the state file is on a volume that can be written to', async () => {
    const volumesOf = async (values: object): Promise<unknown> => podTemplate(only(await render(values), 'Deployment')).spec['volumes']
    expect(await volumesOf(LOCAL)).toEqual([{ name: 'state', emptyDir: { sizeLimit: '64Mi' } }])
    expect(await volumesOf(set('local with every setting'))).toEqual([{ name: 'state', persistentVolumeClaim: { claimName: 'fairlead' } }])
    expect(container(await render(LOCAL))).toMatchObject({ volumeMounts: [{ name: 'state', mountPath: '/state' }] })
    expect(await volumesOf(set('AWS with a role for the service account')), 'there is no state file').toBeUndefined()
  })

  test('has a value for every setting of a controller, or a reason', async () => {
    const reasons: Readonly<Record<string, string>> = {
      kubeconfig: 'the Pod has its service account',
      context: 'the Pod has its service account',
      'leader-elect': 'two copies must never work at once',
      'lease-namespace': 'the Lease is in the namespace of the release',
      'aws-endpoint': 'for tests',
      'azure-endpoint': 'for tests',
      'gcp-endpoint': 'for tests',
      'azure-endpoint-ca': 'for tests',
      'allowed-hosts': 'extraArgs: the names of a cluster are not known to the program, and only loopback addresses are checked',
    }
    const said = await Promise.all(table.map(async ([, values]) => container(await render(values))))
    const offered = new Set([
      ...said.flatMap(({ args }) => args.map((arg) => arg.replace(/^--(no-)?/, '').replace(/=.*/, ''))),
      ...said.flatMap(({ env }) =>
        env.map(({ name }) =>
          name
            .replace(/^FAIRLEAD_/, '')
            .toLowerCase()
            .replaceAll('_', '-'),
        ),
      ),
    ])
    const settings = Object.entries(SETTINGS).filter(([, { commands }]) => commands.includes('run'))
    expect(settings.map(([name]) => name).filter((name) => !offered.has(name) && reasons[name] === undefined)).toEqual([])
  })

  test('knows every provider, and is of the version of the program', () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as { properties: { providers: { items: { enum: string[] } } } }
    expect(schema.properties.providers.items.enum).toEqual(expect.arrayContaining(Object.keys(PROVIDERS)))
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8'))).toMatchObject({ version, appVersion: version })
  })

  test('tells of every value that may be set', () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as Schema
    const reported = chartValues(readFileSync(`${CHART}/values.yaml`, 'utf8')).map(({ path }) => path)
    // `global` is what helm hands to every chart.
    expect(
      pathsOf(schema)
        .filter((path) => path !== 'global')
        .toSorted(),
    ).toEqual(reported.toSorted())
  })

  test("has the program's own defaults", async () => {
    const { args, env } = container(await render({ image: { repository: 'a' }, providers: ['aws'] }))
    const given = await settingsIn({ args, env })
    const plain = await settingsIn({ args: ['run', '--providers=aws'], env: [] })
    const ours = { 'lease-name': RELEASE.name, http: ':9440', dashboard: '127.0.0.1:9441', 'log-format': 'json' }
    expect(given).toEqual({ ...plain, ...ours })
  })
})
