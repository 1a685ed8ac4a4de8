/** How a command gets its log and its cluster from the settings. */
import { present } from '../model/present.ts'
import { isReadBy } from '../../annotations/all.ts'
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Settings } from '../config.ts'
import { connect, type Connection } from '../kubernetes/cluster.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { MetricTable } from '../model/metric.ts'
import { createLog } from '../observability/log.ts'
import type { Terminal } from './program.ts'

export interface Surroundings {
  readonly clock: Clock
  readonly version: string
  /** A uuid. */
  readonly unique: () => string
  /** All that may be read of a Service. */
  readonly annotations: readonly AnnotationSet<unknown>[]
  /** The names of all providers that there are. */
  readonly allProviders: readonly string[]
  /** What providers count themselves. */
  readonly providerMetrics: MetricTable
}

export function logOf(settings: Settings, { isTerminal, err }: Terminal, clock: Clock): Log {
  const format = settings['log-format'] === 'auto' ? (isTerminal ? 'text' : 'json') : settings['log-format']
  return createLog({ format, level: settings['log-level'], write: err, now: () => clock.date() })
}

/** In a Pod, and with no kubeconfig named, by the Pod's own service account. */
export function connectTo(settings: Settings, { environment }: Terminal, { clock, version, annotations }: Surroundings, log: Log): Promise<Connection> {
  const { kubeconfig, context } = settings
  const inCluster = kubeconfig === undefined && context === undefined && environment['KUBERNETES_SERVICE_HOST'] !== undefined
  return connect({
    ...present({ kubeconfig, context }),
    inCluster,
    userAgent: `fairlead/${version}`,
    clock,
    log,
    environment,
    isReadAnnotation: isReadBy(annotations),
  })
}
