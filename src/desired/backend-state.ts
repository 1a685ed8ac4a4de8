/** Whether the listeners of a Service have backends, and where one has none, why: from its EndpointSlices and the nodes. Pure. */
import type { EndpointSlice, Node, Service, Snapshot } from '../model/cluster.ts'
import type { Backends, ListenerKey, PortBackends } from '../model/load-balancer.ts'
import type { BackendsReason } from '../model/reason.ts'
import { excerpt } from '../model/text.ts'
import { type ReadSlice, readSlices, takesTraffic } from './endpoints.ts'
import { familiesOf } from './families.ts'
import { AUTOSCALER_TAINT, EXCLUDE_LABEL, exclusionOf } from './nodes.ts'
import { requestedPorts, type RequestedPort } from './request-input.ts'
import type { ServiceRequest } from './service-request.ts'

export interface BackendState {
  readonly reason: Exclude<BackendsReason, 'NoLoadBalancer'>
  /** No listener has a backend. */
  readonly isNone: boolean
  /** Why a listener has none, and what to do, in full sentences; empty where every listener has some. */
  readonly cause: string
}

const REGISTERED: BackendState = Object.freeze({ reason: 'Registered', isNone: false, cause: '' })

/**
 * `taken`: the backends without those that the cloud refused. The cause is that of the first listener without a backend. Pods that wait for the load balancer
 * by a readiness gate are backends.
 */
export function backendState(service: Service, snapshot: Snapshot, request: Exclude<ServiceRequest, { kind: 'not ours' }>, taken: Backends): BackendState {
  const sought: Sought = { ...settingsOf(request), wanted: request.kind === 'wanted' ? request.desired.backends : request.backends }
  const without = sought.keys.filter((key) => !hasBackend(taken, key, sought))
  const [first] = without
  if (first === undefined && sought.keys.length > 0) return REGISTERED
  const isNone = without.length === sought.keys.length
  const { reason, cause } = first === undefined ? NO_LISTENER : causeOf(first, service, snapshot, sought)
  return { reason, isNone, cause: isNone ? cause : `${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no backends. ${cause}` }
}

interface Sought {
  readonly keys: readonly ListenerKey[]
  /** Undefined: the configuration is invalid, so that what the load balancer has decides. */
  readonly targets: 'nodes' | 'pods' | undefined
  readonly isLocal: boolean
  readonly wanted: Backends
}

type Cause = Pick<BackendState, 'reason' | 'cause'>

const NO_LISTENER: Cause = { reason: 'PortNotFound', cause: 'The Service has no port that the load balancer listens on.' }

function settingsOf(request: Exclude<ServiceRequest, { kind: 'not ours' }>): Omit<Sought, 'wanted'> {
  if (request.kind === 'malformed') return { keys: Object.keys(request.backends.ports) as ListenerKey[], targets: undefined, isLocal: false }
  const { listeners, targets, externalTrafficPolicy } = request.desired.settings
  return { keys: listeners.map(({ key }) => key), targets, isLocal: externalTrafficPolicy === 'Local' }
}

/** An endpoint, and where traffic goes by nodes, a node; with externalTrafficPolicy Local, one that has an endpoint. */
function hasBackend({ nodes, ports }: Backends, key: ListenerKey, { targets, isLocal }: Sought): boolean {
  const port = ports[key]
  if (port === undefined || port.endpoints.length === 0) return false
  if (targets !== 'nodes') return true
  const { withoutNodes } = port
  if (!isLocal && withoutNodes === undefined) return nodes.nodes.length > 0
  const names = new Set(nodes.nodes.flatMap(({ name }) => (withoutNodes?.has(name) === true ? [] : [name])))
  return names.size > 0 && (!isLocal || hasLocalEndpoint(port, names))
}

/** An endpoint that does not name its node, as one that was made by hand, may be anywhere. */
function hasLocalEndpoint({ endpoints }: PortBackends, nodes: ReadonlySet<string>): boolean {
  return endpoints.some(({ node }) => node === undefined || nodes.has(node))
}

function causeOf(key: ListenerKey, service: Service, snapshot: Snapshot, sought: Sought): Cause {
  const { wanted } = sought
  if (hasBackend(wanted, key, sought)) {
    return { reason: 'LeftOut', cause: 'The provider did not accept any of its backends. The condition fairlead.dev/Ready names them and the reason.' }
  }
  if ((wanted.ports[key]?.endpoints.length ?? 0) === 0) {
    const port = requestedPorts(service).find((each) => each.key === key)
    const { namespace, name } = service.metadata
    return endpointCause(service, port, snapshot.slicesOf(namespace, name))
  }
  return wanted.nodes.nodes.length === 0 ? nodeCause(snapshot.nodes) : localCause(wanted.ports[key]?.endpoints.length ?? 0)
}

