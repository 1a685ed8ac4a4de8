/**
 * The seven schedulers, with IPVS' names. Each chooses among backends that may be used at this moment; which those are is decided elsewhere.
 * Where IPVS takes the first of equals, equals take turns here: IPVS also counts connections in TIME_WAIT, which a program does not see, and without that a
 * quiet Service would send everything to its first backend.
 */
import type { Scheduler } from '../../../src/model/load-balancer.ts'

export interface Candidate {
  /** A number made from the backend's identity by `hashText`. */
  readonly hash: number
  /** Established connections, or flows. */
  readonly connections: number
  readonly weight: number
}

/** Who asks: hashed by `sh`, and where he asked: hashed by `dh`. */
export interface Call {
  readonly source: string
  readonly destination: string
}

/** The chosen one of the candidates; undefined when there are none. */
export type Choose = <T extends Candidate>(candidates: readonly T[], call: Call) => T | undefined

/** A scheduler with its own memory: the place of the round robin. */
export function createScheduler(name: Scheduler, random: () => number): Choose {
  switch (name) {
    case 'rr':
      return roundRobin()
    case 'random':
      return (candidates) => candidates[Math.floor(random() * candidates.length)]
    case 'lc':
      return least((candidate) => candidate.connections)
    case 'sed':
      return least(expectedDelay)
    case 'nq':
      return least((candidate) => (candidate.connections === 0 ? 0 : expectedDelay(candidate)))
    case 'sh':
      return (candidates, { source }) => byHash(candidates, hashText(source))
    case 'dh':
      return (candidates, { destination }) => byHash(candidates, hashText(destination))
    default:
      return name satisfies never
  }
}

function roundRobin(): Choose {
  let next = 0
  return (candidates) => {
    if (next >= candidates.length) next = 0
    return candidates[next++]
  }
}

/** Least cost; the search begins one further each time, so that equals take turns. */
function least(cost: (candidate: Candidate) => number): Choose {
  let start = 0
  return (candidates) => {
    start = start + 1 < candidates.length ? start + 1 : 0
    let best = candidates[start]
    for (let i = 1; i < candidates.length && best !== undefined; i++) {
      const candidate = candidates[(start + i) % candidates.length]
      if (candidate !== undefined && cost(candidate) < cost(best)) best = candidate
    }
    return best
  }
}

/** What a new connection would wait for: those before it and itself, per weight. Weight 0 takes none while another has some, as in IPVS. */
function expectedDelay({ connections, weight }: Candidate): number {
  return weight > 0 ? (connections + 1) / weight : Number.MAX_VALUE
}

/** The highest of hashes made from both (rendezvous hashing): when a backend comes or goes, only its own clients move. */
function byHash<T extends Candidate>(candidates: readonly T[], key: number): T | undefined {
  let best: T | undefined
  let highest = -1
  for (const candidate of candidates) {
    const score = mixed(candidate.hash ^ key)
    if (score > highest) [best, highest] = [candidate, score]
  }
  return best
}

/** 32 bits of FNV-1a, stirred: the same in every process. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixed(hash)
}

/** The finalizer of MurmurHash3: every bit of the input moves half of the bits of the result. */
function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
