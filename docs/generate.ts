/**
 * Writes the pages that are made from the code: settings, metrics, conditions, annotations, the chart's values, and the table of what each provider can do.
 * `npm run docs` writes them; `npm run docs -- --check` fails and names those that are stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { aws } from '../annotations/aws.ts'
import { annotationsPage, ownTable, refusalsTable, translationsTable } from '../annotations/page.ts'
import { FEATURES as AWS_FEATURES, PERMISSIONS as AWS_PERMISSIONS } from '../providers/aws/permissions.ts'
import { capabilities as awsCapabilities } from '../providers/aws/capabilities.ts'
import { capabilities as localCapabilities } from '../providers/local/capabilities.ts'
import { environmentName, SETTINGS, type Setting } from '../src/config.ts'
import { EVENT_REASONS, GATE_REASONS, READY_REASONS } from '../src/model/reason.ts'
import { METRICS } from '../src/observability/metrics.ts'
import { type Capabilities, FEATURES, type Feature } from '../src/provider/capabilities.ts'
import { chartValues } from './chart-values.ts'

const MADE = '<!-- Made by `npm run docs`; change the code, not this page. -->'

/** Every page that is made, by its path from the top of the project. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/settings.md', settingsPage()],
    ['docs/metrics.md', metricsPage()],
    ['docs/conditions.md', conditionsPage()],
    ['annotations/README.md', annotationsPage()],
    ['README.md', withTables('README.md', { capabilities: capabilitiesTable() })],
    ['providers/aws/README.md', withTables('providers/aws/README.md', { permissions: awsPermissionsTable(), features: awsFeaturesTable() })],
    [MIGRATION, withTables(MIGRATION, { translations: translationsTable(aws), 'own words': ownTable(aws), refusals: refusalsTable(aws) })],
    ['docs/install.md', withTables('docs/install.md', { values: valuesTable() })],
  ])
}

function settingsPage(): string {
  const rows = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => [
    `\`--${name}${setting.argument === undefined ? '' : ` ${setting.argument}`}\``,
    [environmentName(name), ...(setting.environment === undefined ? [] : [setting.environment])].map((variable) => `\`${variable}\``).join(', '),
    setting.fallbackText ?? fallbackText(setting.fallback),
    setting.commands.join(', '),
    setting.doc,
  ])
  return page('Settings', [
    "A flag goes before the environment, that before the settings file (`--config FILE`, YAML with the flags' names as keys), that before the default.",
    table(['Flag', 'Environment', 'Default', 'Commands', 'What it does'], rows),
  ])
}

function fallbackText(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none'
  return `\`${Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { kind, labels, help }]) => [`\`${name}\``, kind, labels.map((label) => `\`${label}\``).join(', '), help])
  return page('Metrics', [
    "Served at `/metrics` of the address that `--http` names, beside Node's own (`process_*`, `nodejs_*`).",
    table(['Name', 'Kind', 'Labels', 'What it says'], rows),
  ])
}

function conditionsPage(): string {
  const rows = (reasons: Readonly<Record<string, string>>): string[][] => Object.entries(reasons).map(([reason, meaning]) => [`\`${reason}\``, meaning])
  return page('Conditions and events', [
    'Every Service in our care carries the condition `fairlead.dev/Ready`, with one of these reasons:',
    table(['Reason', 'Meaning'], rows(READY_REASONS)),
    'Events use the same reasons, and these:',
    table(['Reason', 'Meaning'], rows(EVENT_REASONS)),
    'Pods with a [readiness gate](operations.md#pods-that-wait-for-their-load-balancer) carry its condition, `fairlead.dev/target-health`:',
    table(['Reason', 'Meaning'], rows(GATE_REASONS)),
    "Where a port cannot be served, Kubernetes' own condition `LoadBalancerPortsError` stands beside it and `status.loadBalancer.ingress[].ports[].error` says which.",
    "Wait for a Service with `kubectl wait --for=condition=fairlead.dev/Ready service/NAME`. `kubectl describe service` prints events, not conditions; the condition: `kubectl get service NAME -o jsonpath='{.status.conditions}'`.",
  ])
}

function capabilitiesTable(): string {
  const providers = Object.entries(CAPABILITIES)
  const rows = (Object.keys(FEATURES) as Feature[]).map((feature) => [
    FEATURES[feature],
    ...providers.map(([, capabilities]) => {
      const answer = capabilities[feature]
      return answer.supported ? `yes${answer.note === undefined ? '' : `: ${answer.note}`}` : `no: ${answer.because}`
    }),
  ])
  return table(['A Service can ask for', ...providers.map(([name]) => name)], rows)
}

/** What a user meets who sets nothing. */
const CAPABILITIES: Readonly<Record<string, Capabilities>> = { local: localCapabilities({ reach: 'direct', portOffset: 0 }), aws: awsCapabilities }

const MIGRATION = 'docs/migrate-from-aws-load-balancer-controller.md'

function awsPermissionsTable(): string {
  const rows = AWS_PERMISSIONS.map(({ feature, actions, on, why }) => [feature, actions.map((action) => `\`${action}\``).join(' '), on, why])
  return table(['Feature', 'Actions', 'On', 'Why'], rows)
}

function awsFeaturesTable(): string {
  const rows = Object.entries(AWS_FEATURES).map(([name, { what, byDefault }]) => [
    `\`${name}\``,
    what,
    byDefault ? `\`--without ${name}\`` : `only \`--with ${name}\``,
  ])
  return table(['Feature', 'It is for', 'In the policy'], rows)
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
