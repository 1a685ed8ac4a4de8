/**
 * Which pods may get traffic: the union of a Service's EndpointSlices, as kube-proxy takes it. Zones and hints narrow nothing here: a balancer is
 * outside of the cluster's topology.
 */
import { parseAddress, type Family } from '../model/address.ts'
import type { EndpointSlice, SliceEndpoint, SlicePort } from '../model/cluster.ts'
import type { Endpoint } from '../model/load-balancer.ts'
import type { RequestedPort } from './request.ts'

/** How fit an endpoint is; of two copies the fitter one counts. Slices may overlap while endpoints move between them. */
const READY = 2
const DRAINING = 1
const UNFIT = 0
type Fitness = typeof READY | typeof DRAINING | typeof UNFIT

interface Copy {
  readonly endpoint: Endpoint
  readonly family: Family
  readonly fitness: Fitness
}

/**
 * The usable endpoints of one port, sorted, without doubles. Of each family the ready ones, or where it has none those that serve while they terminate
 * (KEP-1669). Slices of a family that the Service lacks are not looked at, nor are those of host names (FQDN).
 */
export function endpointsOf(port: RequestedPort, slices: readonly EndpointSlice[], families: readonly Family[]): readonly Endpoint[] {
  const copies = new Map<string, Copy>()
  for (const { addressType, endpoints, ports } of slices) {
    const number = targetNumber(port, ports ?? [])
    if (addressType === 'FQDN' || !families.includes(addressType) || number === undefined) continue
    for (const endpoint of endpoints ?? []) {
      const copy = read(endpoint, number, addressType)
      if (copy === undefined) continue
      const key = `${copy.endpoint.ip} ${number}`
      const known = copies.get(key)
      if (known === undefined || isPreferred(copy, known)) copies.set(key, copy)
    }
  }
  const all = [...copies.values()]
  const usable = families.flatMap((family) => usableOf(all.filter((copy) => copy.family === family)))
  return usable.map(({ endpoint }) => endpoint).toSorted(compare)
}

function usableOf(copies: readonly Copy[]): readonly Copy[] {
  const ready = copies.filter(({ fitness }) => fitness === READY)
  return ready.length > 0 ? ready : copies.filter(({ fitness }) => fitness === DRAINING)
}

/** A name may stand for another number in each slice. A slice without ports, and a port without number, mean all: then it is the Service's own number. */
function targetNumber({ protocol, port, spec }: RequestedPort, ports: readonly SlicePort[]): number | undefined {
  const own = typeof spec.targetPort === 'string' ? undefined : (spec.targetPort ?? port)
  if (ports.length === 0) return own
  const match = ports.find((each) => (each.name ?? '') === (spec.name ?? '') && (each.protocol ?? 'TCP') === protocol)
  return match === undefined ? undefined : (match.port ?? own)
}

/** Absent conditions mean ready, serving, not terminating. Only the first address has a meaning. */
function read({ addresses, conditions, nodeName, zone }: SliceEndpoint, port: number, family: Family): Copy | undefined {
  const ip = parseAddress(addresses[0] ?? '')
  if (ip === undefined) return undefined
  const isDraining = conditions?.terminating === true && conditions.serving !== false
  const fitness = conditions?.ready !== false ? READY : isDraining ? DRAINING : UNFIT
  return { endpoint: { ip, port, ...(nodeName === undefined ? {} : { node: nodeName }), ...(zone === undefined ? {} : { zone }) }, family, fitness }
}

/** Equally fit copies are told apart by what they say, so that the order of the slices does not matter. */
function isPreferred(a: Copy, b: Copy): boolean {
  return a.fitness === b.fitness ? placeOf(a) > placeOf(b) : a.fitness > b.fitness
}

function placeOf({ endpoint }: Copy): string {
  return `${endpoint.node ?? ''} ${endpoint.zone ?? ''}`
}

function compare(a: Endpoint, b: Endpoint): number {
  return a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1
}
