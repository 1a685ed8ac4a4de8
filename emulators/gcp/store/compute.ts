/** What the emulated cloud holds: resources of one project in one region, and of the project that its network is in. */
import { createHash } from 'node:crypto'
import type { CloudClock } from '../../cloud/clock.ts'
import { type MachineIndex, NO_MACHINES } from '../../cloud/machines.ts'
import { Operations } from '../../cloud/operations.ts'
import type { Verdict } from '../../cloud/verdict.ts'
import { Versions, fingerprint } from '../../cloud/versions.ts'
import type { Delays, Quotas } from '../options.ts'
import { machinesIndex } from './machines.ts'
import type { OperationRecord } from './operation-record.ts'
import { Resources } from './resources.ts'

export interface Compute {
  readonly project: string
  /** Of the network. */
  readonly networkProject: string
  readonly region: string
  /** Their names, as `us-central1-a`. */
  readonly zones: readonly string[]
  readonly clock: CloudClock
  readonly delays: Delays
  readonly quotas: Quotas
  readonly resources: Resources
  /** By path; those of labels by path and ` labels`. */
  readonly versions: Versions
  readonly operations: Operations
  /** What an operation shows besides how it stands, by its name. */
  readonly records: Map<string, OperationRecord>
  /** Inserts that run, by the name of their operation: one that fails takes its resource with it. */
  readonly inserting: Map<string, string>
  readonly verdicts: Map<string, Verdict>
  /** When a backend was first seen behind a backend service. Milliseconds since the epoch. */
  readonly joined: Map<string, number>
  machines: MachineIndex
  /** When something last changed that a health check could notice. */
  touchedAt: number
  /** How many ids were given out. */
  ids: number
  /** How many external addresses were given out, by tier. */
  readonly given: Map<string, number>
}

export type ComputeProps = Pick<Compute, 'project' | 'networkProject' | 'region' | 'zones' | 'clock' | 'delays' | 'quotas'>

export function createCompute(props: ComputeProps): Compute {
  return {
    ...props,
    resources: new Resources(),
    versions: new Versions(fingerprint),
    operations: new Operations(props.clock, (number) => operationName(props.clock.now(), number)),
    records: new Map(),
    inserting: new Map(),
    verdicts: new Map(),
    joined: new Map(),
    machines: machinesIndex(NO_MACHINES),
    touchedAt: props.clock.now(),
    ids: 0,
    given: new Map(),
  }
}

/** As recorded: `operation-{ms}-{hex}-{hex}-{hex}`. */
function operationName(now: number, number: number): string {
  const hex = hexOf(`operation ${number}`)
  return `operation-${Math.floor(now)}-${hex.slice(0, 13)}-${hex.slice(13, 21)}-${hex.slice(21, 29)}`
}

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** 19 digits. The same history gives the same ones. */
export function newId(compute: Compute): string {
  compute.ids += 1
  return idFrom(`resource ${compute.ids}`)
}

export function idFrom(text: string): string {
  return String((BigInt(`0x${hexOf(text).slice(0, 15)}`) % 9_000_000_000_000_000_000n) + 1_000_000_000_000_000_000n)
}

/** Says that something changed that a health check could notice. */
export function touch(compute: Compute): void {
  compute.touchedAt = compute.clock.now()
}

/** Does what is due, and takes away what was never made because its insert failed. Before each request. */
export function settle(compute: Compute): void {
  compute.operations.settle()
  for (const [name, path] of compute.inserting) {
    const status = compute.operations.get(name)?.status
    if (status === 'running') continue
    compute.inserting.delete(name)
    if (status !== 'succeeded' && compute.resources.get(path)?.isReady === false) forget(compute, path)
  }
}

export function forget(compute: Compute, path: string): void {
  compute.resources.delete(path)
  compute.versions.drop(path)
  touch(compute)
}
