/**
 * From a Service, the slices of its pods and the nodes to what is asked of a provider. Pure: the same cluster gives the same wish, and what is
 * remembered between two calls only saves work and keeps equal parts the same objects.
 */
import type { EndpointSlice, Service, Snapshot } from '../model/cluster.ts'
import type { Backends, NodeSet } from '../model/load-balancer.ts'
import { buildPortBackends } from './backends.ts'
import { eligibleFor } from './eligible.ts'
import { familiesOf } from './families.ts'
import { createNodeSets, type NodeSets } from './nodes.ts'
import { isWarming, type UnreadyPod, unreadyPods } from './readiness-gates.ts'
import { buildSettings, type Settings } from './settings.ts'
import type { Wish, WishContext } from './wish.ts'

const NOT_OURS: Wish = Object.freeze({ kind: 'not ours' })

/**
 * What the Service asks of the context's provider. The very same object comes back for as long as neither the Service, nor its slices, nor the nodes
 * it may use, nor who of its pods waits for the balancer alone have changed; after a change of nodes the settings and `backends.ports` are still the same objects.
 */
export function buildWish(service: Service, snapshot: Snapshot, context: WishContext): Wish {
  if (!eligibleFor(service, context.provider.name, context.defaultClass)) return NOT_OURS
  const memory = memoryOf(context)
  const known = memory.services.get(service)
  const settings = known?.settings ?? buildSettings(service, context)
  const nodes = memory.nodeSets(snapshot.nodes, settings.nodeSelector)
  const slices = snapshot.slicesOf(service.metadata.namespace, service.metadata.name)
  const hasSameSlices = known !== undefined && isSame(known.slices, slices)
  const unready = hasSameSlices ? known.wish.unready : unreadyOf(service, settings, slices)
  const warming = warmingOf(unready, snapshot)
  const hasSameEndpoints = hasSameSlices && isSame(known.warming, warming)
  if (hasSameEndpoints && known.backends.nodes === nodes) return known.wish
  const ports = hasSameEndpoints
    ? known.backends.ports
    : buildPortBackends(settings.ports, slices, { families: familiesOf(service), warming: new Set(warming) })
  const backends = backendsOf(service, nodes, ports)
  const wish = wishOf(settings, backends, unready)
  memory.services.set(service, { settings, slices, warming, backends, wish })
  return wish
}

/** Behind a node port it is the node that the balancer finds healthy or not, which says nothing of a pod. */
function unreadyOf(service: Service, { settings }: Settings, slices: readonly EndpointSlice[]): readonly UnreadyPod[] {
  return settings.targets === 'pods' ? unreadyPods(slices, familiesOf(service)) : NONE
}

/** Uids. */
function warmingOf(unready: readonly UnreadyPod[], snapshot: Snapshot): readonly string[] {
  return unready.length === 0 ? NONE : unready.filter(({ uid }) => isWarming(snapshot.pod(uid))).map(({ uid }) => uid)
}

const NONE: readonly never[] = Object.freeze([])

function backendsOf({ spec }: Service, nodes: NodeSet, ports: Backends['ports']): Backends {
  const { healthCheckNodePort = 0 } = spec
  return Object.freeze({ nodes, ports, ...(healthCheckNodePort > 0 ? { healthCheckNodePort } : {}) })
}

type OurWish = Exclude<Wish, { kind: 'not ours' }>

function wishOf(
  { settings, options, mode, problems, portErrors, deletionProtection, notes }: Settings,
  backends: Backends,
  unready: OurWish['unready'],
): OurWish {
  return Object.freeze(
    problems.length === 0
      ? { kind: 'wanted', desired: Object.freeze({ settings, options, backends }), mode, notes, unready }
      : { kind: 'malformed', problems, ...(portErrors.length === 0 ? {} : { ports: portErrors }), backends, mode, deletionProtection, notes, unready },
  )
}

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((each, i) => each === b[i]))
}

interface Known {
  readonly settings: Settings
  readonly slices: readonly EndpointSlice[]
  /** Uids. */
  readonly warming: readonly string[]
  readonly backends: Backends
  readonly wish: OurWish
}

interface Memory {
  readonly nodeSets: NodeSets
  /** By the Service object, which is replaced with every change and takes what is remembered of it along. */
  readonly services: WeakMap<Service, Known>
}

/** A memo of a pure function, kept by the context it depends on. */
const MEMORIES = new WeakMap<WishContext, Memory>()

function memoryOf(context: WishContext): Memory {
  const known = MEMORIES.get(context) ?? { nodeSets: createNodeSets(), services: new WeakMap() }
  MEMORIES.set(context, known)
  return known
}
