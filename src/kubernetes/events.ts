/** Events on Services: the story that `kubectl describe` tells. Best effort by design: nothing waits for them and nothing fails because of them. */
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import type { EventReason } from '../model/reason.ts'
import type { KubernetesApi } from './api.ts'

export interface EventRecorderOptions {
  readonly api: KubernetesApi
  readonly clock: Clock
  readonly log: Log
  /** Which process speaks: host name or pod name. */
  readonly instance: string
}

export interface ServiceEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: EventReason
  /** Constant as long as the matter is: what changes each time defeats the folding. */
  readonly message: string
}

export interface EventRecorder {
  record(service: Service, event: ServiceEvent): void
  /** Resolves when all that was recorded is sent or given up. */
  flush(): Promise<void>
  /** Takes no more events and flushes; gives up after 5 seconds. */
  stop(): Promise<void>
}

export function eventRecorder(_options: EventRecorderOptions): EventRecorder {
  throw new Error('not built yet')
}
