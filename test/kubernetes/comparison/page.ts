/** The page that tells how near the emulator is to a real API server; made from the cases and the known differences. */
import { GROUPS } from './cases/index.ts'
import { KNOWN } from './differences.ts'

export const PAGE = new URL('../../../docs/emulator-differences.md', import.meta.url)
export const COMMAND = 'npm exec -- node test/kubernetes/comparison/write-page.ts'

export function renderPage(): string {
  const groups = Object.entries(GROUPS).map(([name, cases]) => [name, String(cases.length), String(cases.reduce((sum, { steps }) => sum + steps.length, 0))])
  const known = KNOWN.map(
    ({ what, because, cases }) => `- ${what} ${because}${cases === undefined ? '' : ` (Seen in: ${cases.map((name) => `*${name}*`).join(', ')}.)`}`,
  )
  return [
    '# The emulated Kubernetes API beside a real one',
    '',
    `<!-- Made by \`${COMMAND}\`; edit test/kubernetes/comparison/differences.ts instead. -->`,
    '',
    'The emulator of the Kubernetes API is kept honest by one table of requests (`test/kubernetes/comparison/cases`) that is sent to it and to a real',
    '`kube-apiserver`; the answers are compared field by field, status codes, warnings and messages included. What two servers must choose for themselves (uids,',
    'versions, times, allocated addresses and ports) is compared by its pattern. The comparison runs with the other tests when `KUBEBUILDER_ASSETS` names a folder',
    'with `kube-apiserver` and `etcd`.',
    '',
    ...renderTable([['Requests about', 'Cases', 'Requests'], ...groups]),
    '',
    '## What differs, and stays so',
    '',
    ...known,
    '',
    '## What is not there at all',
    '',
    '- Kinds beyond those of the table of resources (`kubectl api-resources`), custom resources, aggregated API servers.',
    '- Authorization: who is known may do everything.',
    '- Admission beyond the rules of namespaces, and of nodes and pods as a plain cluster has them: no quotas, limits, webhooks or policies.',
    '- Attach and proxy of pods, and SPDY: `kubectl exec` works from version 1.31 on, over a WebSocket. `kubectl port-forward` does not, which tunnels SPDY through its WebSocket; ports are forwarded in `v4.channel.k8s.io` alone, which the official JavaScript client speaks.',
    '',
  ].join('\n')
}

/** With columns of one width, as the formatter wants them. */
function renderTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head = '', ...rest] = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest]
}
