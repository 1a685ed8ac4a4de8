/**
 * Writes the pages that are made from the code: settings, metrics, conditions, annotations, the chart's values, and what each provider can do, as a whole and by task.
 * `npm run docs` writes them; `npm run docs -- --check` fails and names those that are stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { aws } from '../annotations/aws.ts'
import { azure } from '../annotations/azure.ts'
import { gcp } from '../annotations/gcp.ts'
import { type CloudSeed, DEFAULT_SEED } from '../emulators/aws/index.ts'
import { DEFAULT_SEED as AZURE_SEED, type Delays as AzureDelays, REALISTIC as AZURE_DELAYS } from '../emulators/azure/index.ts'
import { DEFAULT_SEED as GCP_SEED, type Delays as GcpDelays, REALISTIC as GCP_DELAYS } from '../emulators/gcp/index.ts'
import type { AnnotationSet } from '../annotations/define.ts'
import { annotationsPage, ignoredTable, ownTable, refusalsTable, translationsTable } from '../annotations/page.ts'
import { FEATURES as AWS_FEATURES, PERMISSIONS as AWS_PERMISSIONS } from '../providers/aws/permissions.ts'
import { settings as AZURE_SETTINGS } from '../providers/azure/settings.ts'
import { FEATURES as AZURE_FEATURES, PERMISSIONS as AZURE_PERMISSIONS } from '../providers/azure/permissions.ts'
import { PLAYGROUND_SEED } from '../providers/aws/playground.ts'
import { actionsOf as gcpActionsOf, FEATURES as GCP_FEATURES, PERMISSIONS as GCP_PERMISSIONS } from '../providers/gcp/permissions.ts'
import { PLAYGROUND_SEED as GCP_PLAYGROUND_SEED } from '../providers/gcp/playground.ts'
import { settings as GCP_SETTINGS } from '../providers/gcp/settings.ts'
import { PROVIDER_METRICS, PROVIDERS } from '../providers/index.ts'
import { environmentName, SETTINGS } from '../src/config.ts'
import { BACKENDS_REASONS, EVENT_REASONS, GATE_REASONS, READY_REASONS } from '../src/model/reason.ts'
import { SERVICE_STATES } from '../src/overview/service-state.ts'
import { METRICS } from '../src/observability/metrics.ts'
import { FEATURES, type Feature, type Support } from '../src/provider/capabilities.ts'
import type { PermissionFeature } from '../src/provider/permissions.ts'
import type { Setting, SettingTable } from '../src/model/setting.ts'
import { CAPABILITY_GROUPS, FIRST_LOOK } from './capability-groups.ts'
import { chartValues } from './chart-values.ts'
import { dashboardJson } from './grafana/dashboard.ts'
import { featuresOf, type Task, TASKS } from './tasks.ts'

const MADE = '<!-- Made by `npm run docs`; change the code, not this page. -->'

/** Every page that is made, by its path from the top of the project. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/settings.md', settingsPage()],
    ['docs/metrics.md', metricsPage()],
    ['docs/conditions.md', conditionsPage()],
    ['annotations/README.md', annotationsPage()],
    ['docs/capabilities.md', capabilitiesPage()],
    ['README.md', withTables('README.md', { capabilities: firstLookTable() })],
    ...TASKS.filter((task) => featuresOf(task).length > 0).map((task) => taskPage(task)),
    [
      'providers/aws/README.md',
      withTables('providers/aws/README.md', { permissions: permissionsTable(AWS_PERMISSIONS), features: featuresTable(AWS_FEATURES) }),
    ],
    ['providers/azure/README.md', withTables('providers/azure/README.md', azureTables())],
    ['providers/gcp/README.md', withTables('providers/gcp/README.md', gcpTables())],
    [FROM_AWS, withTables(FROM_AWS, migrationTables(aws))],
    [FROM_AZURE, withTables(FROM_AZURE, { ...migrationTables(azure), ignored: ignoredTable(azure) })],
    [FROM_GKE, withTables(FROM_GKE, { ...migrationTables(gcp), ignored: ignoredTable(gcp) })],
    ['docs/emulators-azure.md', withTables('docs/emulators-azure.md', { seeds: azureSeedsTable(), delays: azureDelaysTable() })],
    ['docs/emulators-gcp.md', withTables('docs/emulators-gcp.md', { seeds: gcpSeedsTable(), delays: gcpDelaysTable() })],
    ['docs/emulators-aws.md', withTables('docs/emulators-aws.md', { seeds: seedsTable() })],
    ['helm-chart/Chart.yaml', chartFile()],
    ['helm-chart/dashboards/fairlead.json', dashboardJson()],
    ['docs/install.md', withTables('docs/install.md', { values: valuesTable() })],
  ])
}

/** Its two versions are the program's, which package.json alone says. */
function chartFile(): string {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { readonly version: string }
  return readFileSync(at('helm-chart/Chart.yaml'), 'utf8').replace(/^(version|appVersion): .*$/gm, `$1: ${version}`)
}

function settingsPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => [...settingCells(name, setting), setting.commands.join(', '), setting.doc])
  return page('Settings', [
    "A flag overrides the environment variable, that the settings file (`--config FILE`, YAML with the flags' names as keys), and that the default.",
    table(['Flag', 'Environment', 'Default', 'Commands', 'What it does'], rows),
  ])
}

/** Flag, environment, default. */
function settingCells(name: string, { argument, environment, fallback, fallbackText: text }: Setting<unknown>): readonly string[] {
  const variables = [environmentName(name), ...(environment === undefined ? [] : [environment])]
  return [`\`--${name}${argument === undefined ? '' : ` ${argument}`}\``, codes(variables), text ?? fallbackText(fallback)]
}

function fallbackText(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none'
  return `\`${Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function metricsPage(): string {
  const rows = Object.entries({ ...METRICS, ...PROVIDER_METRICS }).map(([name, { kind, labels, help }]) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ])
  return page('Metrics', [
    "Served at `/metrics` of the address that `--http` names, beside Node's own (`process_*`, `nodejs_*`).",
    table(['Name', 'Kind', 'Labels', 'What it says'], rows),
  ])
}

function conditionsPage(): string {
  const rows = (reasons: Readonly<Record<string, string>>): string[][] => Object.entries(reasons).map(([reason, meaning]) => [`\`${reason}\``, meaning])
  return page('Conditions and events', [
    'Every Service that Fairlead serves carries the condition `fairlead.dev/Ready`, with one of these reasons:',
    table(['Reason', 'Meaning'], rows(READY_REASONS)),
    '`Ready` is about the load balancer, not about what is behind it: a Service without a ready pod is Ready, with the reason `NoBackends`. Whether every port has backends is said by the condition `fairlead.dev/Backends`, True or False, with one of these reasons. Its message names the cause with counts, which are brought up to date once a minute at most:',
    table(['Reason', 'Meaning'], rows(BACKENDS_REASONS)),
    'Events use the reasons of `fairlead.dev/Ready`, and these:',
    table(['Reason', 'Meaning'], rows(EVENT_REASONS)),
    'Pods with a [readiness gate](tasks/roll-out.md) carry its condition, `fairlead.dev/target-health`:',
    table(['Reason', 'Meaning'], rows(GATE_REASONS)),
    'What to do about each: [troubleshooting](troubleshooting.md).',
    '## States',
    '[`fairlead get`](getting-started.md#the-fairlead-command) shows the conditions of a Service as one word:',
    table(['State', 'Meaning'], rows(SERVICE_STATES)),
    '## Ports, and waiting',
    "Where a port cannot be served, Kubernetes' own condition `LoadBalancerPortsError` stands beside it and `status.loadBalancer.ingress[].ports[].error` says which.",
    "Wait for the load balancer with `kubectl wait --for=condition=fairlead.dev/Ready service/NAME`, and for backends on every port with `kubectl wait --for=condition=fairlead.dev/Backends service/NAME`. `kubectl describe service` prints events, not conditions; the condition: `kubectl get service NAME -o jsonpath='{.status.conditions}'`.",
  ])
}

