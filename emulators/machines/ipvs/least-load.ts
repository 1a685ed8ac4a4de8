/** `lc`, `wlc`, `sed` and `nq`: the server with the least load, the first of equal ones. */
import type { Scheduler, Server } from './scheduler.ts'

/** What IPVS takes for the load of connections: an open one is worth 256 that have ended. */
export function overhead({ active, inactive }: Server): number {
  return active * 256 + inactive
}

/** Of servers that may get connections the one with the least `load`. */
export function leastLoaded<S extends Server>(servers: readonly S[], load: (server: S) => number): S | undefined {
  return servers
    .filter(({ weight }) => weight > 0)
    .reduce<S | undefined>((least, next) => (least === undefined || load(next) < load(least) ? next : least), undefined)
}

/** The load of `wlc`, by which the schedulers by locality choose as well. */
export function weightedOverhead(server: Server): number {
  return overhead(server) / server.weight
}

/** How long a new connection would wait, if each took the same time and a server were as fast as its weight. */
function expectedDelay({ active, weight }: Server): number {
  return (active + 1) / weight
}

/** Weights count for nothing but 0. */
export const leastConnections: Scheduler = (servers) => leastLoaded(servers, overhead)

export const weightedLeastConnections: Scheduler = (servers) => leastLoaded(servers, weightedOverhead)

export const shortestExpectedDelay: Scheduler = (servers) => leastLoaded(servers, expectedDelay)

/** An idle server takes the connection, however slow it is. */
export const neverQueue: Scheduler = (servers) => servers.find(({ weight, active }) => weight > 0 && active === 0) ?? leastLoaded(servers, expectedDelay)
