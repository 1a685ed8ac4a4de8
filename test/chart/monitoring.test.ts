/** What the chart tells the Prometheus operator: it goes by names of ours, which a change of the program must not leave behind. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { READY_REASONS } from '../../src/model/reason.ts'
import { METRICS } from '../../src/observability/metrics.ts'
import { CHART, type Manifest, noHelm, only, RELEASE, render } from './helm.ts'

const absent = noHelm()
if (absent !== undefined) console.log(`skipped: what the chart tells the Prometheus operator: ${absent}`)

const values = {
  image: { repository: 'registry.example.com/fairlead' },
  providers: ['aws'],
  metrics: { serviceMonitor: { enabled: true, labels: { release: 'prometheus' } }, prometheusRule: { enabled: true, labels: { release: 'prometheus' } } },
}

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

describe.skipIf(absent !== undefined)('what the chart tells the Prometheus operator', () => {
  let manifests: readonly Manifest[]
  let alerts: readonly Alert[]

  beforeAll(async () => {
    manifests = await render(values)
    const { groups } = only(manifests, 'PrometheusRule')['spec'] as { readonly groups: readonly { readonly rules: readonly Alert[] }[] }
    alerts = groups.flatMap(({ rules }) => rules)
  })

  test('the monitor finds the Service and its port', () => {
    const service = only(manifests, 'Service')
    const monitor = only(manifests, 'ServiceMonitor')
    const { selector, endpoints } = monitor['spec'] as {
      readonly selector: { readonly matchLabels: object }
      readonly endpoints: readonly { readonly port: string }[]
    }
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' })
    expect(service.metadata.labels).toMatchObject(selector.matchLabels)
    const { ports } = service['spec'] as { readonly ports: readonly { readonly name: string }[] }
    expect(ports.map(({ name }) => name)).toEqual(endpoints.map(({ port }) => port))
  })

  test('alerts ask for metrics that there are, by labels that they have', () => {
    const given = ['job', 'namespace']
    const wrong = alerts.flatMap(({ alert, expr }) =>
      [...expr.matchAll(/(fairlead_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', matchers = '']) => {
        const labels: readonly string[] | undefined = (METRICS as Readonly<Record<string, { readonly labels: readonly string[] }>>)[name]?.labels
        const asked = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label)
        return labels === undefined
          ? [`${alert}: ${name}`]
          : asked.filter((label) => ![...given, ...labels].includes(label)).map((label) => `${alert}: ${name}{${label}}`)
      }),
    )
    expect(wrong).toEqual([])
    expect(alerts.filter(({ expr }) => !expr.includes(`job="${RELEASE.name}-metrics",namespace="${RELEASE.namespace}"`))).toEqual([])
  })

  test('and by reasons that are reported', () => {
    const reasons = alerts.flatMap(({ expr }) => /reason!~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [])
    expect(reasons).not.toEqual([])
    expect(reasons.filter((reason) => !Object.hasOwn(READY_REASONS, reason))).toEqual([])
  })

  test('a policy file that cannot be used is alerted on', () => {
    const expr = `min(fairlead_policy_file_valid{job="${RELEASE.name}-metrics",namespace="${RELEASE.namespace}"}) == 0`
    expect(alerts.find(({ alert }) => alert === 'FairleadPolicyFileInvalid')?.expr).toBe(expr)
  })

  test('a pool that is nearly full is alerted on, by its name', () => {
    const ours = `{job="${RELEASE.name}-metrics",namespace="${RELEASE.namespace}"}`
    const of = (metric: string): string => `max by (provider, pool, family) (${metric}${ours})`
    const expr = `${of('fairlead_pool_addresses_used')} / ${of('fairlead_pool_addresses')} > 0.9`
    expect(alerts.find(({ alert }) => alert === 'FairleadAddressPoolNearlyFull')?.expr).toBe(expr)
  })

  test('the dashboard is in a ConfigMap that the sidecar of Grafana finds, to the byte', async () => {
    const grafanaDashboard = { enabled: true, namespace: 'monitoring', labels: { team: 'network' }, annotations: { grafana_folder: 'Network' } }
    const made = await render({ ...values, metrics: { grafanaDashboard } })
    const { metadata, data } = made.find(({ metadata: { name } }) => name === 'fairlead-grafana-dashboard') as Manifest & { readonly data: object }
    expect(metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { grafana_dashboard: '1', team: 'network' },
      annotations: { grafana_folder: 'Network' },
    })
    expect(data).toEqual({ 'fairlead.json': readFileSync(join(CHART, 'dashboards/fairlead.json'), 'utf8') })
  })

  test('what only Prometheus can fill in is left for it', () => {
    expect(alerts.find(({ alert }) => alert === 'FairleadOrphans')?.annotations.summary).toBe(
      '{{ $value }} owners hold something in {{ $labels.provider }} and have no Service.',
    )
  })
})