function endpointCause(service: Service, port: RequestedPort | undefined, slices: readonly EndpointSlice[]): Cause {
  const families = familiesOf(service)
  const total = endpointsIn(slices)
  if (total === 0) return noPods(service)
  const read = readSlices(slices, families, new Set())
  const leftOut = read.flatMap((slice) => slice.leftOut)
  const usable = read.flatMap(({ copies }) => copies)
  if (leftOut.length === 0 && usable.length === 0) return otherFamily(families, slices)
  if (usable.length === 0) {
    const [{ address, what }] = leftOut as [(typeof leftOut)[number]]
    return {
      reason: 'LeftOut',
      cause: `${counted(leftOut.length, 'endpoint')} of its EndpointSlices ${leftOut.length === 1 ? 'is' : 'are all'} left out because of the address, such as ${excerpt(address)}: ${what}. Use addresses of pods or of reachable hosts.`,
    }
  }
  if (port !== undefined && !read.some((slice) => slice.copies.length > 0 && takesTraffic(port, slice))) return portNotFound(port, read)
  const addresses = new Set(usable.map(({ ip }) => ip)).size
  const [none, next] = addresses === 1 ? ['Its only endpoint is not ready', 'the pod is'] : [`None of its ${addresses} endpoints is ready`, 'the pods are']
  return { reason: 'NoneReady', cause: `${none}. Check why ${next} not ready: kubectl get pods -n ${service.metadata.namespace}${selectorFlag(service)}.` }
}

function endpointsIn(slices: readonly EndpointSlice[]): number {
  return slices.reduce((sum, { endpoints }) => sum + (endpoints?.length ?? 0), 0)
}

/** The endpoint slice controller of Kubernetes lists a pod as soon as it has an address, ready or not. */
function noPods({ metadata, spec }: Service): Cause {
  const { namespace, name } = metadata
  const selector = selectorText(spec.selector)
  if (selector === '') {
    return {
      reason: 'NoPods',
      cause: `The Service has no selector, and no EndpointSlice with the label kubernetes.io/service-name=${name} has an endpoint. Set spec.selector, or create an EndpointSlice.`,
    }
  }
  return {
    reason: 'NoPods',
    cause: `The selector ${excerpt(selector)} matches no pod with an address in namespace ${namespace}. Check spec.selector and the labels of the pods.`,
  }
}

function otherFamily(families: readonly string[], slices: readonly EndpointSlice[]): Cause {
  const filled = slices.filter(({ endpoints }) => (endpoints?.length ?? 0) > 0)
  const types = [...new Set(filled.map(({ addressType }) => addressType))].toSorted().join(' and ')
  return {
    reason: 'OtherFamily',
    cause: `The Service is ${families.join(' and ')}, and its ${counted(endpointsIn(slices), 'endpoint')} ${endpointsIn(slices) === 1 ? 'is' : 'are'} ${types}. Add the family to spec.ipFamilies, or give the pods addresses of the family.`,
  }
}

function portNotFound({ key, name, spec }: RequestedPort, slices: readonly ReadSlice[]): Cause {
  const found = [...new Set(slices.flatMap(({ ports }) => ports.map((port) => `${port.name ?? ''} (${port.protocol ?? 'TCP'})`.trim())))].toSorted()
  const listed = found.length === 0 ? 'they list no port' : `they list ${excerpt(found.join(', '))}`
  const target = typeof spec.targetPort === 'string' ? ` Check that a container of the pods has a port named ${excerpt(spec.targetPort)}.` : ''
  return {
    reason: 'PortNotFound',
    cause: `No EndpointSlice with endpoints has a usable port for ${key}${name === undefined || name === '' ? '' : `, named ${excerpt(name)}`}: ${listed}.${target}`,
  }
}

function nodeCause(nodes: readonly Node[]): Cause {
  if (nodes.length === 0) return { reason: 'NodesExcluded', cause: 'The cluster has no nodes.' }
  const excluded = Map.groupBy(nodes, exclusionOf)
  const count = (exclusion: ReturnType<typeof exclusionOf>): number => excluded.get(exclusion)?.length ?? 0
  const parts = [
    ...(count('label') === 0 ? [] : [`${count('label')} by the label ${EXCLUDE_LABEL}`]),
    ...(count('taint') === 0 ? [] : [`${count('taint')} by the taint ${AUTOSCALER_TAINT}`]),
    ...(count('deleted') === 0 ? [] : [`${count('deleted')} because of deletion`]),
    ...(count(undefined) === 0 ? [] : [`${count(undefined)} because the node selector in the annotations of the Service does not match`]),
  ]
  const all = nodes.length === 1 ? 'The only node is' : `All ${nodes.length} nodes are`
  return { reason: 'NodesExcluded', cause: `Traffic goes through nodes. ${all} excluded: ${parts.join(', ')}.` }
}

function localCause(endpoints: number): Cause {
  return {
    reason: 'NodesExcluded',
    cause: `externalTrafficPolicy is Local, and the nodes of its ${counted(endpoints, 'endpoint')} are not used by the load balancer. Include these nodes, or set externalTrafficPolicy to Cluster.`,
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function selectorText(selector: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

function selectorFlag({ spec }: Service): string {
  const selector = selectorText(spec.selector)
  return selector === '' ? '' : ` -l ${excerpt(selector)}`
}
