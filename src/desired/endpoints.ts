/**
 * Which pods may get traffic: the union of a Service's EndpointSlices, as kube-proxy takes it. Zones and hints narrow nothing here: a balancer is
 * outside of the cluster's topology.
 */
import { parseAddress, type Family } from '../model/address.ts'
import type { EndpointSlice, SliceEndpoint, SlicePort } from '../model/cluster.ts'
import type { Endpoint } from '../model/load-balancer.ts'
import type { RequestedPort } from './request.ts'

/** How fit an endpoint is; of two copies the fitter one counts. Slices may overlap while endpoints move between them. */
const READY = 3
const WARMING = 2
const DRAINING = 1
const UNFIT = 0
type Fitness = typeof READY | typeof WARMING | typeof DRAINING | typeof UNFIT

interface Copy extends Omit<Endpoint, 'port'> {
  readonly fitness: Fitness
}

/** A slice of a family that the Service has, read once for all ports. */
export interface ReadSlice {
  readonly family: Family
  readonly ports: readonly SlicePort[]
  readonly copies: readonly Copy[]
}

/** Leaves out slices of a family that the Service lacks, and those of host names (FQDN). `warming`: uids of pods that wait for the balancer alone. */
export function readSlices(slices: readonly EndpointSlice[], families: readonly Family[], warming: ReadonlySet<string>): readonly ReadSlice[] {
  return slices.flatMap(({ addressType, endpoints, ports }) =>
    addressType !== 'FQDN' && families.includes(addressType)
      ? [{ family: addressType, ports: ports ?? [], copies: (endpoints ?? []).flatMap((endpoint) => read(endpoint, warming) ?? []) }]
      : [],
  )
}

/**
 * The usable endpoints of one port, sorted, without doubles. Of each family the ready ones, or where it has none those that serve while they terminate
 * (KEP-1669). Those that wait for the balancer alone come on top: they take nobody's place before the balancer finds them healthy.
 */
export function endpointsOf(port: RequestedPort, slices: readonly ReadSlice[]): readonly Endpoint[] {
  const families = [...new Set(slices.map(({ family }) => family))]
  const usable = families.flatMap((family) =>
    usableOf(
      fittest(
        port,
        slices.filter((slice) => slice.family === family),
      ),
    ),
  )
  return usable.toSorted(compare)
}

/** Of each address and number the fittest copy. */
function fittest(port: RequestedPort, slices: readonly ReadSlice[]): ReadonlyMap<string, { readonly copy: Copy; readonly number: number }> {
  const fit = new Map<string, { readonly copy: Copy; readonly number: number }>()
  for (const { ports, copies } of slices) {
    const number = targetNumber(port, ports)
    if (number === undefined) continue
    for (const copy of copies) {
      const key = `${copy.ip} ${number}`
      const known = fit.get(key)
      if (known === undefined || isPreferred(copy, known.copy)) fit.set(key, { copy, number })
    }
  }
  return fit
}

function usableOf(fit: ReturnType<typeof fittest>): readonly Endpoint[] {
  const all = [...fit.values()]
  const ready = all.filter(({ copy }) => copy.fitness === READY)
  const usable = ready.length > 0 ? ready : all.filter(({ copy }) => copy.fitness === DRAINING)
  const warming = all.filter(({ copy }) => copy.fitness === WARMING)
  return [...usable, ...warming].map(({ copy: { ip, node, zone }, number }) => ({
    ip,
    port: number,
    ...(node === undefined ? {} : { node }),
    ...(zone === undefined ? {} : { zone }),
  }))
}

/** A name may stand for another number in each slice. A slice without ports, and a port without number, mean all: then it is the Service's own number. */
function targetNumber({ protocol, port, spec }: RequestedPort, ports: readonly SlicePort[]): number | undefined {
  const own = typeof spec.targetPort === 'string' ? undefined : (spec.targetPort ?? port)
  if (ports.length === 0) return own
  const match = ports.find((each) => (each.name ?? '') === (spec.name ?? '') && (each.protocol ?? 'TCP') === protocol)
  return match === undefined ? undefined : (match.port ?? own)
}

/** Absent conditions mean ready, serving, not terminating. Only the first address has a meaning. */
function read({ addresses, conditions, nodeName, zone, targetRef }: SliceEndpoint, warming: ReadonlySet<string>): Copy | undefined {
  const ip = parseAddress(addresses[0] ?? '')
  if (ip === undefined) return undefined
  const isDraining = conditions?.terminating === true && conditions.serving !== false
  const isWarm = targetRef !== undefined && warming.has(targetRef.uid)
  const fitness = conditions?.ready !== false ? READY : isWarm ? WARMING : isDraining ? DRAINING : UNFIT
  return { ip, fitness, ...(nodeName === undefined ? {} : { node: nodeName }), ...(zone === undefined ? {} : { zone }) }
}

/** Equally fit copies are told apart by what they say, so that the order of the slices does not matter. */
function isPreferred(a: Copy, b: Copy): boolean {
  return a.fitness === b.fitness ? placeOf(a) > placeOf(b) : a.fitness > b.fitness
}

function placeOf({ node, zone }: Copy): string {
  return `${node ?? ''} ${zone ?? ''}`
}

function compare(a: Endpoint, b: Endpoint): number {
  return a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1
}
