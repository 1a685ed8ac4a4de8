/** What single Services cost, from their creation to their end. */
import { annotate, create, patch, portsOf, remove } from '../cluster/life.ts'
import type { Event } from './row.ts'

const INTERNAL = { 'fairlead.dev/scheme': 'internal' }

/** In the order in which they happen. */
export const LIFE: readonly Event[] = [
  { event: 'the first Service of a cluster, 1 port', wanted: [undefined, 3], least: [0, 3], cpa: [18, 4], act: (stand) => create(stand, 'first') },
  { event: 'create, 1 port', wanted: [undefined, 3], least: [0, 3], cpa: [14, 3], act: (stand) => create(stand, 'one') },
  { event: 'create, 3 ports', wanted: [undefined, 3], least: [0, 3], cpa: [14, 3], act: (stand) => create(stand, 'three', { ports: 3 }) },
  {
    event: 'create, 1 port, internal, the first of a cluster',
    wanted: [undefined, 1],
    least: [0, 1],
    cpa: [9, 2],
    act: (stand) => create(stand, 'inside', { annotations: INTERNAL }),
  },
  {
    event: 'create, 1 port, internal',
    wanted: [undefined, 1],
    least: [0, 1],
    cpa: [6, 1],
    act: (stand) => create(stand, 'inside-too', { annotations: INTERNAL }),
  },
  {
    event: 'an unrelated annotation',
    wanted: [0, 0],
    least: [0, 0],
    cpa: [4, 0],
    act: (stand) => annotate(stand, 'one', { 'prometheus.io/scrape': 'false' }),
  },
  { event: 'a label', wanted: [0, 0], least: [0, 0], cpa: [0, 0], act: (stand) => patch(stand, 'one', { metadata: { labels: { tier: 'front' } } }) },
  { event: 'one port added to one', wanted: [undefined, 2], least: [0, 2], cpa: [9, 2], act: (stand) => patch(stand, 'one', portsOf(2)) },
  { event: 'one port removed from three', wanted: [undefined, 2], least: [0, 2], cpa: [9, 2], act: (stand) => patch(stand, 'three', portsOf(2)) },
  {
    event: 'source ranges, the first',
    wanted: [undefined, 1],
    least: [0, 1],
    cpa: [7, 1],
    act: (stand) => patch(stand, 'one', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } }),
  },
  {
    event: 'source ranges, one more',
    wanted: [undefined, 1],
    least: [0, 1],
    cpa: [7, 1],
    act: (stand) => patch(stand, 'one', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24', '198.51.100.0/24'] } }),
  },
  {
    event: 'an unrelated annotation, a security rule of its own',
    wanted: [0, 0],
    least: [0, 0],
    cpa: [6, 1],
    act: (stand) => annotate(stand, 'one', { 'prometheus.io/scrape': 'true' }),
  },
  { event: 'tags', wanted: [undefined, 1], least: [0, 1], act: (stand) => annotate(stand, 'one', { 'fairlead.dev/tags': 'team=shop' }) },
  { event: 'an idle timeout', wanted: [undefined, 1], least: [0, 1], act: (stand) => annotate(stand, 'one', { 'fairlead.dev/idle-timeout': '10m' }) },
  { event: 'delete, 1 port', wanted: [undefined, 3], least: [0, 3], cpa: [11, 3], act: (stand) => remove(stand, 'first') },
  { event: 'delete, 1 port, internal', wanted: [undefined, 1], least: [0, 1], act: (stand) => remove(stand, 'inside') },
]
