/** Changes of a Service that is served. A packet that may flow all the time is sent before, after every write, and at the end. */
import { describe, expect, test } from 'vitest'
import { hostOf, type ServiceParts } from './cluster.ts'
import { type BaseWorld, CLIENT } from './world.ts'

export type Flow = readonly [port: number, from?: string, protocol?: 'TCP' | 'UDP']

/** `E`: the emulated cloud with its own face. */
export interface Change<W extends BaseWorld, E> {
  readonly what: string
  readonly before?: (cloud: E) => ServiceParts
  readonly after: (cloud: E) => ServiceParts
  /** Behind the Service; one of IPv4 unless said. */
  readonly pods?: readonly string[]
  /** What flows before, during and after. */
  readonly keeps?: readonly Flow[]
  /** What flows afterwards and did not before; and the other way round. */
  readonly opens?: readonly Flow[]
  readonly shuts?: readonly Flow[]
  /** Answered by the cloud in the end. */
  readonly check?: (world: W) => void
}

export const ALWAYS: readonly Flow[] = [[80]]
/** Not in the ranges that the tests let in. */
export const STRANGER = '198.51.100.77'

export const port = (number: number, protocol = 'TCP') => ({ name: `p${number}-${protocol.toLowerCase()}`, port: number, protocol })
export const ports = (...numbers: readonly number[]): ServiceParts => ({ spec: { ports: numbers.map((number) => port(number)) } })
export const noted = (annotations: Readonly<Record<string, string | null>>): ServiceParts => ({ annotations })

function merged(before: ServiceParts): ServiceParts {
  return { ...before, spec: { ports: [port(80)], ...before.spec } }
}

/** Of ports and of who may come: the same on every cloud. */
const COMMON: readonly Change<BaseWorld, unknown>[] = [
  { what: 'a port comes and one goes', before: () => ports(80, 81), after: () => ports(80, 82), keeps: ALWAYS, opens: [[82]], shuts: [[81]] },
  {
    what: 'a port becomes UDP',
    before: () => ports(80, 53),
    after: () => ({ spec: { ports: [port(80), port(53, 'UDP')] } }),
    keeps: ALWAYS,
    opens: [[53, CLIENT, 'UDP']],
    shuts: [[53]],
  },
  {
    what: 'fewer may come',
    after: () => ({ spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } }),
    keeps: ALWAYS,
    shuts: [[80, STRANGER]],
  },
  {
    what: 'everybody may come again',
    before: () => ({ spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } }),
    after: () => ({ spec: { loadBalancerSourceRanges: null } }),
    keeps: ALWAYS,
    opens: [[80, STRANGER]],
  },
  {
    what: 'one port has ranges of its own',
    before: () => ports(80, 81),
    after: () => noted({ 'fairlead.dev/source-ranges.81': '203.0.113.0/24' }),
    keeps: [[80], [80, STRANGER], [81]],
    shuts: [[81, STRANGER]],
  },
]

/** The common changes, and those of this cloud. */
export function liveChanges<W extends BaseWorld, E>(
  { open, cloudOf }: { readonly open: () => Promise<W>; readonly cloudOf: (world: W) => E },
  changes: readonly Change<W, E>[],
): void {
  describe('a change of a live Service', { timeout: 120_000 }, () => {
    test.for([...COMMON, ...changes])('$what', async ({ before = () => ({}), after, pods, keeps = [], opens = [], shuts = [], check }) => {
      const world = await open()
      const cloud = cloudOf(world)
      const { journal } = world.emulator
      await world.start()
      await world.cluster.create('web', merged(before(cloud)), pods)
      await world.cluster.create('neighbour')
      const host = hostOf(await world.untilReason('web', 'Ready')) ?? ''
      const other = hostOf(await world.untilReason('neighbour', 'Ready')) ?? ''
      const answers = (flows: readonly Flow[], to = host): readonly string[] => flows.map(([...flow]) => world.send(to, ...flow))
      const asked = after(cloud)
      expect(answers([...keeps, ...shuts]), 'before').toEqual([...keeps, ...shuts].map(() => 'web'))
      expect(answers(opens)).not.toContain('web')
      world.onWrite = ({ action }) => {
        expect(answers(keeps), `after ${action}`).toEqual(keeps.map(() => 'web'))
        expect(world.send(other)).toBe('neighbour')
      }
      const { mark } = journal
      await world.cluster.change('web', asked)
      await world.until('something is done', () => journal.since(mark).some(({ kind }) => kind === 'write'))
      await world.rest()
      await world.untilReason('web', 'Ready')
      const now = hostOf(await world.cluster.get('web')) ?? ''
      await world.until('it flows', () => answers([...keeps, ...opens], now).every((answer) => answer === 'web'))
      await world.until('it is shut', () => !answers(shuts, now).includes('web'))
      await world.pass(20 * 60_000)
      check?.(world)
      const lasting = keeps.length > 0 ? keeps : ALWAYS
      expect(answers(lasting, now), 'in the end').toEqual(lasting.map(() => 'web'))
    })
  })
}
