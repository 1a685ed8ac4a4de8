/** How the program loads a provider: each has a `load.ts` that exports one `load`. */
import type { Duplex } from 'node:stream'
import type { Family } from '../model/address.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { Labels } from '../model/metric.ts'
import type { Cloud } from './cloud.ts'
import type { Budget } from './kit/budget.ts'
import type { Call } from './kit/instrument.ts'
import type { StackId } from './provider.ts'

/** What a provider may need to start. `Settings`: the values of the provider's rows of the table, at least. */
export interface LoadContext<Settings> {
  readonly settings: Settings
  /** Marks what belongs to this cluster. */
  readonly clusterId: string
  /** Of the program, for a cloud's records of calls. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /** Opens a stream to a pod's TCP port through the API server. */
  readonly portForward?: (target: StreamTarget) => Promise<Duplex>
  /** The cloud is an emulated one on this machine, which takes any credentials. */
  readonly isEmulated?: boolean
  /** Nothing may be changed outside this process, files of this machine included. */
  readonly isDryRun: boolean
  /**
   * `act`: for a controller. `look`: for a command that only plans: a provider whose balancers live in the controller's own process then starts
   * from what the Services' statuses say, and opens nothing.
   */
  readonly purpose: 'act' | 'look'
  /** Absent: nothing is counted. */
  readonly metrics?: LoadMetrics
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The home directory of the user. */
  readonly home: string
}

/** A pod's port, for those who can open a stream to it through the API server. */
export interface StreamTarget {
  readonly namespace: string
  readonly ip: string
  readonly port: number
}

export interface LoadMetrics {
  readonly call: (call: Call) => void
  /** Adds one to a counter of the provider's own. */
  readonly count: (name: string, labels: Labels) => void
}

export interface PoolUse {
  readonly pool: string
  readonly family: Family
  /** Addresses that Services have. */
  readonly used: number
  /** Addresses that are given away unasked, used or free. */
  readonly total: number
}

export interface LoadedCloud {
  readonly cloud: Cloud
  /** With `look`: the cloud cannot be asked what is there, so it has to be brought there first, on paper. */
  readonly isOnPaper: boolean
  /** Its targets can be asked about at no cost. */
  readonly hasFreeTargets?: boolean
  /** What its calls are taken from; absent: they are not limited. */
  readonly budget?: Pick<Budget, 'levels'>
  /** How far its pools of addresses are used. Makes no call. Absent: it gives no addresses away itself. */
  readonly pools?: () => readonly PoolUse[]
  /** Calls when the provider itself notices that a Stack is not as it was left; answers how to stop. Absent: only an inventory finds that. */
  onDrift?(listener: (stack: StackId) => void): () => void
  close(): Promise<void>
}

/** Rejects with an Error that names a setting, its value and what is allowed. */
export type Load<Settings> = (context: LoadContext<Settings>) => Promise<LoadedCloud>
