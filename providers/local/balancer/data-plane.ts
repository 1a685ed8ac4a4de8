/** What the local balancer's data plane does. It is real: sockets, datagrams, connections. It knows addresses and ports, and no Kubernetes. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../../src/model/clock.ts'
import type { Affinity, HealthCheck, Scheduler } from '../../../src/model/load-balancer.ts'
import type { Log } from '../../../src/model/log.ts'
import type { Guarded } from './guard.ts'
import type { NetworkMap } from './network-map.ts'

/** What a data plane is made of; `createDataPlane` is in `plane.ts`. */
export interface DataPlaneOptions {
  readonly clock: Clock
  /** From 0 up to, not including, 1: for the scheduler `random` and for spreading health checks over time. */
  readonly random: () => number
  /** Where the cluster's addresses are found from here: asked before each target and health address is dialled. */
  readonly networkMap?: NetworkMap
  readonly log?: Log
  readonly limits?: Partial<Limits>
  readonly counts?: Counts
}

/** What clients were refused or cut short for: their Service has its share of the connections, or the system has no file descriptor left. */
export type RefusalCause = 'connections' | 'descriptors'
export type CountRefusal = (cause: RefusalCause) => void

/** Where it is counted what did not go well. */
export interface Counts {
  /** A callback threw, and what it belonged to was ended. */
  readonly fault: (what: Guarded) => void
  /** Clients began to be refused. */
  readonly refusal: CountRefusal
}

/** What one process may use up. Who has its share of the connections has its clients refused (the listening sockets are closed for a while), never left waiting. */
export interface Limits {
  /** Established TCP connections of clients, over all frontends. Each takes two file descriptors. One owner gets nine tenths at the most. */
  readonly maxConnections: number
  /**
   * UDP flows over all frontends, a file descriptor each. One owner gets nine tenths at the most. Beyond its share the owner's flow that was not answered, or else
   * was silent longest, makes room.
   */
  readonly maxFlows: number
  /** Bytes of datagrams, over all frontends, that are kept to be sent again while they are not answered. */
  readonly maxKeptBytes: number
  /** Clients remembered for affinity, per frontend. Beyond it the one that was silent longest is forgotten. */
  readonly maxAffinityClients: number
  /** How long all attempts to find a backend for a connection may take together, in milliseconds. */
  readonly connectTimeoutMs: number
  /** How long one attempt may take while there is another backend to try, in milliseconds. */
  readonly attemptTimeoutMs: number
  /** Health probes under way at one time. */
  readonly maxProbes: number
}

export const DEFAULT_LIMITS: Limits = {
  maxConnections: 16_384,
  maxFlows: 4_096,
  maxKeptBytes: 4 * 1024 * 1024,
  maxAffinityClients: 65_536,
  connectTimeoutMs: 10_000,
  attemptTimeoutMs: 2_000,
  maxProbes: 64,
}

/** One listening socket and all that is done with what arrives there. */
export interface Frontend {
  /** Unique: `<owner uid>/<address>/<port>/<protocol>`. */
  readonly key: string
  /** Among whom connections and flows are shared fairly: the Service. Absent: the frontend for itself. */
  readonly owner?: string
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  /** Everything that may change while connections are open. */
  readonly rule: Rule
}

export interface Rule {
  /**
   * Where to send what arrives. Empty: the listening socket is closed, so that clients are refused, and opened again when there is one. The same holds when
   * every target fails a check against `healthCheckNodePort`, which says that no node holds a pod. Any other check that fails everywhere is not believed, as
   * clouds do: all targets are tried then.
   */
  readonly targets: readonly Target[]
  readonly scheduler: Scheduler
  /** Kept per frontend, as kube-proxy keeps it per Service port; it survives a change of the rule as long as it stays `client-ip`. */
  readonly affinity: Affinity
  /** Absent: everybody. */
  readonly sourceRanges?: readonly string[]
  /** On UDP only v2, a header before each datagram, as DNS servers read it; there is no v1 for UDP, and a frontend that asks for it is not opened. */
  readonly proxyProtocol: 'off' | 'v1' | 'v2'
  /** Absent numbers: every 5 s, time-out 2 s, healthy after 1, unhealthy after 2; the first answer about a target counts at once. */
  readonly healthCheck: HealthCheck
  /** Without a byte in either direction; half-closed connections too. Looked at twice a second. */
  readonly idleTimeoutSeconds: number
  /** How long established connections to a target that left may go on. */
  readonly drainTimeoutSeconds: number
}

export interface Target {
  /** Stable name, for logs and metrics: the pod's or node's address and port as the cluster calls it. */
  readonly name: string
  /** How it is reached. Streams are for TCP only, and are not asked for their health unless `healthAddress` says where. */
  readonly via: { readonly kind: 'address'; readonly ip: string; readonly port: number } | { readonly kind: 'stream'; readonly dial: () => Promise<Duplex> }
  /** Where its health is asked, when it is not the traffic port's own address. */
  readonly healthAddress?: { readonly ip: string; readonly port: number }
  /** For `sed` and `nq`, which go by connections per weight. Absent: 1. */
  readonly weight?: number
}

export interface FrontendState {
  readonly frontend: Frontend
  /** False while there are no targets, and while a socket that was lost cannot be had again. */
  readonly listening: boolean
  /** It should listen and does not: its socket was lost, or could not be had again. It goes on trying. */
  readonly lost: boolean
  readonly connections: number
  readonly targets: readonly {
    readonly name: string
    readonly healthy: boolean
    readonly ejectedUntil?: number
    readonly connections: number
    readonly draining: boolean
  }[]
}

export interface DataPlane {
  /** Binds. Rejects with a BindError, and then nothing is left. */
  open(frontend: Frontend): Promise<void>
  /** Another rule from now on; no established connection is cut, save those from clients a narrower source range shuts out. Rejects with a BindError when the socket has to be opened again and cannot. */
  change(key: string, rule: Rule): Promise<void>
  /** Stops listening at once; established connections go on for at most the rule's drain timeout. Does not wait for them. Unknown keys are nothing to do. */
  close(key: string): Promise<void>
  /** Whether another program has this socket. */
  isInUse(socket: Pick<Frontend, 'address' | 'port' | 'protocol'>): Promise<boolean>
  states(): readonly FrontendState[]
  /** Called when a frontend that should listen stops doing so, or cannot begin to. The caller of a change gets its rejection instead. */
  onLost(listener: (key: string) => void): () => void
  /** Cuts everything. */
  shutdown(): Promise<void>
}

/** Why an address and port could not be bound. `code` is Node's: EACCES, EADDRINUSE, EADDRNOTAVAIL, ... */
export class BindError extends Error {
  override readonly name = 'BindError'
  readonly code: string
  readonly address: string
  readonly port: number

  constructor(code: string, address: string, port: number, cause?: unknown) {
    super(`cannot listen on ${address}, port ${port}: ${code}`, { cause })
    this.code = code
    this.address = address
    this.port = port
  }
}
