/** What single Services cost, from their creation to their end. */
import { annotate, create, patch, portsOf, remove } from '../cluster/life.ts'
import type { Event } from './row.ts'

const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
/** What all Services share: two writes for the group of each of three zones, the health check, and its firewall rule. */
const BASE = 8

/** In the order in which they happen. */
export const LIFE: readonly Event[] = [
  {
    event: 'the first Service of a cluster, 1 port',
    wanted: [undefined, 3 + BASE],
    least: [1, 3 + BASE],
    igce: [17, 14],
    act: (stand) => create(stand, 'first'),
  },
  { event: 'create, 1 port', wanted: [1, 3], least: [1, 3], igce: [16, 6], act: (stand) => create(stand, 'one') },
  { event: 'create, 3 ports', wanted: [1, 3], least: [1, 3], igce: [16, 6], act: (stand) => create(stand, 'three', { ports: 3 }) },
  { event: 'create, 1 port, internal', wanted: [1, 3], least: [1, 3], act: (stand) => create(stand, 'inside', { annotations: INTERNAL }) },
  {
    event: 'create, 1 port, with a source range',
    wanted: [1, 4],
    least: [1, 3],
    igce: [16, 6],
    act: (stand) => create(stand, 'fenced', { sourceRanges: ['192.0.2.0/24'] }),
  },
  {
    event: 'an unrelated annotation',
    wanted: [0, 0],
    least: [0, 0],
    igce: [14, 2],
    act: (stand) => annotate(stand, 'one', { 'prometheus.io/scrape': 'false' }),
  },
  { event: 'a label', wanted: [0, 0], least: [0, 0], act: (stand) => patch(stand, 'one', { metadata: { labels: { tier: 'front' } } }) },
  { event: 'one port added to one', wanted: [2, 3], least: [1, 3], igce: [15, 5], act: (stand) => patch(stand, 'one', portsOf(2)) },
  { event: 'one port removed from three', wanted: [0, 2], least: [0, 1], igce: [15, 5], act: (stand) => patch(stand, 'three', portsOf(2)) },
  {
    event: 'source ranges, one more',
    wanted: [0, 1],
    least: [0, 1],
    igce: [14, 3],
    act: (stand) => patch(stand, 'fenced', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24', '198.51.100.0/24'] } }),
  },
  {
    event: 'affinity',
    wanted: [1, 1],
    least: [0, 1],
    igce: [14, 3],
    act: (stand) => patch(stand, 'one', { spec: { sessionAffinity: 'ClientIP' } }),
  },
  {
    event: 'policy Local',
    wanted: [1, 3],
    least: [0, 3],
    act: (stand) => patch(stand, 'three', { spec: { externalTrafficPolicy: 'Local' } }),
  },
  {
    event: 'global access',
    wanted: [1, 1],
    least: [0, 1],
    igce: [14, 3],
    act: (stand) => annotate(stand, 'inside', { 'fairlead.dev/global-access': 'true' }),
  },
  { event: 'delete, 1 port', wanted: [0, 3], least: [0, 3], act: (stand) => remove(stand, 'first') },
  { event: 'delete, 1 port, internal', wanted: [0, 3], least: [0, 3], act: (stand) => remove(stand, 'inside') },
]
