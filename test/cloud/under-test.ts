/** What the tests in a cloud's folder need of its emulator and its adapter; the rest of the world they build is the same for every cloud. */
import type { Faults } from '../../emulators/cloud/faults.ts'
import type { Journal } from '../../emulators/cloud/journal.ts'
import type { Machines } from '../../emulators/cloud/machines.ts'
import type { Delivery, Sent } from '../../emulators/cloud/packets.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { Budget } from '../../src/provider/kit/budget.ts'
import type { NodesReachedBy, Provider, Step } from '../../src/provider/provider.ts'
import type { Machine } from './cluster.ts'

/** An object of the cloud, in a form in which equal worlds read equal. */
export interface CloudObject {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, unknown>>
}

export interface Emulator {
  readonly journal: Journal
  readonly faults: Faults
  readonly cloud: { objects(): readonly CloudObject[] }
  setMachines(machines: Machines): void
  deliver(packet: Sent): Delivery
  close(): Promise<void>
}

/** The adapter of one process, connected to the emulator. */
export interface Account<Options, View, S extends Step> {
  readonly provider: Provider<Options, View, S>
  readonly budget: Pick<Budget, 'withPriority'>
  close(): void
}

export interface CloudUnderTest<Options, View, S extends Step> {
  /** Begins the namespaces of its worlds. */
  readonly name: string
  /** What `spec.loadBalancerClass` says. */
  readonly className: string
  readonly emulator: Emulator
  /** Nodes of every cluster; they are there in the cloud already. */
  readonly machines: readonly Machine[]
  /** As the provider says. Absent: by node ports. */
  readonly nodesReachedBy?: NodesReachedBy
  connect(clock: Clock): Promise<Account<Options, View, S>>
  /** Whether the cluster owns it. */
  isOurs(): (object: CloudObject) => boolean
  /** Whether the cloud made it beside what it was asked for: it is not counted as another owner's. */
  isByproduct(object: CloudObject): boolean
  /** An object as text, without what differs between equal worlds. Absent: all that is in it. */
  readonly textOf?: (object: CloudObject) => string
}
