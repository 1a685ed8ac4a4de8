/** One thing that is counted. A table of them makes the registry and the docs page. */
export interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
}

/** By Prometheus' names. */
export type MetricTable = Readonly<Record<string, Metric>>

export type Labels = Readonly<Record<string, string>>
