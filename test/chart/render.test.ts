/** What the chart makes: that helm finds no fault with it, that the program understands it, and that it grants what the program needs and no more. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chartValues } from '../../docs/chart-values.ts'
import { parse } from 'yaml'
import { capabilities as awsCapabilities } from '../../providers/aws/capabilities.ts'
import { PROVIDER_NAMES, type ProviderName } from '../../providers/index.ts'
import { capabilities as localCapabilities } from '../../providers/local/capabilities.ts'
import { runProgram } from '../../src/cli/program.ts'
import { type SettingName, SETTINGS, type Setting, type Settings } from '../../src/config.ts'
import { neededRights, rightText } from '../../src/kubernetes/rights.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { CHART, type Container, helm, type Manifest, noHelm, only, podTemplate, RELEASE, render } from './helm.ts'
import { rightsOf } from './rights.ts'
import { ON_THE_NODE, VALUE_SETS } from './value-sets.ts'

const absent = noHelm()
if (absent !== undefined) console.log(`skipped: what the chart makes: ${absent}`)

const table = Object.entries<Readonly<Record<string, unknown>>>({ ...VALUE_SETS, "local, on the node's network": ON_THE_NODE })

/** What a user meets who sets nothing. */
const CAPABILITIES: Readonly<Record<ProviderName, Capabilities>> = { aws: awsCapabilities, local: localCapabilities({ reach: 'direct', portOffset: 0 }) }

function set(name: keyof typeof VALUE_SETS): Readonly<Record<string, unknown>> {
  return VALUE_SETS[name]
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
async function settingsIn({ args, env }: Container): Promise<Settings> {
  let settings: Settings | undefined
  let told = ''
  const unasked = (): Promise<number> => Promise.resolve(1)
  const run = (given: Settings): Promise<number> => {
    settings = given
    return Promise.resolve(0)
  }
  const environment = Object.fromEntries(env.map(({ name, value }) => [name, value]))
  const hear = (text: string): void => void (told += text)
  const terminal = { environment, out: hear, err: hear, isTerminal: false, signal: new AbortController().signal }
  await runProgram(args, { run, playground: unasked, plan: unasked, explain: unasked, permissions: unasked }, terminal, '0')
  if (settings === undefined) throw new Error(told)
  return settings
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
      'readiness-gates': false,
      'drift-interval': 0,
      concurrency: 16,
      'lease-name': 'edge-balancer',
      http: ':8080',
      'log-format': 'text',
    })
    expect(settings['log-level'], 'what extraArgs say goes before the value').toBe('warn')
    const local = await settingsIn(container(await render(set('local, through port-forward, one copy'))))
    expect(local).toMatchObject({
      'address-pool': ['127.0.20.0/24', 'edge=2001:db8::/120'],
      'network-map': ['10.244.0.0/16=127.244.0.0/16'],
      'port-offset': 8000,
      reach: 'port-forward',
    })
  })

  test('says of AWS what it was told', async () => {
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

  test('grants what the program needs, and no more', async () => {
    const manifests = await render(set('AWS with a role for the service account'))
    const needed = neededRights({ lease: RELEASE, readinessGates: true }).map((right) => omit(right, 'namespace'))
    const identity = { group: '', resource: 'namespaces', verb: 'get', name: 'kube-system' }
    expect(new Set(rightsOf([only(manifests, 'ClusterRole'), only(manifests, 'Role')]))).toEqual(new Set([...needed, identity]))
  })

  test('grants more only where a value takes it, and less where one makes it needless', async () => {
    const texts = async (values: object): Promise<readonly string[]> =>
      rightsOf([only(await render(values), 'ClusterRole')]).map(({ verb, resource, subresource }) =>
        [verb, resource, ...(subresource === undefined ? [] : [subresource])].join(' '),
      )
    expect(await texts(set('local, through port-forward, one copy'))).toEqual(
      expect.arrayContaining(['list pods', 'get pods portforward', 'create pods portforward']),
    )
    expect(
      (await texts(set('AWS with every setting'))).filter((text) => /pods|namespaces/.test(text)),
      'the cluster has an id of its own, and its pods have no gates',
    ).toEqual([])
    expect((await render(set('nothing that is optional'))).map(({ kind }) => kind)).toEqual(['Deployment'])
  })

  test.each(PROVIDER_NAMES)(
    'grants what readiness gates take only where they are opened, and the targets of the provider may be pods: %s',
    async (provider) => {
      const [rest, needed] = [false, true].map((readinessGates) => neededRights({ readinessGates }).map(rightText))
      const gates = needed!.filter((right) => !rest!.includes(right))
      const granted = async (readinessGates: boolean): Promise<readonly string[]> => {
        const role = only(await render({ image: { repository: 'a' }, providers: [provider], readinessGates }), 'ClusterRole')
        return rightsOf([role])
          .map(rightText)
          .filter((right) => right.includes('pods'))
      }
      expect(gates).toEqual(['get pods', 'patch pods/status'])
      expect(await granted(true)).toEqual(CAPABILITIES[provider]['targets-pods'].supported ? gates : [])
      expect(await granted(false)).toEqual([])
    },
  )

  test('has a value for every setting of a controller, or a reason', async () => {
    const reasons: Partial<Record<SettingName, string>> & Readonly<Record<string, string>> = {
      kubeconfig: 'the Pod has its service account',
      context: 'the Pod has its service account',
      'leader-elect': 'two copies must never work at once',
      'lease-namespace': 'the Lease is in the namespace of the release',
      'aws-endpoint': 'for tests',
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
    const settings = Object.entries<Setting<unknown>>(SETTINGS).filter(([, { commands }]) => commands.includes('run'))
    expect(settings.map(([name]) => name).filter((name) => !offered.has(name) && reasons[name] === undefined)).toEqual([])
  })

  test('knows every provider, and is of the version of the program', () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as { properties: { providers: { items: { enum: string[] } } } }
    expect(schema.properties.providers.items.enum).toEqual(expect.arrayContaining([...PROVIDER_NAMES]))
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8'))).toMatchObject({ version, appVersion: version })
  })

  test('tells of every value that may be set', () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as Schema
    const told = chartValues(readFileSync(`${CHART}/values.yaml`, 'utf8')).map(({ path }) => path)
    // `global` is what helm hands to every chart.
    expect(
      pathsOf(schema)
        .filter((path) => path !== 'global')
        .toSorted(),
    ).toEqual(told.toSorted())
  })

  test("has the program's own defaults", async () => {
    const { args, env } = container(await render({ image: { repository: 'a' }, providers: ['local'] }))
    const given = await settingsIn({ image: '', args, env })
    const plain = await settingsIn({ image: '', args: ['run'], env: [] })
    const ours = { 'lease-name': RELEASE.name, http: ':9440', 'log-format': 'json', 'state-file': 'off' }
    expect(given).toEqual({ ...plain, ...ours })
  })
})
