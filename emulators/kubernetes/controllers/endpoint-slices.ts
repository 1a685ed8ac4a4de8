/** Keeps the EndpointSlices of each Service that has a selector: one set a family and set of ports, an empty slice where there are no endpoints. */
import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, ClusterAccess, Draft } from '../resource.ts'
import { controllerRef, selects, type ControllerProps, type Stop } from './controller.ts'
import { backendsOf, hasSelector, labelsOf, specOf, triggerTime, type Backend, type EndpointPort } from './service-endpoints.ts'
import { addressesOf, specOf as podSpecOf } from './pod.ts'
import { packSlices } from './slice-packing.ts'
import { keyOf, placeOf, Work } from './work.ts'

const MANAGER = 'endpointslice-controller.k8s.io'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const SERVICE = 'kubernetes.io/service-name'
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time'
const ZONE = 'topology.kubernetes.io/zone'

type Family = 'IPv4' | 'IPv6'
type Endpoint = Record<string, unknown> & {
  readonly addresses: readonly string[]
  readonly targetRef?: { readonly uid: string; readonly [field: string]: unknown }
}

export function startEndpointSlices({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(key, cluster), onError)
  const stops = [
    cluster.subscribe('services', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('pods', ({ object, old }) => servicesOf(cluster, object, old).forEach((service) => work.add(keyOf(service)))),
    // A node's zone is on the endpoints, and a pod waits for its node.
    cluster.subscribe('nodes', ({ object, old }) => {
      if (old !== undefined && old.metadata.labels?.[ZONE] === object.metadata.labels?.[ZONE]) return
      const pods = cluster.list('pods').filter((pod) => podSpecOf(pod).nodeName === object.metadata.name)
      for (const pod of pods) servicesOf(cluster, pod, undefined).forEach((service) => work.add(keyOf(service)))
    }),
    cluster.subscribe('endpointslices', ({ object }) => {
      const name = object.metadata.labels?.[SERVICE]
      if (object.metadata.labels?.[MANAGED_BY] === MANAGER && name !== undefined) work.add(`${object.metadata.namespace ?? ''}/${name}`)
    }),
  ]
  for (const service of cluster.list('services')) work.add(keyOf(service))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

/** The Services whose selector meets the pod, as it is or as it was. */
export function servicesOf(cluster: ClusterAccess, pod: ApiObject, old: ApiObject | undefined): ApiObject[] {
  return cluster
    .list('services', pod.metadata.namespace)
    .filter((service) => selects(specOf(service).selector, pod.metadata.labels) || selects(specOf(service).selector, old?.metadata.labels))
}

function reconcile(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const service = cluster.get('services', namespace, name)
  // The slices of a Service that is gone go with their owner.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined || !hasSelector(service) || specOf(service).type === 'ExternalName') return
  const backends = backendsOf(service, cluster)
  const families = specOf(service).ipFamilies ?? []
  const own = cluster.indexed('endpointslices', 'service', key).filter((slice) => slice.metadata.labels?.[MANAGED_BY] === MANAGER)
  for (const slice of own) if (!families.includes(slice['addressType'] as Family)) cluster.delete('endpointslices', slice.metadata)
  for (const family of families) {
    reconcileFamily({ service, family, backends, existing: own.filter((slice) => slice['addressType'] === family), cluster })
  }
}

interface FamilyWork {
  readonly service: ApiObject
  readonly family: Family
  readonly backends: readonly Backend[]
  readonly existing: readonly ApiObject[]
  readonly cluster: ClusterAccess
}

function reconcileFamily({ service, family, backends, existing, cluster }: FamilyWork): void {
  const groups = new Map<string, { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] }>()
  for (const backend of backends) {
    const endpoint = toEndpoint(backend, family, specOf(service).trafficDistribution)
    if (endpoint === undefined) continue
    const key = JSON.stringify(backend.ports)
    const group = groups.get(key) ?? { ports: backend.ports, endpoints: [] }
    group.endpoints.push(endpoint)
    groups.set(key, group)
  }
  if (groups.size === 0) groups.set('[]', { ports: [], endpoints: [] })
  const unused = existing.filter((slice) => !groups.has(JSON.stringify(portsOf(slice))))
  for (const [key, { ports, endpoints }] of groups) {
    const same = existing.filter((slice) => JSON.stringify(portsOf(slice)) === key)
    const slots = packSlices(
      same.map((slice) => ({ name: slice.metadata.name, endpoints: endpointsOf(slice) })),
      endpoints,
      uidOf,
    )
    const full = slots.filter((slot) => slot.endpoints.length > 0)
    const write = (slot: { name: string | undefined; endpoints: readonly Endpoint[] }): void => {
      const old = existing.find((slice) => slice.metadata.name === slot.name) ?? (slot.name === undefined ? unused.shift() : undefined)
      writeSlice(cluster, old, draftSlice({ service, family, ports, endpoints: slot.endpoints, backends }))
    }
    full.forEach(write)
    const empty = slots.filter((slot) => slot.endpoints.length === 0)
    if (full.length === 0) write(empty.shift() ?? { name: undefined, endpoints: [] })
    for (const { name = '' } of empty) cluster.delete('endpointslices', { namespace: service.metadata.namespace, name })
  }
  for (const slice of unused) cluster.delete('endpointslices', slice.metadata)
}

function toEndpoint({ pod, node, ready, serving, terminating, hostname }: Backend, family: Family, distribution: string | undefined): Endpoint | undefined {
  const address = addressesOf(pod).find((ip) => ip.includes(':') === (family === 'IPv6'))
  if (address === undefined) return undefined
  const zone = node?.metadata.labels?.[ZONE]
  const { namespace, name, uid } = pod.metadata
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(node === undefined ? {} : { nodeName: node.metadata.name }),
    ...(zone === undefined ? {} : { zone }),
    ...(ready ? hintsFor(distribution, zone, node?.metadata.name) : {}),
  }
}

