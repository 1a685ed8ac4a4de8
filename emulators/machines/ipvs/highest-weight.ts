/** `fo` and `ovf`: the server with the highest weight; `ovf` goes on to the next where one has more connections than its weight. The first of equal ones. */
import type { Scheduler, Server } from './scheduler.ts'

export const failOver: Scheduler = (servers) => heaviest(servers)

/** Where all have too many none gets the connection. */
export const overflow: Scheduler = (servers) => heaviest(servers.filter(({ active, weight }) => active <= weight))

function heaviest<S extends Server>(servers: readonly S[]): S | undefined {
  return servers.reduce<S | undefined>((most, next) => (next.weight > (most?.weight ?? 0) ? next : most), undefined)
}
