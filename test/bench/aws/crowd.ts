/** What an event costs that concerns many Services, of one port each, on three nodes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cloud } from '../../../src/provider/cloud.ts'
import type { Figure } from '../benchmark.ts'
import { createAll, LIFE_NODES } from '../cluster/life.ts'
import { removeNode } from '../cluster/populate.ts'
import { type Calls, callsSince, type Say, type Stand } from '../cluster/stand.ts'
import { figuresOf } from './row.ts'
import { openStand } from './stand.ts'

const FEW = 50
const MANY = 1_000
const HOUR_MS = 3_600_000
/** What the program takes when nothing is said. */
const DRIFT_INTERVAL_MS = 600_000
const WATCHED_MS = 60_000
/** After a start. */
const UNTIL_FIRST_LOOK_MS = 300_000

export async function fewServices(say: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  await stand.start()
  const created = say('50 at once', await stand.callsOf(() => createAll(stand, FEW)))
  const joined = say('a node joins', await stand.callsOf(() => stand.addNode(LIFE_NODES), FEW))
  const left = say('a node leaves', await stand.callsOf(() => removeNode(stand.server.cluster, LIFE_NODES), FEW))
  await stand.stop()
  const leaseless = say('a restart without a Lease', await stand.callsWithin(() => stand.start({ hasLease: false })))
  await stand.stop()
  const restarted = say('a restart', await stand.callsWithin(() => stand.start({ driftIntervalMs: DRIFT_INTERVAL_MS })))
  const idle = say('an hour at rest', await stand.callsWithin(() => stand.pass(HOUR_MS)))
  const leftAfter = say('a node leaves after a restart', await stand.callsOf(() => removeNode(stand.server.cluster, LIFE_NODES - 1), FEW))
  await stand.close()
  const pages = pagesOf(FEW)
  const inventories = Math.ceil(HOUR_MS / (DRIFT_INTERVAL_MS * 0.9))
  return [
    ...figuresOf(
      { event: `${FEW} Services at once, the first of a cluster`, wanted: [2 * FEW, 302], least: [0, 302], lbc: [811, 317], ccm: [401, 251] },
      created,
    ),
    ...figuresOf({ event: `a node joins, ${FEW} Services`, wanted: [0, FEW], least: [0, FEW], lbc: [52, 50], ccm: [601, 50] }, joined),
    ...figuresOf({ event: `a node leaves, ${FEW} Services`, wanted: [0, FEW], least: [0, FEW], lbc: [49, 50], ccm: [600, 50] }, left),
    ...figuresOf({ event: `a restart with ${FEW} Services, nothing changed`, wanted: [pages, 0], least: [pages, 0], lbc: [716, 0], ccm: [558, 0] }, restarted),
    ...figuresOf(
      {
        event: `a restart with ${FEW} Services without a Lease, nothing changed`,
        wanted: [pages + FEW, 0],
        least: [pages + FEW, 0],
        lbc: [716, 0],
        ccm: [558, 0],
      },
      leaseless,
    ),
    ...figuresOf({ event: `an hour at rest, ${FEW} Services`, wanted: [inventories * pages, 0], lbc: [0, 0], ccm: [36, 0] }, idle),
    ...figuresOf({ event: `a node leaves, ${FEW} Services untouched since a restart`, wanted: [FEW, FEW], least: [0, FEW] }, leftAfter),
  ]
}

export async function manyServices(say: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  await stand.start()
  say(`${MANY} at once`, await stand.callsOf(() => createAll(stand, MANY)))
  await stand.stop()
  const restarted = say('a restart', await stand.callsWithin(() => stand.start()))
  await stand.stop()
  const leaseless = say('a restart without a Lease', await stand.callsWithin(() => stand.start({ hasLease: false })))
  await stand.stop()
  const { inspected, calls } = await firstMinute(stand)
  say(`a minute of inspections, ${inspected} Stacks`, calls)
  await stand.close()
  const pages = pagesOf(MANY)
  const many = MANY.toLocaleString('en-US')
  return [
    ...figuresOf({ event: `a restart with ${many} Services, nothing changed`, wanted: [pages, 0], least: [pages, 0] }, restarted),
    ...figuresOf({ event: `a restart with ${many} Services without a Lease, nothing changed`, wanted: [pages + MANY, 0], least: [pages + MANY, 0] }, leaseless),
    { name: `Stacks read in full in the first minute in which that is done, of ${many}`, value: inspected, unit: '' },
    { name: '... reads for each', value: calls.reads / inspected, unit: '' },
    { name: '... minutes until all have been, at this pace', value: MANY / inspected, unit: 'min' },
    { name: '... writes', value: calls.writes, unit: '', target: { atMost: 0 } },
  ]
}

/**
 * Pages of an inventory: our security groups by 1,000, the tag index (a load balancer, a target group and a listener a Service) by 100, load balancers and
 * target groups by 400, and one each of zones, networks, subnets, instances and the instances' groups.
 */
function pagesOf(services: number): number {
  return Math.ceil((services + 1) / 1_000) + Math.ceil((services * 3) / 100) + 2 * Math.ceil(services / 400) + 5
}

/** From the end of a start, in real time, under the limits that the program keeps to. */
async function firstMinute(stand: Stand): Promise<{ readonly inspected: number; readonly calls: Calls }> {
  let inspected = 0
  const counting = (cloud: Cloud): Cloud => ({
    ...cloud,
    async inspect(stacks, signal) {
      const found = (await cloud.inspect?.(stacks, signal)) ?? { changed: [], missed: [] }
      inspected += stacks.length - found.missed.length
      return found
    },
  })
  await stand.begin({ isLimited: true, wrap: counting })
  await stand.untilQuiet()
  stand.clock.jump(UNTIL_FIRST_LOOK_MS)
  const [mark, before] = [stand.emulated.journal.mark, inspected]
  await sleep(WATCHED_MS)
  const found = { inspected: inspected - before, calls: callsSince(stand.emulated, mark) }
  await stand.stop()
  return found
}

export const crowdNotes: readonly string[] = [
  'A start is wanted to cost the pages of the inventory and nothing for each Service: security groups by 1,000, the tag index by 100 (three objects a Service), load balancers and target groups by 400, and five lists of the network.',
  'Before a restart nothing has happened for two minutes, and a Lease shows that a process led until then. Where the backends may have changed meanwhile, or no Lease shows when that process ended, each target group is read too.',
  'The background looks at Stacks in full, of which each has one a day, and one within the hour after a start, are left out of a restart and of an hour at rest, and shown by themselves: for a minute under the limits that the program keeps to.',
  'Which targets are registered stands on no page. After a restart those that are wanted are trusted to be there; before the first one is taken away the group is read.',
]
