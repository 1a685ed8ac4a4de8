/** The local provider: the contract, answered by the planner and the data plane. One Stack, the whole pool of this process. */
import type { AnnotationSet } from '../../annotations/define.ts'
import { local } from '../../annotations/local.ts'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Cautions, Provider } from '../../src/provider/provider.ts'
import { apply } from './apply.ts'
import type { DataPlane } from './balancer/data-plane.ts'
import { capabilities } from './capabilities.ts'
import { localClient, type Reach } from './client.ts'
import { observe, STACK } from './observe.ts'
import { type Memory, noMemory } from './served-state.ts'
import type { LocalView } from './parts.ts'
import { outlookOf, planner, type PlannerOptions } from './plan.ts'
import { status } from './status.ts'
import type { LocalStep } from './steps.ts'

/** The local balancer has no annotations of its own: the neutral vocabulary is enough. */
export type LocalOptions = typeof local extends AnnotationSet<infer Options> ? Options : never

export interface LocalProviderOptions extends PlannerOptions {
  /** The lowest port this process may bind: asked at each look. */
  readonly lowestPort: () => Promise<number>
  readonly clock?: Clock
  readonly dataPlane: DataPlane
  readonly reach: Reach
  readonly annotations?: AnnotationSet<LocalOptions>
  /** Absent: nothing outlives this process. */
  readonly memory?: Memory
}

/** Says on a Service where its ports are found, since its status cannot. */
function raisedPorts(offset: number): Cautions {
  return ({ listeners }) => {
    const served = listeners.filter(({ port }) => port + offset <= 65_535).map(({ key, port }) => `${key} at ${port + offset}`)
    return served.length === 0 ? [] : [`With --port-offset ${offset}, the published ports are found higher: ${served.join(', ')}.`]
  }
}

export type LocalProvider = Provider<LocalOptions, LocalView, LocalStep>

export function localProvider({
  dataPlane,
  reach,
  annotations = local,
  memory = noMemory,
  clock = systemClock,
  lowestPort,
  ...options
}: LocalProviderOptions): LocalProvider {
  const client = localClient({ dataPlane, reach, portOffset: options.portOffset, pools: options.pools, clock, lowestPort, memory })
  return {
    name: 'local',
    calledAs: 'this machine',
    capabilities: capabilities({ reach: reach.kind, portOffset: options.portOffset }),
    annotations,
    ...(options.portOffset === 0 ? {} : { cautions: raisedPorts(options.portOffset) }),
    defaultTargets: 'pods',
    stackOf: () => STACK,
    isEmpty: (view) => view.owners.size === 0,
    async *inventory() {
      yield [STACK, await observe(client)] as const
    },
    observe: () => observe(client),
    owners: (view) => [...view.owners.values()].map(({ owner }) => owner),
    plan: planner(options),
    outlook: outlookOf(options),
    apply: (step) => apply(step, client),
    health: { targets: (_, owners) => Promise.resolve(client.targets(owners)) },
    status,
    listeners: (view, { uid }) => [...new Set((view.owners.get(uid)?.parts ?? []).flatMap(({ listener, lingers }) => (lingers ? [] : [listener])))],
  }
}
