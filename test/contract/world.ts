/** What a provider brings to the contract suite: a cloud to work on, machines behind it, and a way to send a packet and see who gets it. */
import type { Feature } from '../../src/provider/capabilities.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import type { Provider, Step } from '../../src/provider/provider.ts'
import type { ClusterNode } from '../../src/model/load-balancer.ts'
import type { Machines } from './cluster.ts'
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
export type Binder = <Options, View, S extends Step>(provider: Provider<Options, View, S>) => Cloud

/** One cloud with one cluster behind it. Each scenario begins in a world of its own. */
export interface World {
  readonly targets: 'nodes' | 'pods'
  readonly nodes: readonly ClusterNode[]
  /** Addresses that clients may have, at least two of IPv4; those of IPv6 after them, if any. */
  readonly clients: readonly string[]
  /** Addresses that a Service may ask for, free in the beginning. */
  readonly requestable: readonly string[]
  /** What no Service gets, whatever else it asks. */
  readonly unserved: Ask
  /** A process begins that knows nothing yet; one that ran before has ended. What the cloud holds stays, if it outlives a process. */
  boot(bind: Binder): Promise<Cloud>
  /** Makes the cluster's machines so: when it resolves, new pods answer and old ones do not. */
  run(machines: Machines): Promise<void>
  deliver(packet: Packet): Promise<Delivery>
  /** Absent where packets are only reckoned. */
  connect?(packet: Packet): Promise<Connection>
  /** All that carries our mark, in texts that are equal for equal things: no ids and times that the cloud gives. */
  owned(): readonly string[]
  /** All that does not. */
  foreign(): readonly string[]
  /** Lets time pass, in a cloud that has its own. */
  advance?(ms: number): Promise<void>
  close(): Promise<void>
}

export interface Contender {
  readonly name: string
  /** Features whose "no" the world shares, besides those the provider itself says. */
  readonly lacks?: Partial<Readonly<Record<Feature, string>>>
  /** How long one law may take, in milliseconds. */
  readonly patienceMs?: number
  open(): Promise<World>
}
