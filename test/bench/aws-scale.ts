/** Very many Services at once under the request rates that AWS allows an account: how near the work comes to the shortest time that they leave. */
import { loadavg } from 'node:os'
import { LIMITS } from '../../providers/aws/api/calls.ts'
import { connectAccount, type Place, PROVIDER } from './aws/account.ts'
import { startRemoteWorld } from './aws/remote.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { measureAtOnce, type ScaledCloud } from './cluster/at-once.ts'

const TIME_SCALE = 20
const AT_ONCE = 1_000
const JOINED = 500
/** By how much the limits' own time may be exceeded. */
const ALLOWANCE = 1.3
const THROTTLED = new Set(['Throttling', 'RequestLimitExceeded'])

/** Seconds of the cloud's time. */
interface Taken {
  readonly created: number
  readonly joined: number
  readonly throttled: number
}

export const benchmark: Benchmark = {
  name: 'aws-scale',
  what: `Very many Services on the emulated AWS with the request rates that AWS publishes, as the program keeps to them; both times pass ${TIME_SCALE} times as quickly.`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const many = await measure(AT_ONCE, say)
    const few = await measure(JOINED, say)
    const loadAfter = loadavg()[0] ?? 0
    return {
      figures: [
        ...figuresOf(`${AT_ONCE.toLocaleString('en-US')} Services created at once, until all are served`, many.created, creationBound(AT_ONCE)),
        ...figuresOf(`${JOINED} Services created at once, until all are served`, few.created, creationBound(JOINED)),
        ...figuresOf(`a node joins, ${JOINED} Services, until it is behind all of them`, few.joined, joinBound(JOINED)),
        ...figuresOf(`a node joins, ${AT_ONCE.toLocaleString('en-US')} Services`, many.joined, joinBound(AT_ONCE)),
        { name: 'calls that AWS turned away as too many', value: many.throttled + few.throttled, unit: '' },
      ],
      notes: [
        'Seconds are those of the cloud. What the limits leave is reckoned from the buckets, full at the beginning, and from the fewest calls that it takes: for each Service of one port three writes to ELBv2, one registration and two writes to EC2; the family that takes longest decides.',
        "The controller and its API server are one process, the emulated account is another. A call's own time counts as often as time is quicker: twenty milliseconds are four tenths of a second here.",
        'Calls are turned away though none is made without a token: where one arrives sooner after its token than those before it did, it finds the bucket of the account emptier than ours. Such differences count as often as time is quicker too.',
        `The load of the machine was ${loadBefore.toFixed(1)} when it began and ${loadAfter.toFixed(1)} when it ended, on two cores; what waits for a core here makes the figures longer.`,
        'The account takes its time as in the field: load balancers are provisioned for two and a half minutes, and lists and the tag index lag.',
      ],
    }
  },
}

function creationBound(services: number): number {
  const families = { 'elb-write': 3 * services, 'elb-targets': services, 'ec2-write': 2 * services + 2 } as const
  return Math.max(...Object.entries(families).map(([family, calls]) => seconds(family as keyof typeof LIMITS, calls)))
}

function joinBound(services: number): number {
  return seconds('elb-targets', services)
}

/** Until so many calls of a family can have been made. */
function seconds(family: keyof typeof LIMITS, calls: number): number {
  const { burst, perSecond } = LIMITS[family]
  return Math.max(0, calls - burst) / perSecond
}

function figuresOf(name: string, taken: number, bound: number): readonly Figure[] {
  return [
    { name, value: taken, unit: 's', beside: { name: 'what the limits leave, computed', value: bound } },
    { name: '... of what the limits leave', value: taken / bound, unit: 'times', target: { atMost: ALLOWANCE } },
  ]
}

const SCALED: ScaledCloud<Place> = {
  provider: PROVIDER,
  timeScale: TIME_SCALE,
  start: (machines) => startRemoteWorld({ machines, account: { timeScale: TIME_SCALE, limits: 'published' } }),
  connect: connectAccount,
  hasJoined: ({ applied }) => applied.length > 0,
  stacksOf: (services) => services,
}

async function measure(services: number, say: (line: string) => void): Promise<Taken> {
  const { created, joined, calls } = await measureAtOnce(SCALED, services)
  const throttled = calls.filter(({ code = '' }) => THROTTLED.has(code)).length
  say(`${services} Services are served after ${created.toFixed(0)} s; the limits leave ${creationBound(services).toFixed(0)} s`)
  say(`a node joined after ${joined.toFixed(0)} s; the limits leave ${joinBound(services).toFixed(0)} s; ${throttled} calls were throttled`)
  return { created, joined, throttled }
}
