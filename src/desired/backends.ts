/** Where a Service's traffic goes, by listener. */
import type { Family } from '../model/address.ts'
import type { EndpointSlice } from '../model/cluster.ts'
import type { Backends, ListenerKey, PortBackends } from '../model/load-balancer.ts'
import { endpointsOf, readSlices } from './endpoints.ts'
import type { RequestedPort } from './request.ts'

/** Of all ports of the Service, those too that are not listened on: when the wish is malformed, they may be listened on by what is found. */
export function buildPortBackends(
  ports: readonly RequestedPort[],
  slices: readonly EndpointSlice[],
  { families, warming }: { readonly families: readonly Family[]; readonly warming: ReadonlySet<string> },
): Backends['ports'] {
  const readOnce = readSlices(slices, families, warming)
  const backends: Record<ListenerKey, PortBackends> = {}
  for (const port of ports) {
    const { nodePort = 0 } = port.spec
    backends[port.key] = Object.freeze({ ...(nodePort > 0 ? { nodePort } : {}), endpoints: Object.freeze(endpointsOf(port, readOnce)) })
  }
  return Object.freeze(backends)
}
