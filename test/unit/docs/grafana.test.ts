import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROWS } from '../../../docs/grafana/panels.ts'
import { promQl, type Query } from '../../../docs/grafana/query.ts'
import { READY_REASONS } from '../../../src/model/reason.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
}

const dashboard = JSON.parse(readFileSync(join(import.meta.dirname, '../../../helm-chart/dashboards/fairlead.json'), 'utf8')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly [field: string]: unknown
}
const targets = dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ title: panel.title, ...target })))

describe('the dashboard for Grafana', () => {
  test('has what Grafana asks of one', () => {
    expect(dashboard).toMatchObject({ uid: 'fairlead', title: 'Fairlead', schemaVersion: 39, time: { from: 'now-3h', to: 'now' } })
    expect(dashboard).not.toHaveProperty('id')
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    expect(dashboard.panels.filter(({ type }) => type !== 'row').map(({ title }) => title)).toEqual(
      ROWS.flatMap(({ panels }) => panels.map(({ title }) => title)),
    )
  })

  test('lays its panels out side by side, and none over another', () => {
    const cells = dashboard.panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => ({ title, cell: `${x + (i % w)} ${y + Math.floor(i / w)}` })),
    )
    expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
    expect([...Map.groupBy(cells, ({ cell }) => cell).values()].filter(({ length }) => length > 1)).toEqual([])
  })

  test('asks by the variables that it has', () => {
    const names = new Set(['__rate_interval', ...dashboard.templating.list.map(({ name }) => name)])
    const used = new Set([...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name))
    expect([...used].filter((name) => !names.has(name) && name !== '__all')).toEqual([])
  })

  test('asks in whole expressions, and names lines by labels that they are grouped by', () => {
    const odd = targets.filter(({ expr }) => ['()', '{}', '[]'].some(([open = '', close = '']) => expr.split(open).length !== expr.split(close).length))
    expect(odd).toEqual([])
    const lost = targets.flatMap(({ title, expr, legendFormat }) => {
      const grouped = new Set([...expr.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', ')))
      return [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, label = '']) => (grouped.has(label) ? [] : [`${title}: ${label}`]))
    })
    expect(lost).toEqual([])
  })

  test('knows every reason of a Service that is named in it', () => {
    const named = targets.flatMap(({ expr }) => [...expr.matchAll(/reason[!=]~"([^"]+)"/g)].flatMap(([, reasons = '']) => reasons.split('|')))
    expect(named).not.toEqual([])
    expect(named.filter((reason) => !Object.hasOwn(READY_REASONS, reason))).toEqual([])
  })
})

describe('a question to Prometheus', () => {
  test.each<[string, Query, string]>([
    [
      'a sum of some',
      { kind: 'value', over: 'sum', by: ['reason'], metric: 'fairlead_services', where: [{ label: 'reason', isNot: ['Ready', 'Paused'] }] },
      'sum by (reason) (fairlead_services{job=~"$job",namespace=~"$namespace",provider=~"$provider",reason!~"Ready|Paused"})',
    ],
    [
      'a rate',
      { kind: 'rate', over: 'sum', by: [], metric: 'process_cpu_seconds_total' },
      'sum(rate(process_cpu_seconds_total{job=~"$job",namespace=~"$namespace"}[$__rate_interval]))',
    ],
    [
      'a quantile',
      { kind: 'quantile', quantile: 0.5, by: ['provider'], metric: 'fairlead_reconcile_seconds' },
      'histogram_quantile(0.5, sum by (le, provider) (rate(fairlead_reconcile_seconds_bucket{job=~"$job",namespace=~"$namespace",provider=~"$provider"}[$__rate_interval])))',
    ],
  ])('is written for Grafana: %s', (_, query, text) => {
    expect(promQl(query)).toBe(text)
  })

  test('about a label that the metric does not have is an error', () => {
    expect(() => promQl({ kind: 'value', over: 'sum', by: ['kind'], metric: 'fairlead_orphans' })).toThrow('the dashboard asks for fairlead_orphans by kind')
  })

  test('about a metric that there is not is an error', () => {
    expect(() => promQl({ kind: 'value', over: 'sum', by: [], metric: 'fairlead_gone' as 'fairlead_leader' })).toThrow('which is not in the catalogue')
  })
})
