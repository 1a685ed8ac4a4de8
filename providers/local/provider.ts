/** The local provider: the contract, answered by the planner and the data plane. One Stack, the whole pool of this process. */
import type { AnnotationSet } from '../../annotations/define.ts'
import { local } from '../../annotations/local.ts'
import type { Provider } from '../../src/provider/provider.ts'
import { apply } from './apply.ts'
import type { DataPlane } from './balancer/data-plane.ts'
import { capabilities } from './capabilities.ts'
import { localClient, type Reach } from './client.ts'
import { observe, STACK } from './observe.ts'
import { type Memory, noMemory } from './memory.ts'
import type { LocalView } from './parts.ts'
import { planner, type PlannerOptions } from './plan.ts'
import { status } from './status.ts'
import type { LocalStep } from './steps.ts'

/** The local balancer has no knobs of its own: the neutral vocabulary says all. */
export type LocalOptions = typeof local extends AnnotationSet<infer Options> ? Options : never

export interface LocalProviderOptions extends PlannerOptions {
  readonly dataPlane: DataPlane
  readonly reach: Reach
  readonly annotations?: AnnotationSet<LocalOptions>
  /** Absent: nothing outlives this process. */
  readonly memory?: Memory
}

export type LocalProvider = Provider<LocalOptions, LocalView, LocalStep>

export function localProvider({ dataPlane, reach, annotations = local, memory = noMemory, ...options }: LocalProviderOptions): LocalProvider {
  const client = localClient({ dataPlane, reach, portOffset: options.portOffset, memory })
  return {
    name: 'local',
    capabilities: capabilities({ reach: reach.kind, portOffset: options.portOffset }),
    annotations,
    defaultTargets: 'pods',
    stackOf: () => STACK,
    claims: () => [],
    holds: () => [],
    merge: (_, listed) => listed,
    async *inventory() {
      yield [STACK, await observe(client)] as const
    },
    observe: () => observe(client),
    owners: (view) => [...view.values()].map(({ owner }) => owner),
    plan: planner(options),
    apply: (step) => apply(step, client),
    status,
  }
}
