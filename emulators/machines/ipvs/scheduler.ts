/** What the schedulers of Linux IPVS (net/netfilter/ipvs) decide from: real servers with their weights and connections, and the first packet of a connection. */

/** A real server as a scheduler sees it. */
export interface Server {
  /** The same for as long as it is the same server: `10.244.1.2:8080`. */
  readonly name: string
  /** 0: it gets no new connections. */
  readonly weight: number
  /** Connections that are open. */
  readonly active: number
  /** Connections that have ended and are remembered for a while. */
  readonly inactive: number
}

/** The first packet of a connection. */
export interface Packet {
  readonly source: string
  readonly sourcePort: number
  readonly destination: string
}

/**
 * Which server a new connection gets; undefined: none may have it. `servers`: all there are, always in the same order. `now`: milliseconds. A scheduler keeps
 * what it needs from one connection to the next, and asks nothing else of the world.
 */
export type Scheduler = <S extends Server>(servers: readonly S[], packet: Packet, now: number) => S | undefined
