/** The page that lists the neutral vocabulary, made from the definitions. */
import type { AnnotationSet, Definition } from './define.ts'
import { neutral } from './neutral.ts'

/** Markdown. `npm run docs` writes it to annotations/README.md. */
export function annotationsPage(): string {
  return `# Annotations

<!-- Generated from the definitions in this folder by \`npm run docs\`. -->

What a Service asks for beyond its spec. The keys mean the same with every provider; what a provider cannot do is refused at once, with the reason, in the
condition \`fairlead.dev/Ready\` and an event. A malformed value, and a key under \`fairlead.dev/\` that is not in this table, is a problem too: settings then
stay as they are, and backends follow.

Keys marked _per port_ also exist for one port: \`KEY.53\`, and \`KEY.53-udp\` where both protocols have that number. The narrower wins.

${tableOf(neutral)}

Durations are written like \`10s\`, \`1m30s\` or \`500ms\`. Lists are separated by commas.

## Each key

${Object.values(neutral.definitions)
  .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  .map(section)
  .join('\n\n')}
`
}

function tableOf({ definitions }: AnnotationSet<unknown>): string {
  const rows = Object.values(definitions).map(({ key, value, default: otherwise, perPort }) => [
    `\`${key}\`${perPort === undefined ? '' : ' (per port)'}`,
    value.allowed,
    otherwise,
  ])
  const head = ['Key', 'Value', 'Default']
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
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
  return `### \`${key}\`\n\n${doc}\n\n\`\`\`yaml\n${key}: '${example}'\n\`\`\`\n\n${lines.join('\n')}`
}
