/** The schedulers by the names that `ipvsadm` and kube-proxy's `--ipvs-scheduler` have for them. */
import { sourceHashing, destinationHashing } from './hash-tables.ts'
import { failOver, overflow } from './highest-weight.ts'
import { leastConnections, neverQueue, shortestExpectedDelay, weightedLeastConnections } from './least-load.ts'
import { createLocality, createReplicatedLocality } from './locality.ts'
import { createMaglev } from './maglev.ts'
import { createRoundRobin } from './round-robin.ts'
import type { Scheduler } from './scheduler.ts'
import { createWeightedRoundRobin } from './weighted-round-robin.ts'

export const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh', 'fo', 'ovf'] as const

export type SchedulerName = (typeof SCHEDULERS)[number]

const MAKERS: Readonly<Record<SchedulerName, () => Scheduler>> = {
  rr: createRoundRobin,
  wrr: createWeightedRoundRobin,
  lc: () => leastConnections,
  wlc: () => weightedLeastConnections,
  lblc: createLocality,
  lblcr: createReplicatedLocality,
  sh: () => sourceHashing,
  dh: () => destinationHashing,
  sed: () => shortestExpectedDelay,
  nq: () => neverQueue,
  mh: createMaglev,
  fo: () => failOver,
  ovf: () => overflow,
}

/** A new one for each virtual server. */
export function createScheduler(name: SchedulerName): Scheduler {
  return MAKERS[name]()
}
