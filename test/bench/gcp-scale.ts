/** Very many Services at once under the request rates that Google publishes, on a cloud that takes its time: how near the work comes to the shortest time that they leave. */
import { loadavg } from 'node:os'
import { REALISTIC } from '../../emulators/gcp/index.ts'
import { LIMITS } from '../../providers/gcp/api/calls.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { measureAtOnce, NODES, type ScaledCloud } from './cluster/at-once.ts'
import { connectProject, type Place, PROVIDER } from './gcp/project.ts'
import { startRemoteProject } from './gcp/remote.ts'

/** Thousands of writes a minute: at five times the speed this machine is what they wait for. */
const TIME_SCALE = 2
const SERVICES = 1_000
/** By how much the limits' own time may be exceeded. */
const ALLOWANCE = 1.3
/** Of each Service: the backend service and the forwarding rule, the firewall rule, and the address that is read. */
const CALLS = { write: 2, 'global-write': 1, read: 1 } as const

export const benchmark: Benchmark = {
  name: 'gcp-scale',
  what: `${SERVICES.toLocaleString('en-US')} Services at once on the emulated Google Cloud with the request rates that Google publishes, as the program keeps to them, and operations that run as long as users report; time passes ${TIME_SCALE} times as quickly.`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const { created, joined, creation, calls } = await measureAtOnce(SCALED, SERVICES)
    const throttled = calls.filter(({ code }) => code === 'rateLimitExceeded').length
    const written = creation.filter(({ kind, status }) => kind === 'write' && status < 400).length
    say(`${SERVICES} Services are served after ${created.toFixed(0)} s; the limits leave ${bound().toFixed(0)} s; a node joined after ${joined.toFixed(0)} s`)
    return {
      figures: [
        {
          name: `${SERVICES.toLocaleString('en-US')} Services created at once, until all are served`,
          value: created,
          unit: 's',
          beside: { name: 'what the limits leave, computed', value: bound() },
        },
        { name: '... of what the limits leave', value: created / bound(), unit: 'times', target: { atMost: ALLOWANCE } },
        { name: '... writes for each', value: written / SERVICES, unit: '' },
        { name: '... reads for each, polls of operations', value: countOf(creation, /Operations\./) / SERVICES, unit: '' },
        {
          name: '... other reads for each',
          value: (creation.filter(({ kind }) => kind === 'read').length - countOf(creation, /Operations\./)) / SERVICES,
          unit: '',
        },
        {
          name: `a node joins, ${SERVICES.toLocaleString('en-US')} Services, until it is behind all of them`,
          value: joined,
          unit: 's',
          beside: { name: 'at least, computed', value: REALISTIC.membership / 1_000 },
        },
        { name: 'calls that Google turned away as too many', value: throttled, unit: '' },
      ] satisfies readonly Figure[],
      notes: [
        `Seconds are those of the cloud. What the limits leave is reckoned from the buckets, full at the beginning, and from the fewest calls that it takes: for each Service two writes in the region and a firewall rule, ${LIMITS.write.burst} at once and ${LIMITS.write.perSecond} a second of each group of methods; then the operations of the last one, one after the other.`,
        'Polls of operations have a group of their own.',
        "The controller and its API server are one process, the emulated project is another. A call's own time, and that to plan, counts as often as time is quicker.",
        `The load of the machine was ${loadBefore.toFixed(1)} when it began and ${(loadavg()[0] ?? 0).toFixed(1)} when it ended, on two cores.`,
      ],
    }
  },
}

const countOf = (calls: readonly { readonly action: string }[], pattern: RegExp): number => calls.filter(({ action }) => pattern.test(action)).length

function bound(): number {
  const families = Object.entries(CALLS).map(([family, calls]) => {
    const { burst, perSecond } = LIMITS[family as keyof typeof CALLS]
    return Math.max(0, calls * SERVICES - burst) / perSecond
  })
  return Math.max(...families) + (REALISTIC.backendService + REALISTIC.forwardingRule + REALISTIC.firewall) / 1_000
}

const SCALED: ScaledCloud<Place> = {
  provider: PROVIDER,
  timeScale: TIME_SCALE,
  start: (machines) =>
    startRemoteProject({ machines: Math.max(machines, NODES + 1), account: { timeScale: TIME_SCALE, limits: 'published', delays: REALISTIC } }),
  connect: connectProject,
  // A turn of the base that finds that a change of a group has ended has read it.
  hasJoined: ({ applied }) => applied.some(({ verb, kind }) => verb === 'read' && kind === 'instance group'),
  stacksOf: () => 1,
}
