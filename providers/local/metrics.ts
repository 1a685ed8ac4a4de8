/** What the local balancer counts beside its calls. */
import type { MetricTable } from '../../src/model/metric.ts'

export const metrics = {
  fairlead_local_faults_total: { kind: 'counter', help: 'Callbacks of the local balancer that failed, by what was ended for it.', labels: ['what'] },
  fairlead_local_refusals_total: {
    kind: 'counter',
    help: 'How often the local balancer began to refuse clients: a Service has its share of the connections, or no file descriptor is left.',
    labels: ['cause'],
  },
} as const satisfies MetricTable
