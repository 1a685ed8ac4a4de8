/**
 * Which pods may get traffic: the union of a Service's EndpointSlices, as kube-proxy takes it. Zones and hints narrow nothing here: a balancer is
 * outside of the cluster's topology.
 */
import { familyOf, parseAddress, type Family } from '../model/address.ts'
import type { EndpointSlice, SliceEndpoint, SlicePort } from '../model/cluster.ts'
import type { Endpoint } from '../model/load-balancer.ts'
import { specialAddress } from '../model/special-address.ts'
import type { RequestedPort } from './request-input.ts'

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
  readonly name: string
  readonly family: Family
  readonly ports: readonly SlicePort[]
  readonly copies: readonly Copy[]
  /** Addresses that get no traffic, and why. */
  readonly leftOut: readonly LeftOut[]
}

export interface LeftOut {
  readonly address: string
  /** As the end of a sentence: "a metadata address of AWS". */
  readonly what: string
}

/** Leaves out slices of a family that the Service lacks, and those of host names (FQDN). `warming`: uids of pods that wait for the balancer alone. */
export function readSlices(slices: readonly EndpointSlice[], families: readonly Family[], warming: ReadonlySet<string>): readonly ReadSlice[] {
  return slices.flatMap((slice) => (slice.addressType !== 'FQDN' && families.includes(slice.addressType) ? [readSlice(slice, slice.addressType, warming)] : []))
}

function readSlice({ metadata: { name }, endpoints, ports }: EndpointSlice, family: Family, warming: ReadonlySet<string>): ReadSlice {
  const copies: Copy[] = []
  const leftOut: LeftOut[] = []
  for (const endpoint of endpoints ?? []) {
    const read = readEndpoint(endpoint, family, warming)
    if ('what' in read) leftOut.push(read)
    else copies.push(read)
  }
  return { name, family, ports: ports ?? [], copies, leftOut }
}

/**
 * The usable endpoints of one port, sorted, without doubles. Of each family the ready ones, or where it has none those that serve while they terminate
 * (KEP-1669). Those that wait for the balancer alone come on top: they take no other's place before the balancer finds them healthy.
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
    ...given({ node, zone }),
  }))
}

/**
 * A name may stand for another number in each slice. A slice without ports, and a port without number, mean all: then it is the Service's own number. The API server
 * stores any number; what is no port is left out here, and said by `notesOn`.
 */
function targetNumber(port: RequestedPort, ports: readonly SlicePort[]): number | undefined {
  const number = saidNumber(port, ports)
  return number !== undefined && isPort(number) ? number : undefined
}

/** Whether the slice has a usable target port for the port of the Service. */
export function takesTraffic(port: RequestedPort, { ports }: ReadSlice): boolean {
  return targetNumber(port, ports) !== undefined
}

function saidNumber({ protocol, port, spec }: RequestedPort, ports: readonly SlicePort[]): number | undefined {
  const own = typeof spec.targetPort === 'string' ? undefined : (spec.targetPort ?? port)
  if (ports.length === 0) return own
  const match = ports.find((each) => (each.name ?? '') === (spec.name ?? '') && (each.protocol ?? 'TCP') === protocol)
  return match === undefined ? undefined : (match.port ?? own)
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535
}

/** Absent conditions mean ready, serving, not terminating. Only the first address has a meaning. */
function readEndpoint({ addresses, conditions, nodeName, zone, targetRef }: SliceEndpoint, family: Family, warming: ReadonlySet<string>): Copy | LeftOut {
  const [text = ''] = addresses
  const ip = parseAddress(text)
  const what = ip === undefined ? 'not an IP address' : (specialAddress(ip) ?? (familyOf(ip) === family ? undefined : `not an ${family} address`))
  if (ip === undefined || what !== undefined) return { address: text, what: what ?? '' }
  const isDraining = conditions?.terminating === true && conditions.serving !== false
  const isWarm = targetRef !== undefined && targetRef !== null && warming.has(targetRef.uid)
  const fitness = conditions?.ready !== false ? READY : isWarm ? WARMING : isDraining ? DRAINING : UNFIT
  return { ip, fitness, ...given({ node: nodeName ?? undefined, zone: zone ?? undefined }) }
}

/** Sentences for the Service: what its slices hold that gets no traffic. */
export function notesOn(ports: readonly RequestedPort[], slices: readonly ReadSlice[]): readonly string[] {
  return slices.flatMap((slice) => [...portNotes(ports, slice), ...addressNotes(slice)])
}

function portNotes(ports: readonly RequestedPort[], slice: ReadSlice): readonly string[] {
  return ports.flatMap((port) => {
    const number = saidNumber(port, slice.ports)
    if (number === undefined || isPort(number)) return []
    return [
      `EndpointSlice ${slice.name} gives ${port.key} the target port ${number}, which is not between 1 and 65535: its endpoints get no traffic from this port.`,
    ]
  })
}

/** Of a long list the first few are named. */
const MOST_NAMED = 3

function addressNotes({ name, leftOut }: ReadSlice): readonly string[] {
  return [...Map.groupBy(leftOut, ({ what }) => what)].map(([what, all]) => {
    const addresses = [...new Set(all.map(({ address }) => (address.length > 64 ? `${address.slice(0, 64)}...` : address)))]
    const more = addresses.length > MOST_NAMED ? ` and ${addresses.length - MOST_NAMED} more` : ''
    return `EndpointSlice ${name} holds ${addresses.slice(0, MOST_NAMED).join(', ')}${more}, ${what}, which gets no traffic.`
  })
}

/** Equally fit copies are distinguished by their contents, so that the order of the slices does not matter. */
function isPreferred(a: Copy, b: Copy): boolean {
  return a.fitness === b.fitness ? placeOf(a) > placeOf(b) : a.fitness > b.fitness
}

function placeOf({ node, zone }: Copy): string {
  return `${node ?? ''} ${zone ?? ''}`
}

function compare(a: Endpoint, b: Endpoint): number {
  return a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1
}

/** What is absent is no field at all. */
function given({ node, zone }: { readonly node: string | undefined; readonly zone: string | undefined }): Pick<Endpoint, 'node' | 'zone'> {
  return { ...(node === undefined ? {} : { node }), ...(zone === undefined ? {} : { zone }) }
}
