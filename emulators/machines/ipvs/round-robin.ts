/** `rr`: one server after the other, whatever their weights; one of weight 0 is passed over. */
import type { Scheduler, Server } from './scheduler.ts'

export function createRoundRobin(): Scheduler {
  let before: readonly Server[] = []
  let last: string | undefined
  return (servers) => {
    const start = indexAfter(servers, before, last)
    const next = [...servers.slice(start), ...servers.slice(0, start)].find(({ weight }) => weight > 0)
    before = servers
    last = next?.name ?? last
    return next
  }
}

/** Behind the last one; where that has gone, behind the nearest before it that is still there. */
function indexAfter(servers: readonly Server[], before: readonly Server[], last: string | undefined): number {
  const passed = before.slice(0, before.findIndex(({ name }) => name === last) + 1).map(({ name }) => name)
  return servers.findLastIndex(({ name }) => name === passed.findLast((candidate) => servers.some((server) => server.name === candidate))) + 1
}
