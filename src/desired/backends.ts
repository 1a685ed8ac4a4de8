/** Where a Service's traffic goes, by listener. */
import type { Family } from '../model/address.ts'
import type { EndpointSlice } from '../model/cluster.ts'
import type { Backends, ListenerKey, PortBackends } from '../model/load-balancer.ts'
import { endpointsOf, notesOn, readSlices } from './endpoints.ts'
import type { RequestedPort } from './request-input.ts'

export interface ServiceBackends {
  readonly ports: Backends['ports']
  /** Sentences for the Service: what of its slices gets no traffic. */
  readonly notes: readonly string[]
}

/** Of all ports of the Service, those too that are not listened on: when the request is malformed, they may be listened on by what is found. */
export function buildPortBackends(
  ports: readonly RequestedPort[],
  slices: readonly EndpointSlice[],
  { families, warming }: { readonly families: readonly Family[]; readonly warming: ReadonlySet<string> },
): ServiceBackends {
  const readOnce = readSlices(slices, families, warming)
  const backends: Record<ListenerKey, PortBackends> = {}
  for (const port of ports) {
    const { nodePort = 0 } = port.spec
    backends[port.key] = Object.freeze({ ...(nodePort > 0 ? { nodePort } : {}), endpoints: Object.freeze(endpointsOf(port, readOnce)) })
  }
  return { ports: Object.freeze(backends), notes: notesOn(ports, readOnce) }
}
