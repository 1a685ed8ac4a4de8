/** A cluster as it would be with some Services applied. What the API server would allocate is taken from the Service that is there, where there is one. */
import type { Service, ServicePort, Snapshot } from '../model/cluster.ts'
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
    slicesOf: (namespace, name) => snapshot.slicesOf(namespace, name),
    nodes: snapshot.nodes,
  }
}

function serviceOf({ namespace, name, annotations, spec }: ServiceManifest, found: Service | undefined, now: string): Service {
  const metadata = found?.metadata ?? { namespace, name, uid: `planned-${namespace}-${name}`, resourceVersion: '0', creationTimestamp: now }
  const ports = (spec.ports ?? []).map((port) => ({ ...allocatedFor(port, found), ...port }))
  const families = spec.ipFamilies ?? found?.spec.ipFamilies ?? ['IPv4']
  const { healthCheckNodePort } = found?.spec ?? {}
  const kept = healthCheckNodePort === undefined ? {} : { healthCheckNodePort }
  return Object.freeze({
    metadata: Object.freeze({ ...metadata, annotations: { ...keptAnnotations(found), ...annotations } }),
    spec: Object.freeze({ ...kept, ...spec, ipFamilies: families, ports }),
    status: found?.status ?? {},
  })
}

function allocatedFor(port: ServicePort, found: Service | undefined): { readonly nodePort?: number } {
  const same = found?.spec.ports?.find((candidate) => candidate.port === port.port && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
  return same?.nodePort === undefined ? {} : { nodePort: same.nodePort }
}

/** Ours, which an apply leaves alone. */
function keptAnnotations(found: Service | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(found?.metadata.annotations ?? {}).filter(([key]) => key.startsWith('fairlead.dev/stack-')))
}
