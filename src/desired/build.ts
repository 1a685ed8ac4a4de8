/**
 * From a Service, the slices of its pods and the nodes to what is asked of a provider. Pure: the same cluster gives the same request, and what is
 * remembered between two calls only saves work and keeps equal parts the same objects.
 */
import type { EndpointSlice, Service, Snapshot } from '../model/cluster.ts'
import type { Backends, NodeSet } from '../model/load-balancer.ts'
import { buildPortBackends, type ServiceBackends } from './backends.ts'
import { eligibleFor } from './eligible.ts'
import { familiesOf } from './families.ts'
import { createNodeSets, type NodeSets } from './nodes.ts'
import { isWarming, type UnreadyPod, unreadyPods } from './readiness-gates.ts'
import { buildSettings, type Settings } from './settings.ts'
import type { ServiceRequest, RequestContext } from './service-request.ts'

const NOT_OURS: ServiceRequest = Object.freeze({ kind: 'not ours' })

/**
 * What the Service asks of the context's provider. The very same object comes back for as long as neither the Service, nor its slices, nor the nodes
 * it may use, nor who of its pods waits for the balancer alone have changed; after a change of nodes the settings and `backends.ports` are still the same objects.
 */
export function buildRequest(service: Service, snapshot: Snapshot, context: RequestContext): ServiceRequest {
  if (!eligibleFor(service, context.provider.name, context.defaultClass)) return NOT_OURS
  const memory = memoryOf(context)
  const known = memory.services.get(service)
  const settings = known?.settings ?? buildSettings(service, context)
  const nodes = memory.nodeSets(snapshot.nodes, settings.nodeSelector)
  const slices = snapshot.slicesOf(service.metadata.namespace, service.metadata.name)
  const hasSameSlices = known !== undefined && isSame(known.slices, slices)
  const unready = hasSameSlices ? known.request.unready : unreadyOf(service, settings, slices)
  const warming = warmingOf(unready, snapshot)
  const hasSameEndpoints = hasSameSlices && isSame(known.warming, warming)
  if (hasSameEndpoints && known.backends.nodes === nodes) return known.request
  const { ports, notes }: ServiceBackends = hasSameEndpoints
    ? { ports: known.backends.ports, notes: known.notes }
    : buildPortBackends(settings.ports, slices, { families: familiesOf(service), warming: new Set(warming) })
  const backends = backendsOf(service, nodes, ports)
  const request = requestOf({ ...settings, notes: [...settings.notes, ...notes] }, backends, unready)
  memory.services.set(service, { settings, slices, warming, backends, notes, request })
  return request
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

type OurRequest = Exclude<ServiceRequest, { kind: 'not ours' }>

function requestOf(
  { settings, options, written, mode, problems, refusedPorts, deletionProtection, notes }: Settings,
  backends: Backends,
  unready: OurRequest['unready'],
): OurRequest {
  return Object.freeze(
    problems.length === 0
      ? {
          kind: 'wanted',
          desired: Object.freeze({ settings, options, backends, written, ...(refusedPorts === undefined ? {} : { refusedPorts }) }),
          mode,
          notes,
          unready,
        }
      : {
          kind: 'malformed',
          problems,
          ...(refusedPorts === undefined ? {} : { ports: refusedPorts.ports }),
          backends,
          mode,
          deletionProtection,
          notes,
          unready,
        },
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
  /** On the slices. */
  readonly notes: readonly string[]
  readonly request: OurRequest
}

interface Memory {
  /** Shared by all contexts of a provider: a node set is the same object whatever the operator's policy says of a namespace. */
  readonly nodeSets: NodeSets
  /** By the Service object, which is replaced with every change and takes what is remembered of it along. */
  readonly services: WeakMap<Service, Known>
}

/** A memo of a pure function, kept by the context it depends on. */
const NODE_SETS = new WeakMap<RequestContext['provider'], NodeSets>()
const MEMORIES = new WeakMap<RequestContext, Memory>()

function memoryOf(context: RequestContext): Memory {
  const nodeSets = NODE_SETS.get(context.provider) ?? createNodeSets()
  NODE_SETS.set(context.provider, nodeSets)
  const known = MEMORIES.get(context) ?? { nodeSets, services: new WeakMap() }
  MEMORIES.set(context, known)
  return known
}
