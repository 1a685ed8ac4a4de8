/** What a command needs of the providers: `main` hands in who loads them, so that a command knows no cloud. */
import type { Dial } from '../kubernetes/port-forward.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { Settings } from '../config.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Call } from '../provider/kit/instrument.ts'
import type { LoadedCloud } from '../provider/load.ts'

export interface CloudContext {
  readonly settings: Settings
  /** Marks what belongs to this cluster. */
  readonly clusterId: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Metrics
  /** Called with each call to the cloud, when it has ended. */
  readonly onCall?: (call: Call) => void
  readonly portForward?: Dial
  /** The cloud is an emulated one on this machine, which lets everybody in. */
  readonly isEmulated?: boolean
  /**
   * `act`: for a controller. `look`: for a command that only plans: a provider whose balancers live in the controller's own process then starts
   * from what the Services' statuses say, and opens nothing.
   */
  readonly purpose: 'act' | 'look'
}

/** Throws an Error that names the provider and those there are. */
export type LoadCloud = (name: string, context: CloudContext) => Promise<LoadedCloud>
