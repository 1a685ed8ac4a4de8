/** What a provider brings to the contract suite: a cloud to work on, machines behind it, and a way to send a packet and see who gets it. */
import type { Feature } from '../../src/provider/capabilities.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import type { AnyView, NodesReachedBy, Provider, Step } from '../../src/provider/provider.ts'
import type { ClusterNode } from '../../src/model/load-balancer.ts'
import type { Machines } from '../../emulators/cloud/machines.ts'
import type { Ask } from './wish.ts'

export interface Packet {
  /** The client's address. */
  readonly from: string
  /** A published place. */
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** Which backend answered; or where and why it was dropped. */
export type Delivery = { readonly backend: string } | { readonly dropped: string }

/** A connection that stays open from step to step. */
export interface Connection {
  /** Asks once more, on the same connection. */
  ask(): Promise<Delivery>
  close(): void
}

/** Closes a provider over its own types; the suite wraps it on the way. */
export type Binder = <Options, View extends AnyView, S extends Step>(provider: Provider<Options, View, S>) => Cloud

/** One cloud with one cluster behind it. Each scenario begins in a world of its own. */
export interface World {
  readonly targets: 'nodes' | 'pods'
  /** As the provider says. Absent: by node ports. */
  readonly nodesReachedBy?: NodesReachedBy
  readonly nodes: readonly ClusterNode[]
  /** Addresses that clients may have, at least two of IPv4; those of IPv6 after them, if any. */
  readonly clients: readonly string[]
  /** Addresses that a Service may ask for, free in the beginning. */
  readonly requestable: readonly string[]
  /** Services that ask for one address share it. Absent: the first has it alone. */
  readonly addressesAreShared?: true
  /** What no Service gets, whatever else it asks. Absent: the provider itself refuses nothing, and its capabilities say what it cannot do. */
  readonly unserved?: Ask
  /** A backend that the cloud does not take though the cluster has it: a pod's address, or a node. Absent: it takes every one. */
  readonly refusedBackend?: { readonly pod: string } | { readonly node: ClusterNode }
  /** A process begins that knows nothing yet; one that ran before has ended. What the cloud holds stays, if it outlives a process. */
  boot(bind: Binder): Promise<Cloud>
  /** Makes the cluster's machines so: when it resolves, new pods answer and old ones do not. */
  run(machines: Machines): Promise<void>
  deliver(packet: Packet): Promise<Delivery>
  /** Absent where packets are only reckoned. */
  connect?(packet: Packet): Promise<Connection>
  /** All that carries our mark, in texts that are equal for equal things: no ids and times that the cloud gives. */
  owned(): readonly string[]
  /** How many requests have reached the cloud; absent where nothing is sent. */
  requests?(): number
  /** All that does not. */
  foreign(): readonly string[]
  /** Present where the cloud carries changes out by operations that run for a while. */
  readonly operations?: WorldOperations
  /** What other writers keep in documents that we write too, as it is and as they wrote it; absent: the cloud has nothing of the kind. */
  othersParts?(): { readonly found: unknown; readonly expected: unknown }
  /** Lets time pass, in a cloud that has its own. */
  advance?(ms: number): Promise<void>
  close(): Promise<void>
}

/** How the operations of a world behave, and how a test has them go wrong. */
export interface WorldOperations {
  /** How long one runs, in milliseconds. */
  readonly ms: number
  /** The next one fails after it began. */
  failNext(): void
  /** The next one fails after a half of it came into force. */
  failNextHalfway(): void
  /** The next one is superseded by another writer's. */
  supersedeNext(): void
  /** Another writer changes its part of each document that we write too: what we know of it is old. */
  writeByOthers(): void
}

export interface Contender {
  readonly name: string
  /** Features whose "no" the world shares, besides those the provider itself says. */
  readonly lacks?: Partial<Readonly<Record<Feature, string>>>
  /** How long one law may take, in milliseconds. */
  readonly patienceMs?: number
  open(): Promise<World>
}