function capabilitiesPage(): string {
  const parts = Object.entries(CAPABILITY_GROUPS).flatMap(([title, features]) => [`## ${title}`, capabilitiesTable(features)])
  return page('What a Service can ask for', [
    "In the Service's own fields (`loadBalancerClass`, `loadBalancerIP`, `loadBalancerSourceRanges`, `externalTrafficPolicy`, `sessionAffinity`, `ipFamilies`, `allocateLoadBalancerNodePorts` and the like) and in annotations under `fairlead.dev/` ([all of them](../annotations/README.md)). What a provider cannot do is refused at once, on the Service, with the reason that stands here; of `trafficDistribution`, which is a preference that kube-proxy follows in any case, a note says so.",
    ...parts,
  ])
}

function capabilitiesTable(features: readonly Feature[]): string {
  const providers = Object.entries(PROVIDERS)
  const rows = features.map((feature) => [FEATURES[feature], ...providers.map(([, { capabilities }]) => supportText(capabilities[feature]))])
  return table(['A Service can ask for', ...providers.map(([name]) => name)], rows)
}

/** Without the notes. */
function firstLookTable(): string {
  const providers = Object.entries(PROVIDERS)
  const rows = (Object.entries(FIRST_LOOK) as [Feature, string][]).map(([feature, task]) => [
    `[${FEATURES[feature]}](docs/tasks/${task}.md)`,
    ...providers.map(([, { capabilities }]) => (capabilities[feature].supported ? 'yes' : 'no')),
  ])
  return table(['', ...providers.map(([name]) => `\`${name}\``)], rows)
}

/** A page of docs/tasks, with its table: a row for each provider. */
function taskPage(task: Task): [path: string, text: string] {
  const path = `docs/tasks/${task.page}.md`
  const features = featuresOf(task)
  const rows = Object.entries(PROVIDERS).map(([name, { capabilities }]) => [`\`${name}\``, ...features.map((feature) => supportText(capabilities[feature]))])
  return [path, withTables(path, { providers: table(['Provider', ...features.map((feature) => FEATURES[feature])], rows) })]
}

function supportText(answer: Support): string {
  return answer.supported ? `yes${answer.note === undefined ? '' : `: ${answer.note}`}` : `no: ${answer.because}`
}

const FROM_AWS = 'docs/migrate-from-aws-load-balancer-controller.md'
const FROM_AZURE = 'docs/migrate-from-cloud-provider-azure.md'
const FROM_GKE = 'docs/migrate-from-gke.md'

/** What becomes of the annotations of the controllers before us. */
function migrationTables(set: AnnotationSet<unknown>): Readonly<Record<string, string>> {
  return { translations: translationsTable(set), 'own words': ownTable(set), refusals: refusalsTable(set) }
}

function azureTables(): Readonly<Record<string, string>> {
  return {
    settings: settingsOf(AZURE_SETTINGS, 'Azure provider: '),
    permissions: permissionsTable(AZURE_PERMISSIONS),
    features: featuresTable(AZURE_FEATURES),
  }
}

function gcpTables(): Readonly<Record<string, string>> {
  const rows = GCP_PERMISSIONS.map((permission) => [permission.feature, codeWords(gcpActionsOf(permission)), permission.project, permission.on, permission.why])
  return {
    settings: settingsOf(GCP_SETTINGS, 'Google Cloud provider: '),
    permissions: table(['Feature', 'Permissions', 'In the project of the', 'On', 'Why'], rows),
    features: featuresTable(GCP_FEATURES, 'In the role'),
  }
}

/** `prefix`: of what the settings say of themselves; on the cloud's own page it is left out. */
function settingsOf(settings: SettingTable, prefix: string): string {
  const rows = Object.entries(settings).map(([name, setting]) => [...settingCells(name, setting), setting.doc.replace(prefix, '')])
  return table(['Flag', 'Environment', 'Default', 'What it is'], rows)
}

