/** What single Services cost, from their creation to their end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { create, LIFE_NODES, patch, portsOf, remove } from '../cluster/life.ts'
import { NAMESPACE } from '../cluster/populate.ts'
import type { Calls, Say, Stand } from '../cluster/stand.ts'
import type { Event, Row } from './row.ts'
import { openStand } from './stand.ts'

function addPod({ server: { cluster } }: Stand, name: string): void {
  const place = { namespace: NAMESPACE, name: `${name}-x7k2p` }
  const { endpoints = [] } = (cluster.get('endpointslices', NAMESPACE, place.name) ?? {}) as { readonly endpoints?: readonly object[] }
  cluster.patch('endpointslices', place, { endpoints: [...endpoints, { ...endpoints[0], addresses: ['10.128.200.1'] }] })
}

/** In the order in which they happen. */
export const LIFE: readonly Event[] = [
  {
    event: 'the first Service of a cluster, 1 port',
    wanted: [2, 8],
    least: [0, 8],
    lbc: [22, 8],
    act: (stand) => create(stand, 'first'),
  },
  { event: 'create, 1 port', wanted: [2, 6], least: [0, 6], lbc: [17, 8], ccm: [8, 5], act: (stand) => create(stand, 'one') },
  { event: 'create, 3 ports', wanted: [2, 12], least: [0, 12], lbc: [31, 14], ccm: [8, 11], act: (stand) => create(stand, 'three', { ports: 3 }) },
  {
    event: 'create, 1 port, with settings of the load balancer and of its target group',
    wanted: [2, 9],
    least: [0, 8],
    act: (stand) => create(stand, 'special', { annotations: { 'fairlead.dev/drain-timeout': '30s', 'fairlead.dev/cross-zone': 'true' } }),
  },
  {
    event: 'an unrelated annotation, 1 port',
    wanted: [0, 0],
    least: [0, 0],
    lbc: [15, 0],
    ccm: [11, 0],
    act: (stand) => patch(stand, 'one', { metadata: { annotations: { 'prometheus.io/scrape': 'false' } } }),
  },
  {
    event: 'an unrelated annotation, 3 ports',
    wanted: [0, 0],
    least: [0, 0],
    lbc: [19, 0],
    ccm: [13, 0],
    act: (stand) => patch(stand, 'three', { metadata: { annotations: { 'prometheus.io/scrape': 'false' } } }),
  },
  {
    event: 'a label',
    wanted: [0, 0],
    least: [0, 0],
    lbc: [0, 0],
    ccm: [0, 0],
    act: (stand) => patch(stand, 'one', { metadata: { labels: { tier: 'front' } } }),
  },
  { event: 'one port added to one', wanted: [0, 4], least: [0, 4], lbc: [18, 4], ccm: [12, 4], act: (stand) => patch(stand, 'one', portsOf(2)) },
  { event: 'one port added to three', wanted: [0, 4], least: [0, 4], act: (stand) => patch(stand, 'three', portsOf(4)) },
  { event: 'one port removed from four', wanted: [0, 3], least: [0, 3], lbc: [24, 6], ccm: [14, 3], act: (stand) => patch(stand, 'three', portsOf(3)) },
  { event: 'create, 1 port, with a source range', wanted: [2, 6], least: [0, 6], act: (stand) => create(stand, 'fenced', { sourceRanges: ['192.0.2.0/24'] }) },
  {
    event: 'source ranges, one more',
    wanted: [0, 1],
    least: [0, 1],
    lbc: [15, 1],
    ccm: [14, 2],
    act: (stand) => patch(stand, 'fenced', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24', '198.51.100.0/24'] } }),
  },
  {
    event: 'create, 1 port, pods as targets, the first of a cluster',
    wanted: [2, 7],
    least: [0, 7],
    act: (stand) => create(stand, 'pods', { nodePorts: false }),
  },
  { event: 'a pod joins, pods as targets', wanted: [0, 1], least: [0, 1], lbc: [2, 1], act: (stand) => addPod(stand, 'pods') },
  { event: 'delete, 1 port', wanted: [0, 3], least: [0, 3], lbc: [5, 6], ccm: [5, 3], act: (stand) => remove(stand, 'first') },
  { event: 'delete, 3 ports', wanted: [0, 5], least: [0, 5], act: (stand) => remove(stand, 'three') },
]

/** By a process that knows its Stack from the inventory alone. */
export const afterRestart: Row = { event: 'delete, 1 port, after a restart', wanted: [6, 3], least: [0, 3], lbc: [5, 6], ccm: [5, 3] }

/** The Service is one of two that another process made. */
export async function deleteAfterRestart(): Promise<Calls> {
  const stand = await openStand(LIFE_NODES)
  await stand.start()
  await create(stand, 'stays')
  await create(stand, 'goes')
  await stand.stop()
  await stand.start()
  const calls = await stand.callsOf(() => remove(stand, 'goes'))
  await stand.close()
  return calls
}

const IN_USE_MS = 30_000

/** The interfaces of a load balancer stay for a while after it, and keep its group in use. */
export const inUse: Row & { calls(reported: Say): Promise<Calls> } = {
  event: 'delete, 1 port, its security group in use for 30 s',
  least: [0, 3],
  lbc: [16, 25],
  async calls(reported) {
    const stand = await openStand(LIFE_NODES, { interfaces: IN_USE_MS })
    await stand.start()
    await create(stand, 'stays')
    await create(stand, 'goes')
    await stand.untilQuiet()
    const calls = await stand.callsOf(async () => {
      const gone = remove(stand, 'goes')
      await whileTimePasses(stand, gone)
    })
    await stand.close()
    return reported(inUse.event, calls)
  },
}

/** Ten times as quick as it does. */
async function whileTimePasses({ clock }: Stand, end: Promise<void>): Promise<void> {
  const over = end.then(() => true)
  while (!(await Promise.race([over, sleep(100, false)]))) clock.jump(900)
}
