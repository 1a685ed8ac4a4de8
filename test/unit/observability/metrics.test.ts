import { expect, test } from 'vitest'
import { PROVIDER_METRICS } from '../../../providers/index.ts'
import { createMetrics, type MetricName, METRICS } from '../../../src/observability/metrics.ts'

/** The lines of one metric, without its help. */
async function linesOf(metrics: ReturnType<typeof createMetrics>, name: MetricName): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(name))
}

test('every metric of the table is there from the start, with its help and kind', async () => {
  const text = await createMetrics(PROVIDER_METRICS).text()
  for (const [name, { kind, help }] of Object.entries({ ...METRICS, ...PROVIDER_METRICS })) {
    expect(text).toContain(`# HELP ${name} ${help}\n`)
    expect(text).toContain(`# TYPE ${name} ${kind}\n`)
  }
  expect(text).toMatch(/^process_cpu_seconds_total/m)
})

test('counters add up by their labels', async () => {
  const metrics = createMetrics()
  metrics.count('fairlead_kubernetes_writes_total', { what: 'service', result: 'ok' })
  metrics.count('fairlead_kubernetes_writes_total', { what: 'service', result: 'ok' }, 2)
  metrics.count('fairlead_kubernetes_writes_total', { what: 'lease', result: '409' })
  expect(await linesOf(metrics, 'fairlead_kubernetes_writes_total')).toEqual([
    'fairlead_kubernetes_writes_total{what="service",result="ok"} 3',
    'fairlead_kubernetes_writes_total{what="lease",result="409"} 1',
  ])
})

test('a provider counts under its own names', async () => {
  const metrics = createMetrics({ fairlead_own_total: { kind: 'counter', help: 'Of a provider.', labels: ['cause'] } })
  metrics.countForProvider('fairlead_own_total', { cause: 'limit' })
  metrics.countForProvider('fairlead_own_total', { cause: 'limit' })
  expect(await metrics.text()).toContain('fairlead_own_total{cause="limit"} 2\n')
})

test('gauges say what was set last', async () => {
  const metrics = createMetrics()
  metrics.set('fairlead_leader', 1)
  metrics.set('fairlead_leader', 0)
  expect(await linesOf(metrics, 'fairlead_leader')).toEqual(['fairlead_leader 0'])
})

test('histograms sort seconds into buckets, the last of which holds all', async () => {
  const metrics = createMetrics()
  for (const seconds of [0.002, 0.3, 400]) metrics.observe('fairlead_reconcile_seconds', seconds, { provider: 'local', result: 'done' })
  const lines = await linesOf(metrics, 'fairlead_reconcile_seconds')
  const bucket = (least: string): string | undefined =>
    lines
      .find((line) => line.includes(`le="${least}"`))
      ?.split(' ')
      .at(-1)
  expect(['0.001', '0.005', '0.5', '300', '+Inf'].map(bucket)).toEqual(['0', '1', '2', '2', '3'])
  expect(lines.find((line) => line.startsWith('fairlead_reconcile_seconds_count'))).toMatch(/ 3$/)
})

test('what is set in one registry is not seen in another', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.set('fairlead_leader', 1)
  expect(await linesOf(other, 'fairlead_leader')).not.toContain('fairlead_leader 1')
})
