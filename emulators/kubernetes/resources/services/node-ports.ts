/** Hands out node ports and health-check node ports, which share one range. The only memory is the index of the stored Services. */
import type { ApiObject, Cluster, FieldError, Refusal } from '../../resource.ts'
import { invalid } from '../rules/field-errors.ts'
import { scatter } from './scatter.ts'
import { needsHealthCheck, needsNodePorts, nodePortsOf, portsOf, specOf, type ServiceSpec } from './spec.ts'

/** The index of the stored Services by node port, health-check node ports among them. */
export const NODE_PORT_INDEX = 'nodePort'

export interface PortRange {
  readonly first: number
  readonly last: number
}

type Failure = readonly FieldError[] | Refusal

/** Fills `nodePort` of the ports and `healthCheckNodePort`, as far as type and policy want them. */
export function allocateNodePorts(service: ApiObject, old: ServiceSpec | undefined, at: { cluster: Cluster; range: PortRange }): Failure {
  const spec = specOf(service)
  const pool = new Pool(service, old, at)
  // What the Service holds stays its own until the write is done; two ports may well exchange their numbers.
  const kept = new Set(old !== undefined && needsNodePorts(old) ? portsOf(old).map((port) => port.nodePort ?? 0) : [])
  if (needsNodePorts(spec)) {
    const failure = old === undefined ? allocateFirst(spec, pool) : allocateChanged(spec, kept, pool)
    if (failure !== undefined) return failure
  }
  if (!needsHealthCheck(spec) || (old !== undefined && needsHealthCheck(old))) return []
  return allocateHealthCheck(spec, pool)
}

/** On create, ports of one number get one node port, whatever their protocol. */
function allocateFirst(spec: ServiceSpec, pool: Pool): Failure | undefined {
  const byPort = new Map<number, number>()
  for (const [index, port] of portsOf(spec).entries()) {
    if (port.nodePort === undefined && spec.allocateLoadBalancerNodePorts === false) continue
    const shared = byPort.get(port.port)
    if (shared !== undefined && (port.nodePort === undefined || port.nodePort === shared)) {
      port.nodePort = shared
      continue
    }
    const wanted = shared === undefined ? portsOf(spec).find((other) => other.port === port.port && other.nodePort !== undefined)?.nodePort : port.nodePort
    const given = wanted === undefined ? pool.next() : pool.take(wanted, `spec.ports[${index}].nodePort`)
    if (typeof given !== 'number') return given
    port.nodePort = given
    if (shared === undefined) byPort.set(port.port, given)
  }
  return undefined
}

function allocateChanged(spec: ServiceSpec, kept: ReadonlySet<number>, pool: Pool): Failure | undefined {
  const taken = new Set<number>()
  for (const [index, port] of portsOf(spec).entries()) {
    if (port.nodePort === undefined) {
      if (spec.allocateLoadBalancerNodePorts === false) continue
      const given = pool.next()
      if (typeof given !== 'number') return given
      port.nodePort = given
    } else if (!kept.has(port.nodePort) && !taken.has(port.nodePort)) {
      const given = pool.take(port.nodePort, `spec.ports[${index}].nodePort`)
      if (typeof given !== 'number') return given
      taken.add(given)
    }
  }
  return undefined
}

function allocateHealthCheck(spec: ServiceSpec, pool: Pool): Failure {
  const wanted = spec.healthCheckNodePort
  if (wanted === undefined) {
    const given = pool.next()
    if (typeof given !== 'number') return given
    spec.healthCheckNodePort = given
    return []
  }
  const why = pool.refusal(wanted)
  if (why === undefined) return []
  return internal(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`)
}

/** The node ports that are free for one Service during one write. */
class Pool {
  readonly #service: ApiObject
  readonly #cluster: Cluster
  readonly #range: PortRange
  readonly #taken: Set<number>

  constructor(service: ApiObject, old: ServiceSpec | undefined, at: { cluster: Cluster; range: PortRange }) {
    this.#service = service
    this.#cluster = at.cluster
    this.#range = at.range
    this.#taken = new Set(old === undefined ? [] : nodePortsOf(old))
  }

  take(port: number, field: string): number | readonly FieldError[] {
    const why = this.refusal(port)
    if (why !== undefined) return [invalid(field, port, why)]
    this.#taken.add(port)
    return port
  }

  refusal(port: number): string | undefined {
    const { first, last } = this.#range
    if (port < first || port > last) return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
    return this.#isTaken(port) ? 'provided port is already allocated' : undefined
  }

  /** The lower part of the range is left to those who ask for a number (KEP-3668), until the upper is full. */
  next(): number | Refusal {
    const { first, last } = this.#range
    const size = last - first + 1
    const reserved = Math.min(Math.max(16, Math.floor(size / 32)), 128)
    const offset = size <= reserved ? 0 : reserved
    const upper = size - offset
    const { namespace, name, uid, resourceVersion } = this.#service.metadata
    const start = scatter(`${namespace}/${name}/${uid}/${resourceVersion}/${this.#taken.size}`) % upper
    const isFree = (index: number): boolean => !this.#isTaken(first + index)
    let found: number | undefined
    for (let step = 0; step < size && found === undefined; step++) {
      const index = step < upper ? offset + ((start + step) % upper) : step - upper
      if (isFree(index)) found = index
    }
    if (found === undefined) return internal('failed to allocate a nodePort: range is full')
    this.#taken.add(first + found)
    return first + found
  }

  #isTaken(port: number): boolean {
    if (this.#taken.has(port)) return true
    return this.#cluster.indexed('services', NODE_PORT_INDEX, String(port)).some((holder) => holder.metadata.uid !== this.#service.metadata.uid)
  }
}

function internal(message: string): Refusal {
  return { code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, causes: [{ reason: '', message }] }
}
