/**
 * `mh`: Maglev hashing ("Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, 3.4). Each server fills a table in an order of its own, as often
 * as its weight asks for, so that few places change hands when a server comes or goes. kube-proxy has the client's port hashed with its address.
 */
import { hashOf } from './hash.ts'
import type { Packet, Scheduler, Server } from './scheduler.ts'
import { gcdOfWeights, largestWeight, weightsOf } from './weights.ts'

/** The kernel's default, CONFIG_IP_VS_MH_TAB_INDEX=12: a prime, so that every order reaches every place. */
const PLACES = 4093
/** Turns have at most so many bits. */
const TURN_BITS = 6

export function createMaglev(): Scheduler {
  let known = ''
  let table: readonly string[] = []
  return (servers, { source, sourcePort }: Packet) => {
    const weights = weightsOf(servers)
    if (known !== weights) [known, table] = [weights, tableOf(servers)]
    const name = table[hashOf(`${source}:${sourcePort}`) % PLACES]
    return servers.find((server) => server.name === name)
  }
}

/** The name at each place; empty where no server may get connections. */
function tableOf(servers: readonly Server[]): readonly string[] {
  const turns = turnsOf(servers)
  const fillers = servers.flatMap((server, i) => ((turns[i] ?? 0) > 0 ? [{ name: server.name, turns: turns[i] ?? 0, next: placesInOrderOf(server) }] : []))
  const table: string[] = Array.from({ length: fillers.length === 0 ? 0 : PLACES }, () => '')
  let left = table.length
  while (left > 0) {
    for (const { name, turns: own, next } of fillers) {
      for (let turn = 0; turn < own && left > 0; turn++, left--) table[firstFree(table, next)] = name
    }
  }
  return table
}

function turnsOf(servers: readonly Server[]): readonly number[] {
  const divisor = gcdOfWeights(servers)
  const shift = Math.max(0, 32 - Math.clz32(largestWeight(servers) / divisor) - TURN_BITS)
  return servers.map(({ weight }) => (weight === 0 ? 0 : Math.max(1, (weight / divisor) >> shift)))
}

function placesInOrderOf({ name }: Server): () => number {
  const skip = (hashOf(`skip ${name}`) % (PLACES - 1)) + 1
  let place = hashOf(`offset ${name}`) % PLACES
  return () => {
    const here = place
    place = (place + skip) % PLACES
    return here
  }
}

function firstFree(table: readonly string[], next: () => number): number {
  for (;;) {
    const place = next()
    if (table[place] === '') return place
  }
}
