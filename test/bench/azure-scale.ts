/** Very many Services at once under the request rates that Azure publishes, with load balancers that take their time: until all are served, beside one Service after the other. */
import { loadavg } from 'node:os'
import { type AzureOptions, REALISTIC } from '../../emulators/azure/index.ts'
import { LIMITS } from '../../providers/azure/api/calls.ts'
import { connectSubscription, RULE_LIMIT } from './azure/connect.ts'
import { startRemoteSubscription } from './azure/remote.ts'
import { SerialPeer } from './azure/serial-peer.ts'
import { type Place, PROVIDER } from './azure/subscription.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { measureAtOnce, NODES, type ScaledCloud, secondsOf } from './cluster/at-once.ts'
import { JumpingClock } from './cluster/jumping-clock.ts'

const TIME_SCALE = 5
const SERVICES = 500
/** So many are made one after the other; all of them would take hours of the cloud. */
const IN_SERIES = 10
/** How long a write of a load balancer takes, as users report it. */
const BALANCER_SECONDS = [10, 60]
/** Of each shared document. */
const WRITES = 4

type Say = (line: string) => void

/** Seconds of the cloud's time. */
interface Taken {
  readonly created: number
  readonly joined: number
  readonly serial: number
  /** How often each action was called while the Services were made. */
  readonly actions: Readonly<Record<string, number>>
  readonly throttled: number
}

export const benchmark: Benchmark = {
  name: 'azure-scale',
  what: `${SERVICES} Services on the emulated Azure with the request rates that Azure publishes, as the program keeps to them, and load balancers that take ${BALANCER_SECONDS.join(' or ')} s to write; time passes ${TIME_SCALE} times as quickly.`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const figures: Figure[] = []
    for (const seconds of BALANCER_SECONDS) figures.push(...figuresOf(seconds, await measure(seconds, say)))
    return {
      figures,
      notes: [
        `Seconds are those of the cloud. At least is reckoned from the buckets, full at the beginning: ${SERVICES} addresses, ${LIMITS['arm-write'].burst} at once and ${LIMITS['arm-write'].perSecond} a second, then one address and one write of the load balancer until they have ended.`,
        `One after the other: what cloud-provider-azure does for a Service that is not the first, modelled by a small client on the same emulated Azure: nine reads, then the address, the load balancer and the security group, each written, polled until it has ended and read. ${IN_SERIES} Services were measured, and are multiplied. It is polled each second, where that controller asks every five or when Azure says (ten): the ratio says nothing about polling.`,
        'That controller itself, measured on another test bed with load balancers that take 5 s and everything else at once, takes 5.2 s a Service, strictly one after the other.',
        'A write of a load balancer takes the same time however large it is, on both sides.',
        "A call's own time counts as often as time is quicker, and so does the time to plan; the controller and its API server are one process, the emulated Azure is another.",
        `The load of the machine was ${loadBefore.toFixed(1)} when it began and ${(loadavg()[0] ?? 0).toFixed(1)} when it ended, on two cores.`,
      ],
    }
  },
}

function figuresOf(balancerSeconds: number, { created, joined, serial, actions, throttled }: Taken): readonly Figure[] {
  const count = (action: string): number => actions[action] ?? 0
  const at = `a load balancer takes ${balancerSeconds} s`
  const reads = Object.entries(actions).reduce((sum, [action, calls]) => sum + (/^(Get|List)/.test(action) ? calls : 0), 0)
  return [
    {
      name: `${SERVICES} Services created at once, ${at}: until all are served`,
      value: created,
      unit: 's',
      beside: [
        { name: 'at least, computed', value: boundOf(balancerSeconds) },
        { name: 'one after the other', value: serial },
      ],
    },
    { name: '... one after the other takes, of that', value: serial / created, unit: 'times' },
    { name: '... addresses written', value: count('PutPublicIpAddress'), unit: '', target: { atMost: SERVICES } },
    { name: '... writes of load balancers', value: count('PutLoadBalancer'), unit: '', target: { atMost: WRITES } },
    { name: '... writes of security groups', value: count('PutNetworkSecurityGroup'), unit: '', target: { atMost: WRITES } },
    { name: '... reads', value: reads, unit: '' },
    {
      name: `a node joins, ${SERVICES} Services, ${at}: until it is behind all of them`,
      value: joined,
      unit: 's',
      beside: [{ name: 'at least, computed', value: balancerSeconds }],
    },
    { name: '... calls that Azure turned away as too many, in all', value: throttled, unit: '' },
  ]
}

function boundOf(balancerSeconds: number): number {
  const { burst, perSecond } = LIMITS['arm-write']
  return (SERVICES - burst) / perSecond + REALISTIC.address / 1_000 + balancerSeconds
}

async function measure(balancerSeconds: number, say: Say): Promise<Taken> {
  const account: AzureOptions = {
    timeScale: TIME_SCALE,
    limits: 'published',
    delays: { ...REALISTIC, loadBalancer: balancerSeconds * 1_000 },
    quotas: { rulesPerMember: RULE_LIMIT },
  }
  const serial = await inSeries(account)
  say(`one after the other, ${IN_SERIES} Services take ${serial.toFixed(0)} s of a cloud whose load balancers take ${balancerSeconds} s`)
  const found = await atOnce(account)
  say(`${SERVICES} at once are served after ${found.created.toFixed(0)} s, a node joined after ${found.joined.toFixed(0)} s: ${JSON.stringify(found.actions)}`)
  return { ...found, serial: (serial / IN_SERIES) * SERVICES }
}

/** Seconds from the second Service on: the first has a load balancer to make. */
async function inSeries(account: AzureOptions): Promise<number> {
  await using world = await startRemoteSubscription({ machines: NODES, account })
  const clock = new JumpingClock(TIME_SCALE)
  const peer = new SerialPeer(world.place, clock)
  await peer.create(0)
  return await secondsOf(clock, async () => {
    for (let number = 1; number <= IN_SERIES; number++) await peer.create(number)
  })
}

async function atOnce(account: AzureOptions): Promise<Omit<Taken, 'serial'>> {
  const scaled: ScaledCloud<Place> = {
    provider: PROVIDER,
    timeScale: TIME_SCALE,
    start: (machines) => startRemoteSubscription({ machines, account }),
    connect: connectSubscription,
    // A turn that finds that a write of a load balancer has ended has read it.
    hasJoined: ({ applied }) => applied.some(({ verb, kind }) => verb === 'read' && kind === 'load balancer'),
    stacksOf: () => 1,
  }
  const { created, joined, creation, calls } = await measureAtOnce(scaled, SERVICES)
  const actions = countsOf(creation.filter(({ status }) => status < 400))
  return { created, joined, actions, throttled: calls.filter(({ status }) => status === 429).length }
}

function countsOf(calls: readonly { readonly action: string }[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(calls, ({ action }) => action)].map(([action, all]) => [action, all.length]))
}
