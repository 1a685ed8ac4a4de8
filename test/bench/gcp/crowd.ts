/** What an event costs that concerns many Services, of one port each, on three nodes. */
import type { Figure } from '../benchmark.ts'
import { createAll, LIFE_NODES, removeAll } from '../cluster/life.ts'
import { removeNode } from '../cluster/populate.ts'
import type { Calls, Say, Stand } from '../cluster/stand.ts'
import { figuresOf } from './row.ts'
import { openStand } from './stand.ts'

const FEW = 50
const MANY = 1_000
const HOUR_MS = 3_600_000
/** What the program takes when nothing is said. */
const DRIFT_INTERVAL_MS = 600_000
/** With many, the time that this machine takes to plan would count as often as time passes more quickly. */
const TIME_SCALE_OF_MANY = 4
/** Of any list. */
const PAGE = 500
/** Two in each of three zones, the health check, and its firewall rule. */
const BASE = 8

export async function fewServices(say: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  await stand.start()
  const created = say(`${FEW} at once`, await stand.callsOf(() => createAll(stand, FEW), FEW))
  const joined = say('a node joins', await stand.callsOf(() => stand.addNode(LIFE_NODES), 1))
  const left = say('a node leaves', await stand.callsOf(() => removeNode(stand.server.cluster, LIFE_NODES), 1))
  const restarted = await restart(stand, say)
  const idle = say('an hour at rest', await stand.callsWithin(() => stand.pass(HOUR_MS)))
  await stand.close()
  const inventories = Math.ceil(HOUR_MS / (DRIFT_INTERVAL_MS * 0.9))
  const pages = pagesOf(FEW)
  return [
    ...figuresOf({ event: `${FEW} Services at once, the first of a cluster`, wanted: [undefined, 3 * FEW + BASE], least: [FEW, 3 * FEW + BASE] }, created),
    ...figuresOf({ event: `a node joins, ${FEW} Services`, wanted: [2, 1], least: [0, 1], igce: [3, 1] }, joined),
    ...figuresOf({ event: `a node leaves, ${FEW} Services`, wanted: [2, 1], least: [0, 1], igce: [3, 1] }, left),
    ...figuresOf({ event: `a restart with ${FEW} Services, nothing changed`, wanted: [pages, 0], least: [pages, 0], igce: [14 * FEW, 2 * FEW] }, restarted),
    ...figuresOf({ event: `an hour at rest, ${FEW} Services`, wanted: [inventories * pages, 0], igce: [6 * 14 * FEW, 6 * 2 * FEW] }, idle),
  ]
}

export async function manyServices(say: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES, TIME_SCALE_OF_MANY)
  await stand.start({ isLimited: true })
  const created = say(`${MANY} at once`, await stand.callsOf(() => createAll(stand, MANY), MANY))
  const restarted = await restart(stand, say)
  const joined = say('a node joins', await stand.callsOf(() => stand.addNode(LIFE_NODES), 1))
  const deleted = say(`${MANY} deleted at once`, await stand.callsOf(() => removeAll(stand, MANY), MANY))
  await stand.close()
  const [pages, many] = [pagesOf(MANY), MANY.toLocaleString('en-US')]
  return [
    ...figuresOf({ event: `${many} Services at once, the first of a cluster`, wanted: [undefined, 3 * MANY + BASE], least: [MANY, 3 * MANY + BASE] }, created),
    ...figuresOf({ event: `a node joins, ${many} Services`, wanted: [2, 1], least: [0, 1], igce: [3, 1] }, joined),
    ...figuresOf({ event: `a restart with ${many} Services, nothing changed`, wanted: [pages, 0], least: [pages, 0], igce: [14 * MANY, 2 * MANY] }, restarted),
    ...figuresOf({ event: `${many} Services deleted at once`, wanted: [undefined, 3 * MANY + BASE], least: [0, 3 * MANY + BASE - 3] }, deleted),
  ]
}

async function restart(stand: Stand, say: Say): Promise<Calls> {
  await stand.stop()
  return say('a restart', await stand.callsWithin(() => stand.start({ driftIntervalMs: DRIFT_INTERVAL_MS, isLimited: true })))
}

/** Forwarding rules, backend services and firewall rules by pages; one each of addresses, subnets, health checks and both kinds of groups; the members of three groups. */
function pagesOf(services: number): number {
  return 2 * Math.ceil(services / PAGE) + Math.ceil((services + 1) / PAGE) + 5 + 3
}
