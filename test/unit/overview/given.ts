/** Services as a controller leaves them, and their slices, in a snapshot. */
import type { Condition, EndpointSlice, Service, ServiceSpec, SliceEndpoint, Snapshot } from '../../../src/model/cluster.ts'
import { service, slice, snapshot } from '../desired/given.ts'

export const SINCE = '2026-01-02T03:04:05Z'

export interface Given {
  readonly spec?: Partial<ServiceSpec>
  readonly metadata?: Partial<Service['metadata']>
  readonly status?: Service['status']
  readonly endpoints?: readonly SliceEndpoint[]
}

export const HELD = { finalizers: ['fairlead.dev/load-balancer-test'] } as const

export function condition(type: 'Ready' | 'Backends', status: Condition['status'], reason: string, message = ''): Condition {
  return { type: `fairlead.dev/${type}`, status, reason, message, lastTransitionTime: SINCE }
}

export const SERVED: Given = {
  metadata: HELD,
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] }, conditions: [condition('Ready', 'True', 'Ready', 'Served at 192.0.2.7.')] },
}

export function made({ spec, metadata, status = {} }: Given): Service {
  return { ...service(spec, metadata), status }
}

export function clusterOf(services: readonly Service[], slicesOf: (name: string) => readonly EndpointSlice[] = () => []): Snapshot {
  return { ...snapshot(), services: () => services, slicesOf: (_, name) => slicesOf(name) }
}

export function sliceOf(endpoints: readonly SliceEndpoint[]): readonly EndpointSlice[] {
  return [slice(endpoints)]
}
