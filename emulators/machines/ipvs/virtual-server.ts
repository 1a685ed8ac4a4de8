/** One virtual server of IPVS on one node: its real servers, the connections that each of them has, and the scheduler that new ones ask. */
import { createScheduler, type SchedulerName } from './schedulers.ts'
import type { Packet, Server } from './scheduler.ts'

/** How long an ended TCP connection is remembered: the kernel's time for TIME_WAIT. */
const REMEMBERED_SECONDS = 120

export interface RealServer {
  readonly name: string
  readonly weight: number
}

/** A connection that was given to a server. Called when it ends; `now` as for `schedule`, and whether it is remembered for a while, as TCP connections are. */
export type End = (now: number, isRemembered: boolean) => void

export interface VirtualServer {
  /** The name of the server that a new connection gets, and how its end is reported; undefined: none may have it. `now` in milliseconds. */
  schedule(servers: readonly RealServer[], packet: Packet, now: number): { readonly name: string; readonly end: End } | undefined
  /** The same for a connection whose server was chosen before; undefined: that server gets no new ones. */
  keep(servers: readonly RealServer[], name: string, now: number): { readonly name: string; readonly end: End } | undefined
}

interface Counted {
  active: number
  /** How many ended in a second, by that second: no more entries than seconds that are remembered. */
  readonly ended: Map<number, number>
}

export function createVirtualServer(scheduler: SchedulerName): VirtualServer {
  const schedule = createScheduler(scheduler)
  const counts = new Map<string, Counted>()
  const give = (name: string): { readonly name: string; readonly end: End } => {
    const counted = counts.get(name) ?? { active: 0, ended: new Map() }
    counts.set(name, counted)
    counted.active++
    return { name, end: (now, isRemembered) => end(counted, now, isRemembered) }
  }
  const counted = (servers: readonly RealServer[], now: number): readonly Server[] => {
    const names = new Set(servers.map(({ name }) => name))
    // One that comes back while connections go on has them still.
    for (const [name, count] of counts) if (!names.has(name) && count.active === 0 && inactiveOf(count, now) === 0) counts.delete(name)
    return servers.map(({ name, weight }) => {
      const count = counts.get(name)
      return { name, weight, active: count?.active ?? 0, inactive: count === undefined ? 0 : inactiveOf(count, now) }
    })
  }
  return {
    schedule(servers, packet, now) {
      const chosen = schedule(counted(servers, now), packet, now)
      return chosen === undefined ? undefined : give(chosen.name)
    },
    keep(servers, name, now) {
      const known = counted(servers, now).find((server) => server.name === name)
      return known === undefined || known.weight === 0 ? undefined : give(name)
    },
  }
}

function end(counted: Counted, now: number, isRemembered: boolean): void {
  counted.active--
  if (!isRemembered) return
  const second = Math.floor(now / 1000)
  counted.ended.set(second, (counted.ended.get(second) ?? 0) + 1)
}

function inactiveOf({ ended }: Counted, now: number): number {
  let sum = 0
  for (const [second, count] of ended) {
    if ((second + REMEMBERED_SECONDS) * 1000 <= now) ended.delete(second)
    else sum += count
  }
  return sum
}