interface GrantedFor {
  readonly feature: string
  readonly actions: readonly string[]
  readonly on: string
  readonly why: string
}

function permissionsTable(permissions: readonly GrantedFor[]): string {
  const rows = permissions.map(({ feature, actions, on, why }) => [feature, codeWords(actions), on, why])
  return table(['Feature', 'Actions', 'On', 'Why'], rows)
}

function featuresTable(features: Readonly<Record<string, PermissionFeature>>, document = 'In the policy'): string {
  const rows = Object.entries(features).map(([name, { what, byDefault }]) => [
    `\`${name}\``,
    what,
    byDefault ? `\`--without ${name}\`` : `only \`--with ${name}\``,
  ])
  return table(['Feature', 'It is for', document], rows)
}

function codeWords(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(' ')
}

function seedsTable(): string {
  const seeds = [DEFAULT_SEED, { ...DEFAULT_SEED, ...PLAYGROUND_SEED }]
  const row = (what: string, of: (seed: Required<CloudSeed>) => readonly string[]): string[] => [what, ...seeds.map((seed) => codes(of(seed)))]
  const subnets = (isPublic: boolean) => (seed: Required<CloudSeed>) => seed.subnets.filter((one) => one.isPublic === isPublic).map(({ cidr }) => cidr)
  return table(
    ['', 'By default', 'In the playground'],
    [
      row('Networks of the VPC', ({ cidrs }) => cidrs),
      row('IPv6 networks of the VPC', ({ ipv6Cidrs }) => ipv6Cidrs),
      row('Public subnets (`kubernetes.io/role/elb`), in the zones a, b, c', subnets(true)),
      row('Private subnets (`kubernetes.io/role/internal-elb`), in the zones a, b, c', subnets(false)),
      row('Security group of the nodes', ({ cluster }) => [`${cluster}-node`]),
      row('Prefix lists', ({ prefixLists }) => prefixLists.map(({ name }) => name)),
      row('Certificates', ({ certificates }) => certificates),
      ['Elastic addresses', ...seeds.map(({ addresses }) => String(addresses))],
      ['Instances', 'none; they are added', 'one for each node'],
    ],
  )
}

function azureSeedsTable(): string {
  const { cluster, resourceGroups, cidrs, subnets, prefixes, addresses, serviceTags } = AZURE_SEED
  return table(
    ['', 'By default'],
    [
      ['Resource groups', codes([cluster, ...resourceGroups])],
      ['Networks of the virtual network', codes(cidrs)],
      ['Subnets', subnets.map(({ name, cidr, ipv6Cidr }) => `\`${name}\`: ${codes([cidr, ...(ipv6Cidr === undefined ? [] : [ipv6Cidr])])}`).join('; ')],
      ['Virtual network, and the security group of the nodes', codes([`${cluster}-vnet`, `${cluster}-nsg`])],
      ['Public addresses that nothing uses', codes(Array.from({ length: addresses }, (_, index) => `reserved-${index + 1}`))],
      ['Prefixes of public addresses', codes(prefixes)],
      ['Service tags with networks', codes(Object.keys(serviceTags))],
      ['Machines', 'none; they are added'],
    ],
  )
}

/** What each delay is about. */
const AZURE_DELAY_TEXTS: Readonly<Record<Exclude<keyof AzureDelays, 'compute'>, string>> = {
  address: 'a write of a public address',
  prefix: 'a write of a prefix',
  securityGroup: 'a write of a security group or of one of its rules',
  network: 'a write of a virtual network or a subnet',
  loadBalancer: 'a write of a load balancer with members, or of a pool',
  networkInterface: 'a write of an interface that belongs to a machine',
  privateLinkService: 'a write of a private link service',
  deletion: 'a deletion',
  listing: 'until a new resource is in lists',
  propagation: 'until a new resource is known to a GET',
  registration: 'from a membership in a pool until the first verdict',
  healthChange: "from a change of a member's answer until the verdict changes",
}

