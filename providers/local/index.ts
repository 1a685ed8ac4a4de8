/** Connects to this machine: reads what must be known, builds the data plane, and returns the provider over it. Nothing else is imported from outside. */
import { present } from '../../src/model/present.ts'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../src/model/clock.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import type { StreamTarget } from '../../src/provider/load.ts'
import type { StackId } from '../../src/provider/provider.ts'
import type { Counts, DataPlane, Limits } from './balancer/data-plane.ts'
import { createDataPlane } from './balancer/plane.ts'
import { watchLowestPort } from './lowest-port.ts'
import { STACK } from './observe.ts'
import type { Reach } from './client.ts'
import { descriptorLimit, findLowestPort, limitsFor, type LocalConfig, type LocalSettings, readLocalConfig } from './config.ts'
import { fileMemory, noMemory } from './served-state.ts'
import { type LocalProvider, localProvider } from './provider.ts'

export interface LocalConnectOptions {
  readonly settings: LocalSettings
  readonly clock: Clock
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  readonly log?: Log
  readonly limits?: Partial<Limits>
  /** Where faults and refusals of the data plane are counted. */
  readonly counts?: Counts
  /** Present: backends are reached through it alone. Opens a stream to a pod's TCP port through the API server. */
  readonly portForward?: (target: StreamTarget) => Promise<Duplex>
  /** Where what is served is kept for the next process of this cluster; absent: nowhere. */
  readonly state?: { readonly file: string; readonly cluster: string }
}

export interface LocalConnection {
  readonly provider: LocalProvider
  readonly config: LocalConfig
  /** For the dashboard and metrics: connections and health, as they are. */
  readonly dataPlane: DataPlane
  /** Calls when something of the Stack is found not to be as it was left. Answers how to stop. */
  onDrift(listener: (stack: StackId) => void): () => void
  /** Cuts everything. The next process takes up what was kept; without a state file, the addresses that Services have published. */
  close(): Promise<void>
}

/** Throws an Error that names a setting's value and what is allowed. */
export async function connect({ settings, portForward, clock, random, log, limits, counts, state }: LocalConnectOptions): Promise<LocalConnection> {
  const config = await readLocalConfig(settings)
  const dataPlane = createDataPlane({
    clock,
    random,
    networkMap: config.networkMap,
    ...present({ log }),
    limits: { ...limitsFor(descriptorLimit()), ...limits },
    ...present({ counts }),
  })
  const reach: Reach = portForward === undefined ? { kind: 'direct' } : { kind: 'port-forward', dial: portForward }
  const memory = state === undefined ? noMemory : fileMemory({ ...state, clock, log: log ?? silentLog })
  const close = async (): Promise<void> => {
    await dataPlane.shutdown()
    await memory.flush()
  }
  return {
    provider: localProvider({ ...config, dataPlane, reach, memory, clock, lowestPort: findLowestPort }),
    config,
    dataPlane,
    onDrift(listener) {
      const drifted = (): void => listener(STACK)
      const ends = [dataPlane.onLost(drifted), watchLowestPort({ clock, changed: drifted })]
      return () => ends.forEach((end) => end())
    },
    close,
  }
}
