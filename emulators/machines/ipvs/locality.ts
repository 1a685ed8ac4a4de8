/**
 * `lblc` and `lblcr`: a destination stays with one server (`lblc`) or a set of servers (`lblcr`) until those are overloaded. They are made for caches behind many
 * addresses; a Service has one, so that its connections stay together.
 */
import { leastLoaded, overhead, weightedOverhead } from './least-load.ts'
import type { Scheduler, Server } from './scheduler.ts'

/** The kernel's default of `lblcr_expiration`. */
const SET_EXPIRES_MS = 24 * 60 * 60 * 1000

/** It has more connections than its weight, and another fewer than half of its own. */
function isOverloaded(server: Server, servers: readonly Server[]): boolean {
  return server.active > server.weight && servers.some(({ active, weight }) => active * 2 < weight)
}

export function createLocality(): Scheduler {
  const kept = new Map<string, string>()
  return (servers, { destination }) => {
    const before = servers.find(({ name }) => name === kept.get(destination))
    if (before !== undefined && before.weight > 0 && !isOverloaded(before, servers)) return before
    const chosen = leastLoaded(servers, weightedOverhead)
    if (chosen !== undefined) kept.set(destination, chosen.name)
    return chosen
  }
}

interface ServerSet {
  /** The newest first. */
  names: readonly string[]
  changedAt: number
}

/** With replication: a server that helps out stays in the set; the busiest leaves it a day after the last change. */
export function createReplicatedLocality(): Scheduler {
  const sets = new Map<string, ServerSet>()
  return (servers, { destination }, now) => {
    const set = sets.get(destination) ?? { names: [], changedAt: now }
    sets.set(destination, set)
    const members = set.names.flatMap((name) => servers.find((server) => server.name === name) ?? [])
    const least = leastLoaded(members, weightedOverhead)
    if (set.names.length > 1 && now > set.changedAt + SET_EXPIRES_MS) {
      const most = mostLoaded(members)
      change(
        set,
        set.names.filter((name) => name !== most?.name),
        now,
      )
    }
    if (least !== undefined && !isOverloaded(least, servers)) return least
    const chosen = leastLoaded(servers, weightedOverhead)
    if (chosen !== undefined && !set.names.includes(chosen.name)) change(set, [chosen.name, ...set.names], now)
    return chosen
  }
}

function change(set: ServerSet, names: readonly string[], now: number): void {
  set.names = names
  set.changedAt = now
}

function mostLoaded(servers: readonly Server[]): Server | undefined {
  return leastLoaded(servers, (server) => -overhead(server) / server.weight)
}