function azureDelaysTable(): string {
  return delaysTable(AZURE_DELAY_TEXTS, AZURE_DELAYS, "the probe's interval times its threshold")
}

/** `otherwise`: where nothing is set. */
function delaysTable<Name extends string>(
  texts: Readonly<Record<Name, string>>,
  delays: Readonly<Partial<Record<Name, number | undefined>>>,
  otherwise: string,
): string {
  const rows = (Object.entries(texts) as [Name, string][]).map(([name, what]) => {
    const ms = delays[name]
    return [`\`${name}\``, what, ms === undefined ? otherwise : `${ms / 1000} s`]
  })
  return table(['Delay', 'How long it takes', 'By default'], rows)
}

function gcpSeedsTable(): string {
  const seeds = [GCP_SEED, { ...GCP_SEED, ...GCP_PLAYGROUND_SEED }]
  const row = (what: string, of: (seed: typeof GCP_SEED) => string): string[] => [what, ...seeds.map(of)]
  const ranges = ({ cidr, ipv6, secondary = {} }: (typeof GCP_SEED.subnetworks)[number]): readonly string[] => [
    cidr,
    ...(ipv6 === undefined ? [] : [ipv6.prefix]),
    ...Object.values(secondary),
  ]
  return table(
    ['', 'By default', 'In the playground'],
    [
      ['Project, region', codes(['fairlead', 'us-central1']), codes(['playground', 'us-central1'])],
      row('Network', ({ cluster }) => codes([cluster])),
      row('Subnetworks', ({ subnetworks }) => subnetworks.map((one) => `\`${one.name}\`: ${codes(ranges(one))}`).join('; ')),
      row('Addresses that nothing uses', ({ addresses }) => codes(Array.from({ length: addresses }, (_, index) => `reserved-${index + 1}`))),
      row('Tag of the machines', ({ cluster }) => codes([`${cluster}-node`])),
      ['Machines', 'none; they are added', 'one for each node'],
    ],
  )
}

/** What each delay is about. */
const GCP_DELAY_TEXTS: Readonly<Record<keyof GcpDelays, string>> = {
  address: 'a write of an address',
  forwardingRule: 'a write of a forwarding rule',
  backendService: 'a write of a backend service',
  healthCheck: 'a write of a health check',
  firewall: 'a write of a firewall rule',
  group: 'a write of an instance group or an endpoint group',
  membership: 'a write of the members of one',
  network: 'a write of a network or a subnetwork',
  deletion: 'a deletion',
  listing: 'until a new resource is in lists',
  registration: 'from a membership of a backend until the first verdict',
  healthChange: "from a change of a backend's answer until the verdict changes",
}

function gcpDelaysTable(): string {
  return delaysTable(GCP_DELAY_TEXTS, GCP_DELAYS, "the check's interval times its threshold")
}

function codes(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

function valuesTable(): string {
  const rows = chartValues(readFileSync(at('helm-chart/values.yaml'), 'utf8')).map(({ path, fallback, doc }) => [`\`${path}\``, `\`${fallback}\``, doc])
  return table(['Value', 'Default', 'What it does'], rows)
}

/** The page with each table between its marks, which stand in the page. */
function withTables(path: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce(
    (text, [name, made]) => {
      const [begin, end] = [`<!-- ${name}: made by \`npm run docs\` -->`, `<!-- end of ${name} -->`]
      const [before, rest = ''] = text.split(begin)
      const after = rest.split(end)[1]
      if (after === undefined) throw new Error(`${path} has no place for the table "${name}": ${begin} ... ${end}`)
      return `${before}${begin}\n\n${made}\n\n${end}${after}`
    },
    readFileSync(at(path), 'utf8'),
  )
}

function page(title: string, parts: readonly string[]): string {
  return `${[`# ${title}`, MADE, ...parts].join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function at(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = [...pages()].filter(([path, text]) => !existsSync(at(path)) || readFileSync(at(path), 'utf8') !== text)
  if (process.argv.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is stale; write it with: npm run docs`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else for (const [path, text] of stale) writeFileSync(at(path), text)
}
