/**
 * A question to Prometheus as data: its text for Grafana is made from it, and so is the picture in the docs. A metric or a label that is not in the catalogue is
 * an error, at the latest when the docs are made.
 */
import { PROVIDER_METRICS } from '../../providers/index.ts'
import type { MetricTable } from '../../src/model/metric.ts'
import { METRICS, type MetricName } from '../../src/observability/metrics.ts'

/** What Node's process reports of itself, without labels (prom-client's default metrics). */
const OF_THE_PROCESS = [
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  'process_cpu_seconds_total',
  'nodejs_eventloop_lag_p99_seconds',
] as const
export type QueriedMetric = MetricName | (typeof OF_THE_PROCESS)[number]

/** A label to the values that it has, or is not to have. */
export interface Where {
  readonly label: string
  readonly is?: readonly string[]
  readonly isNot?: readonly string[]
}

export interface Selection {
  readonly metric: QueriedMetric
  readonly where?: readonly Where[]
}

export type Query =
  | (Selection & {
      /** `rate`: a second. `increase`: in the last hour. */
      readonly kind: 'value' | 'rate' | 'increase'
      readonly over: 'sum' | 'max' | 'min'
      /** Labels; `pod` is the copy. */
      readonly by: readonly string[]
    })
  | (Selection & { readonly kind: 'quantile'; readonly quantile: number; readonly by: readonly string[] })
  | { readonly kind: 'ratio'; readonly part: Selection; readonly whole: Selection; readonly by: readonly string[] }

/** Of the catalogue; undefined for a metric of the process. Throws for a name that is in neither. */
export function labelsOf(metric: string): readonly string[] {
  const found = ({ ...METRICS, ...PROVIDER_METRICS } as MetricTable)[metric]
  if (found !== undefined) return found.labels
  if ((OF_THE_PROCESS as readonly string[]).includes(metric)) return []
  throw new Error(`the dashboard asks for ${metric}, which is not in the catalogue of metrics`)
}

/** What Prometheus adds to each. */
const ADDED = ['job', 'namespace', 'pod']

/** As Grafana sends it, with the dashboard's variables. */
export function promQl(query: Query): string {
  switch (query.kind) {
    case 'value':
      return `${query.over}${by(query, query.by)}(${selector(query)})`
    case 'rate':
      return `${query.over}${by(query, query.by)}(rate(${selector(query)}[$__rate_interval]))`
    case 'increase':
      return `${query.over}${by(query, query.by)}(increase(${selector(query)}[1h]))`
    case 'quantile':
      return `histogram_quantile(${query.quantile}, sum by (${['le', ...checked(query, query.by)].join(', ')}) (rate(${selector(query, '_bucket')}[$__rate_interval])))`
    case 'ratio':
      return `max${by(query.part, query.by)}(${selector(query.part)}) / max${by(query.whole, query.by)}(${selector(query.whole)})`
    default:
      return query satisfies never
  }
}

/** What its lines are called in Grafana, which puts a label's value for `{{label}}`; empty: there is one line, which needs no name. */
export function legendOf(query: Query): string {
  if (query.kind === 'quantile') return query.quantile === 0.5 ? 'median' : `${query.quantile * 100} %`
  return query.by.map((label) => `{{${label}}}`).join(' ')
}

function by(selection: Selection, labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` by (${checked(selection, labels).join(', ')}) `
}

function selector({ metric, where = [] }: Selection, suffix = ''): string {
  const asked = where.map(({ label, is, isNot = [] }) => `${checked({ metric }, [label])[0]}${is === undefined ? '!~' : '=~'}"${(is ?? isNot).join('|')}"`)
  const ofProvider = labelsOf(metric).includes('provider') ? ['provider=~"$provider"'] : []
  return `${metric}${suffix}{${['job=~"$job"', 'namespace=~"$namespace"', ...ofProvider, ...asked].join(',')}}`
}

function checked({ metric }: Selection, labels: readonly string[]): readonly string[] {
  const known = [...labelsOf(metric), ...ADDED]
  for (const label of labels) if (!known.includes(label)) throw new Error(`the dashboard asks for ${metric} by ${label}; it has ${known.join(', ')}`)
  return labels
}
