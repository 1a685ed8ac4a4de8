/** Where the cluster's addresses are found from here, in the manner of static routes: one pure function in front of `connect`. It opens nothing. */
import ipaddr from 'ipaddr.js'
import { parseCidr, parseCidrAsWritten } from '../../../src/model/address.ts'

export interface SocketAddress {
  readonly ip: string
  readonly port: number
}

/** The address and port to dial for those of the cluster; what no route names stays as it is. */
export type NetworkMap = (address: SocketAddress) => SocketAddress

export const identityMap: NetworkMap = (address) => address

/** Ports below need a privilege on most systems, so a route can say that they are found higher. */
const FIRST_UNPRIVILEGED = 1_024

/** A network map that cannot be read: `message` names the value and what is allowed. */
export class NetworkMapError extends Error {
  override readonly name = 'NetworkMapError'
  readonly value: string

  constructor(value: string, wrong: string) {
    super(
      `network map ${JSON.stringify(value)} ${wrong}; allowed: FROM=TO, two ranges of one family and one length, such as 10.244.0.0/16=127.244.0.0/16, and +N behind them where ports under 1024 are found N higher`,
    )
    this.value = value
  }
}

interface Route {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly bits: number
  /** Added to a port under 1024. */
  readonly raise: number
}

/**
 * Reads `10.244.0.0/16=127.244.0.0/16` and the like: 10.244.1.7 is found at 127.244.1.7. Where several match, the longest prefix wins; of equal ones the first.
 * With `fd00:244::/112=::ffff:127.64.0.0/112` fd00:244::107 is found at ::ffff:127.64.1.7, over IPv6 sockets.
 * With `+64000` behind it, port 53 of 10.244.1.7 is found at 64053 of 127.244.1.7, where a plain user may listen. Throws a NetworkMapError.
 */
export function parseNetworkMap(values: readonly string[]): NetworkMap {
  if (values.length === 0) return identityMap
  const routes = values.map(parseRoute).toSorted((a, b) => b.bits - a.bits)
  return (address) => {
    const { ip, port } = address
    if (!ipaddr.isValid(ip)) return address
    const bytes = ipaddr.process(ip).toByteArray()
    const route = routes.find((candidate) => matches(candidate, bytes))
    if (route === undefined) return address
    return { ip: ipaddr.fromByteArray(moved(route, bytes)).toString(), port: port < FIRST_UNPRIVILEGED ? port + route.raise : port }
  }
}

function parseRoute(value: string): Route {
  const [from, behind, ...rest] = value.split('=')
  const [to, raised, ...more] = behind?.split('+') ?? []
  if (from === undefined || to === undefined || rest.length + more.length > 0) throw new NetworkMapError(value, 'is not two ranges with one = between them')
  const source = parseRange(value, from, parseCidr)
  const target = parseRange(value, to, parseCidrAsWritten)
  if (source.bytes.length !== target.bytes.length) throw new NetworkMapError(value, 'mixes IPv4 and IPv6')
  if (source.bits !== target.bits) throw new NetworkMapError(value, `has prefix lengths that differ, /${source.bits} and /${target.bits}`)
  const raise = Number(raised ?? 0)
  if (raised !== undefined && (!/^\d{1,5}$/.test(raised) || raise > 65_535 - FIRST_UNPRIVILEGED))
    throw new NetworkMapError(value, `moves ports by ${JSON.stringify(raised)}, which is not a number up to ${65_535 - FIRST_UNPRIVILEGED}`)
  return { from: source.bytes, to: target.bytes, bits: source.bits, raise }
}

function parseRange(value: string, text: string, parse: typeof parseCidr): { bytes: readonly number[]; bits: number } {
  const canonical = parse(text)
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
