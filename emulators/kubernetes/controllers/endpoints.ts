/** Keeps the Endpoints of each Service that has a selector: the older form, of the first family only and cut at a thousand addresses. */
import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, ClusterAccess } from '../resource.ts'
import type { ControllerProps, Stop } from './controller.ts'
import { servicesOf } from './endpoint-slices.ts'
import { addressesOf } from './pod.ts'
import { backendsOf, hasSelector, labelsOf, specOf, triggerTime, type Backend, type EndpointPort } from './service-endpoints.ts'
import { keyOf, placeOf, Work } from './work.ts'

const LIMIT = 1000
const CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time'

interface Subset {
  addresses?: Record<string, unknown>[]
  notReadyAddresses?: Record<string, unknown>[]
  ports?: Record<string, unknown>[]
}

export function startEndpoints({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(key, cluster), onError)
  const stops = [
    cluster.subscribe('services', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('pods', ({ object, old }) => servicesOf(cluster, object, old).forEach((service) => work.add(keyOf(service)))),
    cluster.subscribe('endpoints', ({ object }) => work.add(keyOf(object))),
  ]
  for (const service of cluster.list('services')) work.add(keyOf(service))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

function reconcile(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const service = cluster.get('services', namespace, name)
  const old = cluster.get('endpoints', namespace, name)
  if (service === undefined) {
    if (old !== undefined) cluster.delete('endpoints', { namespace, name })
    return
  }
  if (!hasSelector(service) || specOf(service).type === 'ExternalName' || service.metadata.deletionTimestamp !== undefined) return
  const backends = backendsOf(service, cluster)
  const { subsets, isCut } = subsetsOf(service, backends)
  const labels = { ...labelsOf(service), 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }
  const isSame =
    old !== undefined &&
    isDeepStrictEqual(toPlain(old['subsets'] ?? []), toPlain(subsets)) &&
    isDeepStrictEqual({ ...old.metadata.labels }, labels) &&
    (old.metadata.annotations?.[CAPACITY] !== undefined) === isCut
  if (isSame) return
  const { [CAPACITY]: _, ...annotations } = old?.metadata.annotations ?? {}
  const metadata = {
    ...old?.metadata,
    name,
    namespace,
    labels,
    annotations: { ...annotations, [TRIGGER]: triggerTime(service, backends), ...(isCut ? { [CAPACITY]: 'truncated' } : {}) },
  }
  const draft = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets }
  if (old === undefined) cluster.create('endpoints', draft)
  else cluster.update('endpoints', draft)
}

/** One subset for each set of ports; ready addresses are kept first when there are too many. */
function subsetsOf(service: ApiObject, backends: readonly Backend[]): { subsets: Subset[]; isCut: boolean } {
  const isV6 = specOf(service).ipFamilies?.[0] === 'IPv6'
  // Terminating pods are in slices only.
  const shown = backends
    .filter(({ terminating, ready }) => ready || !terminating)
    .flatMap((backend) => {
      const ip = addressesOf(backend.pod).find((address) => address.includes(':') === isV6)
      return ip === undefined ? [] : { backend, ip }
    })
  const kept = shown.toSorted((a, b) => Number(b.backend.ready) - Number(a.backend.ready)).slice(0, LIMIT)
  const subsets = new Map<string, Subset>()
  for (const { backend, ip } of kept) {
    const key = JSON.stringify(backend.ports)
    const subset = subsets.get(key) ?? {}
    subsets.set(key, subset)
    const list = backend.ready ? (subset.addresses ??= []) : (subset.notReadyAddresses ??= [])
    list.push(toAddress(backend, ip))
    if (backend.ports.length > 0) subset.ports ??= backend.ports.map(toPort)
  }
  for (const { addresses, notReadyAddresses } of subsets.values())
    for (const list of [addresses, notReadyAddresses]) list?.sort((a, b) => (String(a['ip']) < String(b['ip']) ? -1 : 1))
  return { subsets: [...subsets.values()], isCut: shown.length > LIMIT }
}

function toAddress({ pod, node, hostname }: Backend, ip: string): Record<string, unknown> {
  const { namespace, name, uid } = pod.metadata
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(node === undefined ? {} : { nodeName: node.metadata.name }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

function toPort({ name, port, protocol, appProtocol }: EndpointPort): Record<string, unknown> {
  return { ...(name === '' ? {} : { name }), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }
}

const toPlain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
