/** The page that lists all annotations, made from the definitions. */
import { aws } from './aws.ts'
import { azure } from './azure.ts'
import type { AnnotationSet, Definition, Refusal, Translation } from './define.ts'
import { gcp } from './gcp.ts'
import { local } from './local.ts'
import type { PortForm } from './key-index.ts'
import { neutral, PREFIX } from './neutral.ts'

/** Markdown. `npm run docs` writes it to annotations/README.md. */
// oxlint-disable-next-line max-lines-per-function -- the text of a page
export function annotationsPage(): string {
  return `# Annotations

<!-- Generated from the definitions in this folder by \`npm run docs\`. -->

What a Service asks for beyond its spec. The keys mean the same with every provider; what a provider cannot do is refused at once, with the reason, in the
condition \`fairlead.dev/Ready\` and an event. A malformed value, and a key under \`fairlead.dev/\` that is not in this table, is a problem too: settings then
stay as they are, and backends follow.

Keys marked _per port_ also exist for one port: \`KEY.53\`, and \`KEY.53-udp\` where both protocols have that number. The narrower wins.

${summary(neutral)}

Durations are written like \`10s\`, \`1m30s\` or \`500ms\`. Lists are separated by commas.

## Each key

${sections(neutral, '###')}

## Other controllers' annotations

A provider understands what the controllers before it read, so that a Service can move as it is; [\`fairlead translate\`](../docs/getting-started.md#the-fairlead-command) writes it in other keys: [translate](../docs/translate.md). Their key and ours for one thing: ours counts, with a note. An empty value says nothing.

### AWS

Read by the provider \`aws\`: what aws-load-balancer-controller and cloud-provider-aws read for Network Load Balancers. Where those two disagree, the former's meaning holds. A key
under \`service.beta.kubernetes.io/aws-load-balancer-\` that is in none of these tables is a problem. How to move: [from aws-load-balancer-controller](../docs/migrate-from-aws-load-balancer-controller.md).

#### Said in our words

${translationsTable(aws)}

#### Cannot be honoured

${refusalsTable(aws)}

#### No effect, with a note

${ignoredTable(aws)}

#### In AWS' own words

${sections(aws, '#####')}

### Azure

Read by the provider \`azure\`: what cloud-provider-azure reads where backends are given by the addresses of nodes. A key under \`service.beta.kubernetes.io/azure-\` or
\`service.beta.kubernetes.io/port_\` that is in none of these tables is a problem. How to move: [from cloud-provider-azure](../docs/migrate-from-cloud-provider-azure.md).

#### Translated annotations of Azure

${translationsTable(azure)}

#### What Azure cannot honour

${refusalsTable(azure)}

#### No effect on Azure, with a note

${ignoredTable(azure)}

#### In Azure's own words

${sections(azure, '#####')}

### Google Cloud

Read by the provider \`gcp\`: what ingress-gce and cloud-provider-gcp read for passthrough load balancers. A key that is in none of these tables is a problem where it begins with
${gcp.prefixes.map((prefix) => `\`${prefix}\``).join(', ')}; other keys of GKE are not read. How to move: [from GKE's own controllers](../docs/migrate-from-gke.md).

#### Translated annotations of Google Cloud

${translationsTable(gcp)}

#### What Google Cloud cannot honour

${refusalsTable(gcp)}

#### No effect on Google Cloud, with a note

${ignoredTable(gcp)}

#### In Google Cloud's own words

${sections(gcp, '#####')}

### On this machine

Read by the provider \`local\`: what MetalLB reads of a Service. Other keys of MetalLB are not read.

${translationsTable(local)}
`
}

function sections({ definitions }: AnnotationSet<unknown>, level: string): string {
  return Object.values(definitions)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((definition) => `${level} ${section(definition)}`)
    .join('\n\n')
}

/** What becomes of each key of another controller: its value, the keys of ours, remarks. */
export function translationsTable({ translations }: AnnotationSet<unknown>): string {
  const row = ({ key, example, allowed, words, doc }: Translation) => [
    `\`${key}: "${example}"\``,
    allowed,
    words.length === 0 ? 'nothing to say' : words.map((word) => `\`${PREFIX}${word}\``).join(', '),
    doc,
  ]
  return tableOf(['Theirs', 'Value', 'Ours', 'Remarks'], translations.map(row))
}

/** The keys that stay as they are. */
export function ownTable({ definitions }: AnnotationSet<unknown>): string {
  return tableOf(
    ['Key', 'Value', 'Default', 'Remarks'],
    Object.values(definitions).map(({ key, perPort, value, default: otherwise, doc }) => [`\`${formOf(key, perPort)}\``, value.allowed, otherwise, doc]),
  )
}

/** The keys that are problems here. */
export function refusalsTable({ refusals }: AnnotationSet<unknown>): string {
  return refusalRows(refusals.filter(({ isHarmless }) => isHarmless !== true))
}

/** The keys that are left out with a note. */
export function ignoredTable({ refusals }: AnnotationSet<unknown>): string {
  return refusalRows(refusals.filter(({ isHarmless }) => isHarmless === true))
}

function refusalRows(refusals: readonly Refusal[]): string {
  const row = ({ key, perPort, because, remedy = '' }: Refusal) => [`\`${typeof perPort === 'string' ? perPort : key}\``, because, remedy]
  return tableOf(['Theirs', 'Why not', 'Instead'], refusals.map(row))
}

function formOf(key: string, perPort: PortForm | undefined): string {
  return perPort === undefined ? key : perPort === true ? `${key}[.PORT]` : perPort
}

function summary({ definitions }: AnnotationSet<unknown>): string {
  const rows = Object.values(definitions).map(({ key, value, default: otherwise, perPort }) => [
    `\`${key}\`${perPort === undefined ? '' : ' (per port)'}`,
    value.allowed,
    otherwise,
  ])
  return tableOf(['Key', 'Value', 'Default'], rows)
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function section({ key, doc, value, example, default: otherwise, perPort, aliases = [], deprecated, feature }: Definition<unknown>): string {
  const lines = [
    `- Value: ${value.allowed}.`,
    `- Default: ${otherwise}.`,
    ...(perPort === undefined ? [] : [`- Per port: \`${perPort === true ? `${key}.PORT` : perPort}\`.`]),
    ...(aliases.length === 0 ? [] : [`- Also read: ${aliases.map((alias) => `\`${alias.key}\``).join(', ')}; this key wins.`]),
    ...(deprecated === undefined ? [] : [`- Deprecated: ${deprecated}`]),
    ...(feature === undefined ? [] : [`- Needs the capability \`${feature}\`.`]),
  ]
  return `\`${key}\`\n\n${doc}\n\n\`\`\`yaml\n${key}: '${example}'\n\`\`\`\n\n${lines.join('\n')}`
}
