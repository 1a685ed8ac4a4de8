/** Copies hand-made Endpoints of a Service without selector into EndpointSlices, so that everybody else has to read only those. */
import { isDeepStrictEqual } from 'node:util'
import type { ApiObject, ClusterAccess, Draft } from '../resource.ts'
import { controllerRef, type ControllerProps, type Stop } from './controller.ts'
import { hasSelector } from './service-endpoints.ts'
import { keyOf, placeOf, Work } from './work.ts'

const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const SERVICE = 'kubernetes.io/service-name'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const LIMIT = 1000

interface Address {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: unknown
}

interface Subset {
  readonly addresses?: readonly Address[]
  readonly notReadyAddresses?: readonly Address[]
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string; readonly appProtocol?: string }[]
}

export function startMirroring({ cluster, onError }: ControllerProps): Stop {
  const work = new Work((key) => reconcile(key, cluster), onError)
  const stops = [
    cluster.subscribe('endpoints', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('services', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('endpointslices', ({ object }) => {
      const name = object.metadata.labels?.[SERVICE]
      if (object.metadata.labels?.[MANAGED_BY] === MANAGER && name !== undefined) work.add(`${object.metadata.namespace ?? ''}/${name}`)
    }),
  ]
  for (const endpoints of cluster.list('endpoints')) work.add(keyOf(endpoints))
  return () => {
    stops.forEach((stop) => stop())
    work.stop()
  }
}

function reconcile(key: string, cluster: ClusterAccess): void {
  const { namespace, name } = placeOf(key)
  const [service, endpoints] = [cluster.get('services', namespace, name), cluster.get('endpoints', namespace, name)]
  const own = cluster.indexed('endpointslices', 'service', key).filter((slice) => slice.metadata.labels?.[MANAGED_BY] === MANAGER)
  const wanted = service !== undefined && endpoints !== undefined && isMirrored(service, endpoints) ? slicesOf(endpoints) : []
  for (const [index, draft] of wanted.entries()) {
    const old = own[index]
    if (old === undefined) cluster.create('endpointslices', draft)
    else if (old['addressType'] !== draft['addressType']) {
      cluster.delete('endpointslices', old.metadata)
      cluster.create('endpointslices', draft)
    } else if (!isSame(old, draft)) {
      const metadata = { ...old.metadata, labels: draft.metadata?.labels ?? {}, annotations: draft.metadata?.annotations ?? {} }
      cluster.update('endpointslices', { ...old, metadata, endpoints: draft['endpoints'], ports: draft['ports'] })
    }
  }
  for (const slice of own.slice(wanted.length)) cluster.delete('endpointslices', slice.metadata)
}

function isMirrored(service: ApiObject, { metadata }: ApiObject): boolean {
  if (hasSelector(service) || metadata.deletionTimestamp !== undefined) return false
  return metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined
}

function slicesOf(endpoints: ApiObject): Draft[] {
  return ((endpoints['subsets'] ?? []) as readonly Subset[]).flatMap((subset) => {
    const all = [
      ...(subset.addresses ?? []).map((address) => toEndpoint(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => toEndpoint(address, false)),
    ].slice(0, LIMIT)
    const ports = (subset.ports ?? []).map(({ name = '', protocol = 'TCP', ...port }) => ({ name, protocol, ...port }))
    return (['IPv4', 'IPv6'] as const).flatMap((family): Draft[] => {
      const chosen = all.filter(({ addresses: [address = ''] }) => address.includes(':') === (family === 'IPv6'))
      return chosen.length === 0 ? [] : [draftSlice(endpoints, { addressType: family, endpoints: chosen, ports: ports.length === 0 ? null : ports })]
    })
  })
}

function toEndpoint({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Record<string, unknown> & { addresses: string[] } {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  }
}

function draftSlice(endpoints: ApiObject, fields: Record<string, unknown>): Draft {
  const { name, namespace, labels, annotations = {} } = endpoints.metadata
  const { [LAST_APPLIED]: _, ...kept } = annotations
  const metadata = {
    generateName: `${name}-`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labels, [SERVICE]: name, [MANAGED_BY]: MANAGER },
    annotations: kept,
    ownerReferences: [controllerRef(endpoints)],
  }
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...fields }
}

function isSame(old: ApiObject, draft: Draft): boolean {
  const plain = (of: Draft): unknown =>
    JSON.parse(JSON.stringify([of['endpoints'] ?? null, of['ports'] ?? null, of.metadata?.labels ?? {}, of.metadata?.annotations ?? {}]))
  return isDeepStrictEqual(plain(old), plain(draft))
}
