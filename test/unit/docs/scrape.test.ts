/** The picture of the dashboard is as right as these answers. */
import { expect, test } from 'vitest'
import type { Query } from '../../../docs/grafana/query.ts'
import { evaluate, samplesOf, type Scrape } from '../../../docs/grafana/scrape.ts'

const scrape = (at: number, text: string): Scrape => ({ at, samples: samplesOf(text, { pod: 'a' }) })
const services = (ready: number, invalid: number): string =>
  `# HELP fairlead_services Text.\nfairlead_services{provider="aws",reason="Ready"} ${ready}\nfairlead_services{provider="aws",reason="Invalid"} ${invalid}\n`

test('samples are read with their labels, and those that the scrape adds', () => {
  expect(samplesOf('# TYPE a gauge\na{b="c\\"d",e=""} 1.5\nf_total 2e3\n', { pod: 'p' })).toEqual([
    { name: 'a', labels: { pod: 'p', b: 'c\\"d', e: '' }, value: 1.5 },
    { name: 'f_total', labels: { pod: 'p' }, value: 2000 },
  ])
})

test.each<[string, Query, readonly Scrape[], object]>([
  [
    'a sum of some, where there is none yet',
    { kind: 'value', over: 'sum', by: ['provider'], metric: 'fairlead_services', where: [{ label: 'reason', isNot: ['Ready'] }] },
    [scrape(0, ''), scrape(5, services(3, 1))],
    [{ labels: { provider: 'aws' }, values: [NaN, 1] }],
  ],
  [
    'a rate a second, of a counter that began meanwhile',
    { kind: 'rate', over: 'sum', by: ['what'], metric: 'fairlead_kubernetes_writes_total' },
    [scrape(0, ''), scrape(10, 'fairlead_kubernetes_writes_total{what="lease",result="ok"} 5\n')],
    [{ labels: { what: 'lease' }, values: [NaN, 0.5] }],
  ],
  [
    'a quantile, in a straight line within its bucket',
    { kind: 'quantile', quantile: 0.5, by: [], metric: 'fairlead_reconcile_seconds' },
    [
      scrape(0, 'fairlead_reconcile_seconds_bucket{le="1"} 0\nfairlead_reconcile_seconds_bucket{le="5"} 0\nfairlead_reconcile_seconds_bucket{le="+Inf"} 0\n'),
      scrape(8, 'fairlead_reconcile_seconds_bucket{le="1"} 4\nfairlead_reconcile_seconds_bucket{le="5"} 8\nfairlead_reconcile_seconds_bucket{le="+Inf"} 10\n'),
    ],
    [{ labels: {}, values: [NaN, 2] }],
  ],
  [
    'a part of a whole',
    { kind: 'ratio', by: ['pool'], part: { metric: 'fairlead_pool_addresses_used' }, whole: { metric: 'fairlead_pool_addresses' } },
    [scrape(0, 'fairlead_pool_addresses_used{pool="edge"} 7\nfairlead_pool_addresses{pool="edge"} 14\n')],
    [{ labels: { pool: 'edge' }, values: [0.5] }],
  ],
])('%s', (_, query, scrapes, answer) => {
  expect(evaluate(query, scrapes)).toEqual(answer)
})