function hintsFor(distribution: string | undefined, zone: string | undefined, node: string | undefined): Record<string, unknown> {
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] }
  const forNodes = node === undefined || distribution !== 'PreferSameNode' ? {} : { forNodes: [{ name: node }] }
  const hints = distribution === undefined ? {} : { ...forZones, ...forNodes }
  return Object.keys(hints).length === 0 ? {} : { hints }
}

interface SliceParts {
  readonly service: ApiObject
  readonly family: Family
  readonly ports: readonly EndpointPort[]
  readonly endpoints: readonly Endpoint[]
  readonly backends: readonly Backend[]
}

function draftSlice({ service, family, ports, endpoints, backends }: SliceParts): Draft {
  const { name, namespace } = service.metadata
  const metadata = {
    generateName: `${name}-`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labelsOf(service), [SERVICE]: name, [MANAGED_BY]: MANAGER },
    annotations: { [TRIGGER]: triggerTime(service, backends) },
    ownerReferences: [controllerRef(service)],
  }
  const lists = { endpoints: endpoints.length === 0 ? null : endpoints, ports: ports.length === 0 ? null : ports }
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: family, ...lists }
}

/** A slice is written when its endpoints, ports or labels differ; the annotation alone is no reason. */
function writeSlice(cluster: ClusterAccess, old: ApiObject | undefined, draft: Draft): void {
  if (old === undefined) {
    cluster.create('endpointslices', draft)
    return
  }
  const isSame =
    isDeepStrictEqual(toPlain(old['endpoints']), toPlain(draft['endpoints'])) &&
    isDeepStrictEqual(portsOf(old), portsOf(draft)) &&
    isDeepStrictEqual({ ...old.metadata.labels }, { ...draft.metadata?.labels })
  if (isSame) return
  const metadata = { ...old.metadata, labels: draft.metadata?.labels ?? {}, annotations: { ...old.metadata.annotations, ...draft.metadata?.annotations } }
  cluster.update('endpointslices', { ...old, metadata, endpoints: draft['endpoints'], ports: draft['ports'] })
}

/** In the order of the fields as this controller writes them. */
function portsOf(slice: Draft): EndpointPort[] {
  const ports = (slice['ports'] ?? []) as readonly EndpointPort[]
  return ports.map(({ name, port, protocol, appProtocol }) => ({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }))
}

const endpointsOf = (slice: ApiObject): Endpoint[] => (slice['endpoints'] ?? []) as Endpoint[]
const uidOf = (endpoint: Endpoint): string => endpoint.targetRef?.uid ?? endpoint.addresses[0] ?? ''
const toPlain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? []))
