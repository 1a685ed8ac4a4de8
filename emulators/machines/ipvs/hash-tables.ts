/**
 * `sh` and `dh`: a table of 256 places that the servers share in turn, and an address falls on one of them: of the client (`sh`, where a server has as many places
 * in a row as its weight) or of the virtual server (`dh`). A server of weight 0 keeps its place, and what falls there gets none.
 */
import { hashOf } from './hash.ts'
import type { Packet, Scheduler, Server } from './scheduler.ts'

const PLACES = 256

export const sourceHashing: Scheduler = (servers, { source }) => serverAt(servers, source, ({ weight }) => Math.max(1, weight))

export const destinationHashing: Scheduler = (servers, { destination }: Packet) => serverAt(servers, destination, () => 1)

function serverAt<S extends Server>(servers: readonly S[], address: string, placesOf: (server: S) => number): S | undefined {
  const round = servers.reduce((sum, server) => sum + placesOf(server), 0)
  let place = (hashOf(address) % PLACES) % round
  const server = servers.find((candidate) => {
    place -= placesOf(candidate)
    return place < 0
  })
  return server !== undefined && server.weight > 0 ? server : undefined
}
