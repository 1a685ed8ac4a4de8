/** What the local balancer's data plane can be told. It is real: sockets, datagrams, connections. It knows addresses and ports, and no Kubernetes. */
import type { Duplex } from 'node:stream'
import type { Affinity, HealthCheck, Scheduler } from '../../../src/model/load-balancer.ts'

/** One listening socket and all that is done with what arrives there. */
export interface Frontend {
  /** Unique: `<owner uid>/<address>/<port>/<protocol>`. */
  readonly key: string
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  /** Everything that may change while connections are open. */
  readonly rule: Rule
}

export interface Rule {
  /** Where to send what arrives. Empty: the listening socket is closed, so that clients are refused, and opened again when there is one. */
  readonly targets: readonly Target[]
  readonly scheduler: Scheduler
  /** Affinity is kept per `affinityKey`, so that all ports of a Service may stick to the same backend; kube-proxy keeps it per Service port. */
  readonly affinity: Affinity
  /** Absent: everybody. */
  readonly sourceRanges?: readonly string[]
  readonly proxyProtocol: 'off' | 'v1' | 'v2'
  readonly healthCheck: HealthCheck
  readonly idleTimeoutSeconds: number
  /** How long established connections to a target that left may go on. */
  readonly drainTimeoutSeconds: number
}

export interface Target {
  /** Stable name, for logs and metrics: the pod's or node's address and port as the cluster calls it. */
  readonly name: string
  /** How it is reached. */
  readonly via: { readonly kind: 'address'; readonly ip: string; readonly port: number } | { readonly kind: 'stream'; readonly dial: () => Promise<Duplex> }
  /** Where its health is asked, when it is not the traffic port's own address. */
  readonly healthAddress?: { readonly ip: string; readonly port: number }
}

export interface FrontendState {
  readonly frontend: Frontend
  /** False while there are no targets. */
  readonly listening: boolean
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
  states(): readonly FrontendState[]
  /** Called when a socket that was bound is lost, or a target's health changes. */
  onChange(listener: (key: string) => void): () => void
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
