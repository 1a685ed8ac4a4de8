/** One Service as it is being read: what all parts of a request are decided from, and where they put what they find. */
import type { Reading } from '../../annotations/read.ts'
import type { Service, ServicePort } from '../model/cluster.ts'
import { listenerKey, type ListenerKey, type Protocol } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { RequestContext } from './service-request.ts'

export interface RequestInput {
  readonly service: Service
  readonly context: RequestContext
  readonly reading: Reading<unknown>
  /** Annotations that the operator's policy set, and the Service did not. */
  readonly defaulted: ReadonlySet<string>
  /** All ports of the Service, in its order. */
  readonly ports: readonly RequestedPort[]
  /** Filled while the request is built. */
  readonly findings: Findings
}

export interface RequestedPort {
  readonly key: ListenerKey
  readonly port: number
  readonly protocol: Protocol
  readonly name?: string
  readonly spec: ServicePort
}

export interface Findings {
  readonly problems: Problem[]
  readonly notes: string[]
}

export function requestedPorts({ spec }: Service): readonly RequestedPort[] {
  return (spec.ports ?? []).map((port) => {
    const protocol = port.protocol ?? 'TCP'
    return { key: listenerKey(port.port, protocol), port: port.port, protocol, ...(port.name === undefined ? {} : { name: port.name }), spec: port }
  })
}
