/** A cluster as it would be with some Services applied. What the API server would allocate is taken from the Service that is there, where there is one. */
import type { EndpointSlice, Service, ServicePort, SlicePort, Snapshot } from '../model/cluster.ts'
import { STACK_ANNOTATIONS } from '../model/names.ts'
import type { ServiceManifest } from './manifest.ts'

export function withServices(snapshot: Snapshot, manifests: readonly ServiceManifest[], now: string): Snapshot {
  const applied = new Map(
    manifests.map((manifest) => [`${manifest.namespace}/${manifest.name}`, serviceOf(manifest, snapshot.service(manifest.namespace, manifest.name), now)]),
  )
  return {
    service: (namespace, name) => applied.get(`${namespace}/${name}`) ?? snapshot.service(namespace, name),
    *services() {
      yield* applied.values()
      for (const service of snapshot.services()) if (!applied.has(`${service.metadata.namespace}/${service.metadata.name}`)) yield service
    },
    servicesIn: (namespace) => [
      ...[...applied.values()].filter(({ metadata }) => metadata.namespace === namespace),
      ...snapshot.servicesIn(namespace).filter(({ metadata }) => !applied.has(`${namespace}/${metadata.name}`)),
    ],
    namespace: (name) => snapshot.namespace(name),
    slicesOf(namespace, name) {
      const slices = snapshot.slicesOf(namespace, name)
      const [before, after] = [snapshot.service(namespace, name), applied.get(`${namespace}/${name}`)]
      return before === undefined || after === undefined ? slices : slices.map((slice) => renumbered(slice, before, after))
    },
    nodes: snapshot.nodes,
    pod: (uid) => snapshot.pod(uid),
  }
}

/** Of a Service that is not in the cluster yet. */
const PLANNED = 'planned-'

/** Whether the API server has yet to give the Service its UID, from which names in a cloud are made. */
export function isPlannedOnly({ metadata }: Service): boolean {
  return metadata.uid.startsWith(PLANNED)
}

function serviceOf({ namespace, name, annotations, spec }: ServiceManifest, found: Service | undefined, now: string): Service {
  const metadata = found?.metadata ?? { namespace, name, uid: `${PLANNED}${namespace}-${name}`, resourceVersion: '0', creationTimestamp: now }
  const ports = (spec.ports ?? []).map((port) => ({ ...allocatedFor(port, spec, found), ...port }))
  const families = spec.ipFamilies ?? found?.spec.ipFamilies ?? ['IPv4']
  const { healthCheckNodePort } = found?.spec ?? {}
  const kept = healthCheckNodePort === undefined ? {} : { healthCheckNodePort }
  return Object.freeze({
    metadata: Object.freeze({ ...metadata, annotations: { ...keptAnnotations(found), ...annotations } }),
    spec: Object.freeze({ ...kept, ...spec, ipFamilies: families, ports }),
    status: found?.status ?? {},
  })
}

/** Which number it will be is unknown; that there will be one is what a plan depends on. */
const SOME_NODE_PORT = 30_000

function allocatedFor(port: ServicePort, spec: ServiceManifest['spec'], found: Service | undefined): { readonly nodePort?: number } {
  const same = found?.spec.ports?.find((candidate) => candidate.port === port.port && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
  if (same?.nodePort !== undefined) return { nodePort: same.nodePort }
  return spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false ? { nodePort: SOME_NODE_PORT } : {}
}

/** The slice as the cluster will have it once the Service's ports are others: the same pods, under the new ports' names and numbers. */
function renumbered(slice: EndpointSlice, before: Service, after: Service): EndpointSlice {
  if (after.spec.selector === undefined) return slice
  const ports = (after.spec.ports ?? []).flatMap((port): SlicePort[] => {
    const { name = '', protocol = 'TCP', targetPort } = port
    const number = typeof targetPort === 'number' ? targetPort : numberOf(targetPort, slice, before)
    return number === undefined ? [] : [{ name, protocol, port: number }]
  })
  return { ...slice, ports }
}

/** A named target port means what it meant for the port that names it today. */
function numberOf(targetPort: string | undefined, { ports }: EndpointSlice, { spec }: Service): number | undefined {
  const known = spec.ports?.find((port) => port.targetPort === targetPort)
  return known === undefined ? undefined : ports?.find(({ name = '' }) => name === (known.name ?? ''))?.port
}

/** Ours, which an apply leaves alone. */
function keptAnnotations(found: Service | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(found?.metadata.annotations ?? {}).filter(([key]) => key.startsWith(STACK_ANNOTATIONS)))
}
