/** What is counted, under Prometheus' names. One table makes the registry and the docs page. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Labels, Metric, MetricTable } from '../model/metric.ts'

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300]

export const METRICS = {
  fairlead_cloud_calls_total: { kind: 'counter', help: 'Calls to a cloud, by what came of them.', labels: ['provider', 'operation', 'mode', 'result'] },
  fairlead_cloud_call_seconds: { kind: 'histogram', help: 'How long calls to a cloud took.', labels: ['provider', 'operation'] },
  fairlead_reconcile_seconds: { kind: 'histogram', help: 'How long a turn of a Stack took.', labels: ['provider', 'result'] },
  fairlead_queue_depth: { kind: 'gauge', help: 'Stacks that wait for their turn.', labels: ['provider'] },
  fairlead_services: { kind: 'gauge', help: 'Services that Fairlead manages, by the reason of their condition.', labels: ['provider', 'reason'] },
  fairlead_oldest_unready_service_seconds: {
    kind: 'gauge',
    help: 'How long the Service that has been not Ready for longest has been so, other than by request (Paused, PlanOnly, Protected); 0: every Service is Ready.',
    labels: ['provider'],
  },
  fairlead_orphans: {
    kind: 'gauge',
    help: 'Load balancers, or parts of shared ones, whose Service does not exist. It stays up until they are deleted.',
    labels: ['provider'],
  },
  fairlead_targets: {
    kind: 'gauge',
    help: 'Targets behind listeners, by what the health checks said when they were last asked; local: at this moment. In a cloud they are asked only while a pod waits by a readiness gate.',
    labels: ['provider', 'state'],
  },
  fairlead_cloud_operations: {
    kind: 'gauge',
    help: 'Operations that a cloud has begun and not finished, by what they change: Fairlead asks again until they have ended.',
    labels: ['provider', 'kind'],
  },
  fairlead_call_tokens: {
    kind: 'gauge',
    help: 'Calls that may be made at once before they have to wait for the rate limit, by the limit that they count against; below 1: the next one waits.',
    labels: ['provider', 'family'],
  },
  fairlead_calls_waiting: { kind: 'gauge', help: 'Calls that wait for the rate limit.', labels: ['provider', 'family'] },
  fairlead_pool_addresses: {
    kind: 'gauge',
    help: 'Addresses of a pool that Services get without asking for one, used or free.',
    labels: ['provider', 'pool', 'family'],
  },
  fairlead_pool_addresses_used: {
    kind: 'gauge',
    help: 'Addresses of a pool that Services have, those that are served a little longer after a change included.',
    labels: ['provider', 'pool', 'family'],
  },
  fairlead_drift_repaired_total: { kind: 'counter', help: 'Steps that corrected changes made outside Fairlead.', labels: ['provider'] },
  fairlead_kubernetes_writes_total: { kind: 'counter', help: 'Writes to the Kubernetes API.', labels: ['what', 'result'] },
  fairlead_policy_file_valid: {
    kind: 'gauge',
    help: '1 when the policy file as it is now is in force; 0 when it cannot be used and the last valid one stays in force.',
    labels: [],
  },
  fairlead_policy_reloads_total: { kind: 'counter', help: 'Changes of the policy file, by whether it could be used.', labels: ['result'] },
  fairlead_leader: { kind: 'gauge', help: '1 while this process holds the Lease.', labels: [] },
} as const satisfies MetricTable

export type MetricName = keyof typeof METRICS

/** Where numbers go. Names that are no counter, gauge or histogram of the table do not compile. */
export interface Metrics {
  count(name: MetricName, labels?: Labels, by?: number): void
  set(name: MetricName, value: number, labels?: Labels): void
  observe(name: MetricName, seconds: number, labels?: Labels): void
  /** Adds one to a counter of a provider's own. */
  countForProvider(name: string, labels: Labels): void
  text(): Promise<string>
}

/** `providers`: what providers count themselves. */
export function createMetrics(providers: MetricTable = {}): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const made = new Map(Object.entries<Metric>({ ...METRICS, ...providers }).map(([name, metric]) => [name, make(name, metric, registry)]))
  const count = (name: string, labels: Labels, by = 1): void => {
    const metric = made.get(name)
    if (metric instanceof Counter) metric.inc(labels, by)
  }
  return {
    count: (name, labels = {}, by = 1) => count(name, labels, by),
    countForProvider: (name, labels) => count(name, labels),
    set(name, value, labels = {}) {
      const metric = made.get(name)
      if (metric instanceof Gauge) metric.set(labels, value)
    },
    observe(name, seconds, labels = {}) {
      const metric = made.get(name)
      if (metric instanceof Histogram) metric.observe(labels, seconds)
    },
    text: () => registry.metrics(),
  }
}

function make(name: string, { kind, help, labels }: Metric, registry: Registry): Counter | Gauge | Histogram {
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  if (kind === 'counter') return new Counter(options)
  return kind === 'gauge' ? new Gauge(options) : new Histogram({ ...options, buckets: SECONDS })
}
