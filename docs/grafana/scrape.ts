/** What `/metrics` answered at one moment, and the values of queries over several such moments: as Prometheus would answer them, for the picture in the docs. */
import type { Query, Selection } from './query.ts'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Scrape {
  /** Seconds. */
  readonly at: number
  readonly samples: readonly Sample[]
}

export interface Series {
  /** By what it was grouped. */
  readonly labels: Readonly<Record<string, string>>
  /** One for each scrape; NaN where there is none. */
  readonly values: readonly number[]
}

/** `added`: labels that the scrape adds, like `pod`. */
export function samplesOf(text: string, added: Readonly<Record<string, string>>): readonly Sample[] {
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: { ...added, ...Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', content = '']) => [label, content])) },
    value: Number(value),
  }))
}

/** Seconds back that a rate looks. */
const RATE_S = 60

export function evaluate(query: Query, scrapes: readonly Scrape[]): readonly Series[] {
  switch (query.kind) {
    case 'value':
      return grouped(scrapes, query.by, (scrape) => chosen(scrape, query), over(query.over))
    case 'rate':
      return grouped(scrapes, query.by, (_, i) => rates(scrapes, i, query, RATE_S), over(query.over))
    case 'increase':
      return grouped(scrapes, query.by, (_, i) => rates(scrapes, i, query, 3600).map((sample) => ({ ...sample, value: sample.value * 3600 })), over(query.over))
    case 'quantile':
      return grouped(
        scrapes,
        query.by,
        (_, i) => rates(scrapes, i, query, RATE_S, '_bucket'),
        (samples) => quantileOf(query.quantile, samples),
      )
    case 'ratio':
      return grouped(
        scrapes,
        query.by,
        (scrape) => [...chosen(scrape, query.part), ...chosen(scrape, query.whole)],
        (samples) => {
          const most = ({ metric }: Selection): number => Math.max(...samples.filter(({ name }) => name === metric).map(({ value }) => value))
          return most(query.part) / most(query.whole)
        },
      )
    default:
      return query satisfies never
  }
}

function over(name: 'sum' | 'max' | 'min'): (samples: readonly Sample[]) => number {
  return (samples) => {
    const values = samples.map(({ value }) => value)
    return name === 'sum' ? values.reduce((a, b) => a + b, 0) : Math[name](...values)
  }
}

function grouped(
  scrapes: readonly Scrape[],
  by: readonly string[],
  select: (scrape: Scrape, index: number) => readonly Sample[],
  combine: (samples: readonly Sample[]) => number,
): readonly Series[] {
  const keyOf = ({ labels }: Sample): string => JSON.stringify(by.map((label) => labels[label] ?? ''))
  const moments = scrapes.map((scrape, i) => Map.groupBy(select(scrape, i), keyOf))
  const keys = new Set(moments.flatMap((moment) => [...moment.keys()]))
  return [...keys].toSorted().map((key) => {
    const texts = JSON.parse(key) as readonly string[]
    const values = moments.map((moment) => {
      const samples = moment.get(key)
      return samples === undefined ? NaN : combine(samples)
    })
    return { labels: Object.fromEntries(by.map((label, i) => [label, texts[i] ?? ''])), values }
  })
}

function chosen({ samples }: Scrape, { metric, where = [] }: Selection, suffix = ''): readonly Sample[] {
  return samples.filter(
    ({ name, labels }) =>
      name === `${metric}${suffix}` &&
      where.every(({ label, is, isNot = [] }) => (is === undefined ? !isNot.includes(labels[label] ?? '') : is.includes(labels[label] ?? ''))),
  )
}

/** A second, since the first scrape of the last `seconds`; none at the first scrape. A series that began meanwhile began at 0. */
function rates(scrapes: readonly Scrape[], index: number, selection: Selection, seconds: number, suffix = ''): readonly Sample[] {
  const now = scrapes[index]
  const before = scrapes.find(({ at }) => now !== undefined && at >= now.at - seconds)
  if (now === undefined || before === undefined || before === now) return []
  const keyOf = ({ labels }: Sample): string => JSON.stringify(labels)
  const known = new Map(chosen(before, selection, suffix).map((sample) => [keyOf(sample), sample.value]))
  return chosen(now, selection, suffix).map((sample) => ({
    ...sample,
    value: Math.max(0, sample.value - (known.get(keyOf(sample)) ?? 0)) / (now.at - before.at),
  }))
}

/** As `histogram_quantile`: in a straight line within the bucket. */
function quantileOf(quantile: number, samples: readonly Sample[]): number {
  const byEdge = Map.groupBy(samples, ({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')))
  const buckets = [...byEdge].map(([edge, found]) => ({ edge, count: found.reduce((sum, { value }) => sum + value, 0) })).toSorted((a, b) => a.edge - b.edge)
  const total = buckets.at(-1)?.count ?? 0
  if (total === 0) return NaN
  const index = buckets.findIndex(({ count }) => count >= quantile * total)
  const [lower, found] = [buckets[index - 1] ?? { edge: 0, count: 0 }, buckets[index]]
  if (found === undefined || found.edge === Infinity) return lower.edge
  return lower.edge + ((found.edge - lower.edge) * (quantile * total - lower.count)) / (found.count - lower.count)
}
