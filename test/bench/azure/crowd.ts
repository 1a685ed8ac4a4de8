/** What an event costs that concerns many Services, of one port each, on three nodes. */
import type { Beside, Figure } from '../benchmark.ts'
import { createAll, LIFE_NODES, removeAll } from '../cluster/life.ts'
import { removeNode } from '../cluster/populate.ts'
import type { Calls, Say, Stand } from '../cluster/stand.ts'
import { figuresOf } from './row.ts'
import { openStand } from './stand.ts'

const AT_ONCE = 20
const FEW = 50
const MANY = 500
const HOUR_MS = 3_600_000
/** What the program takes when nothing is said. */
const DRIFT_INTERVAL_MS = 600_000
/** With many, the time that this machine takes to plan would count as often as time passes more quickly. */
const TIME_SCALE_OF_MANY = 4
/** Of a list of addresses, load balancers or anything else. */
const PAGE = 100
/** Of a shared document, for all that happens at once. */
const WRITES = 4

export async function fewServices(say: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  await stand.start()
  await createAll(stand, 1)
  await stand.untilQuiet()
  const created = say(`${AT_ONCE} at once`, await stand.callsOf(() => createAll(stand, AT_ONCE + 1, 1), AT_ONCE))
  await createAll(stand, FEW, AT_ONCE + 1)
  await stand.untilQuiet()
  const joined = say('a node joins', await stand.callsOf(() => stand.addNode(LIFE_NODES), 1))
  const left = say('a node leaves', await stand.callsOf(() => removeNode(stand.server.cluster, LIFE_NODES), 1))
  const restarted = await restart(stand, say)
  const idle = say('an hour at rest', await stand.callsWithin(() => stand.pass(HOUR_MS)))
  await stand.close()
  const inventories = Math.ceil(HOUR_MS / (DRIFT_INTERVAL_MS * 0.9))
  return [
    ...figuresOf({ event: `${AT_ONCE} Services at once`, wanted: [undefined, AT_ONCE + 4], least: [0, AT_ONCE + 2], cpa: [281, 60] }, created),
    ...figuresOf({ event: `a node joins, ${FEW} Services`, wanted: [undefined, 1], least: [0, 1], cpa: [253, 1] }, joined),
    ...figuresOf({ event: `a node leaves, ${FEW} Services`, wanted: [undefined, 1], least: [0, 1] }, left),
    ...figuresOf({ event: `a restart with ${FEW} Services, nothing changed`, wanted: [pagesOf(FEW), 0], least: [pagesOf(FEW), 0], cpa: [204, 0] }, restarted),
    ...figuresOf({ event: `an hour at rest, ${FEW} Services`, wanted: [inventories * pagesOf(FEW), 0], cpa: [0, 0] }, idle),
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
  const pages = pagesOf(MANY)
  return [
    ...figuresOfKinds(`${MANY} Services at once, the first of a cluster`, 'Put', created),
    ...figuresOf({ event: `a node joins, ${MANY} Services`, wanted: [undefined, 1], least: [0, 1] }, joined),
    ...figuresOf({ event: `a restart with ${MANY} Services, nothing changed`, wanted: [pages, 0], least: [pages, 0] }, restarted),
    ...figuresOfKinds(`${MANY} Services deleted at once`, 'Delete', deleted),
  ]
}

async function restart(stand: Stand, say: Say): Promise<Calls> {
  await stand.stop()
  return say('a restart', await stand.callsWithin(() => stand.start({ driftIntervalMs: DRIFT_INTERVAL_MS, isLimited: true })))
}

/** The load balancers, the security group, and pages of addresses; two of these are seeded. */
function pagesOf(services: number): number {
  return 2 + Math.ceil((services + 2) / PAGE)
}

/** What is written for each Service, and what is written for all. */
function figuresOfKinds(event: string, verb: 'Put' | 'Delete', { actions, reads }: Calls): readonly Figure[] {
  const count = (...names: readonly string[]): number => names.reduce((sum, name) => sum + (actions[name] ?? 0), 0)
  const peer = (value: number): readonly Beside[] => [{ name: 'cloud-provider-azure, three writes a Service', value }]
  return [
    {
      name: `${event}: addresses`,
      value: count(`${verb}PublicIpAddress`),
      unit: '',
      target: { atMost: MANY },
      beside: [{ name: 'least', value: MANY }, ...peer(MANY)],
    },
    ...[['load balancers', count('PutLoadBalancer', 'DeleteLoadBalancer')] as const, ['security groups', count('PutNetworkSecurityGroup')] as const].map(
      ([what, value]): Figure => ({
        name: `... writes of ${what}`,
        value,
        unit: '',
        target: { atMost: WRITES },
        beside: [{ name: 'least', value: 1 }, ...peer(MANY)],
      }),
    ),
    { name: '... reads', value: reads, unit: '' },
  ]
}
