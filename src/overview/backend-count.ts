/** How many backends a Service has, from its EndpointSlices alone. Pure. */
import { endpointsOf, readSlices } from '../desired/endpoints.ts'
import { familiesOf } from '../desired/families.ts'
import { requestedPorts } from '../desired/request-input.ts'
import type { EndpointSlice, Service } from '../model/cluster.ts'

export interface BackendCount {
  /** Endpoints that load balancers get for at least one port. */
  readonly ready: number
  /** Those that are there and not terminating, ready or not; never less than `ready`. */
  readonly total: number
}

/**
 * Counts addresses once, however many slices and ports name them. A pod of two families has two addresses: the family with more of them counts. Nodes that are
 * excluded, and pods behind a readiness gate, are not seen here.
 */
export function backendCount(service: Service, slices: readonly EndpointSlice[]): BackendCount {
  const ports = requestedPorts(service)
  const counts = familiesOf(service).map((family): BackendCount => {
    const own = slices.filter(({ addressType }) => addressType === family)
    const read = readSlices(own, [family], NONE_WARMING)
    const ready = new Set(ports.flatMap((port) => endpointsOf(port, read).map(({ ip }) => ip))).size
    return { ready, total: Math.max(ready, presentIn(own)) }
  })
  return { ready: Math.max(0, ...counts.map(({ ready }) => ready)), total: Math.max(0, ...counts.map(({ total }) => total)) }
}

const NONE_WARMING: ReadonlySet<string> = new Set()

function presentIn(slices: readonly EndpointSlice[]): number {
  const present = slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.terminating !== true))
  return new Set(present.map(({ addresses }) => addresses[0])).size
}
