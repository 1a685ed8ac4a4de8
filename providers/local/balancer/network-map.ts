/** Where the cluster's addresses are found from here, in the manner of static routes: one pure function in front of `connect`. It opens nothing. */
import ipaddr from 'ipaddr.js'
import { parseCidr } from '../../../src/model/address.ts'

/** The address to dial for an address of the cluster; addresses that no route speaks of stay as they are. */
export type NetworkMap = (ip: string) => string

export const identityMap: NetworkMap = (ip) => ip

/** A network map that cannot be read: `message` names the value and what is allowed. */
export class NetworkMapError extends Error {
  override readonly name = 'NetworkMapError'
  readonly value: string

  constructor(value: string, wrong: string) {
    super(`network map ${JSON.stringify(value)} ${wrong}; allowed: FROM=TO, two ranges of one family and one length, such as 10.244.0.0/16=127.244.0.0/16`)
    this.value = value
  }
}

interface Route {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly bits: number
}

/**
 * Reads `10.244.0.0/16=127.244.0.0/16` and the like: 10.244.1.7 is found at 127.244.1.7. Where several match, the longest prefix wins; of equal ones the first.
 * Throws a NetworkMapError.
 */
export function parseNetworkMap(values: readonly string[]): NetworkMap {
  if (values.length === 0) return identityMap
  const routes = values.map(parseRoute).toSorted((a, b) => b.bits - a.bits)
  return (ip) => {
    if (!ipaddr.isValid(ip)) return ip
    const bytes = ipaddr.process(ip).toByteArray()
    const route = routes.find((candidate) => matches(candidate, bytes))
    return route === undefined ? ip : ipaddr.fromByteArray(moved(route, bytes)).toString()
  }
}

function parseRoute(value: string): Route {
  const [from, to, ...rest] = value.split('=')
  if (from === undefined || to === undefined || rest.length > 0) throw new NetworkMapError(value, 'is not two ranges with one = between them')
  const source = parseRange(value, from)
  const target = parseRange(value, to)
  if (source.bytes.length !== target.bytes.length) throw new NetworkMapError(value, 'mixes IPv4 and IPv6')
  if (source.bits !== target.bits) throw new NetworkMapError(value, `has prefix lengths that differ, /${source.bits} and /${target.bits}`)
  return { from: source.bytes, to: target.bytes, bits: source.bits }
}

function parseRange(value: string, text: string): { bytes: readonly number[]; bits: number } {
  const canonical = parseCidr(text)
  if (canonical === undefined) throw new NetworkMapError(value, `holds ${JSON.stringify(text.trim())}, which is no range`)
  const [address, bits] = ipaddr.parseCIDR(canonical)
  return { bytes: address.toByteArray(), bits }
}

function matches({ from, bits }: Route, bytes: readonly number[]): boolean {
  return from.length === bytes.length && bytes.every((byte, i) => ((byte ^ (from[i] ?? 0)) & prefixMask(bits, i)) === 0)
}

function moved({ to, bits }: Route, bytes: readonly number[]): number[] {
  return bytes.map((byte, i) => (to[i] ?? 0) | (byte & ~prefixMask(bits, i)))
}

/** The bits of byte `i` that belong to a prefix. */
function prefixMask(bits: number, i: number): number {
  return (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff
}
