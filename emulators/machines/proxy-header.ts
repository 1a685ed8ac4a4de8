/** Reads the PROXY protocol's header, version 1 and 2 (haproxy/haproxy doc/proxy-protocol.txt), as a server behind a balancer does. */

export interface ProxyHeader {
  /** The client's address; undefined: there is no header. */
  readonly client: string | undefined
  /** What follows the header. */
  readonly rest: Buffer
}

const V2_SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a])
const V2_HEADER_BYTES = 16

export function readProxyHeader(data: Buffer): ProxyHeader {
  if (data.subarray(0, V2_SIGNATURE.length).equals(V2_SIGNATURE) && data.length >= V2_HEADER_BYTES) return readVersion2(data)
  const [line, client] = /^PROXY TCP[46] (\S+) [^\r\n]*\r\n/.exec(data.subarray(0, 108).toString('latin1')) ?? []
  return line === undefined ? { client: undefined, rest: data } : { client, rest: data.subarray(line.length) }
}

/** A header that names no client is that of a health check, or cut short. */
function readVersion2(data: Buffer): ProxyHeader {
  const end = V2_HEADER_BYTES + data.readUInt16BE(14)
  const [family, addresses, rest] = [(data[13] ?? 0) >> 4, data.subarray(V2_HEADER_BYTES, end), data.subarray(end)]
  if (family === 1 && addresses.length >= 4) return { client: [...addresses.subarray(0, 4)].join('.'), rest }
  if (family !== 2 || addresses.length < 16) return { client: undefined, rest }
  return { client: Array.from({ length: 8 }, (_, i) => addresses.readUInt16BE(2 * i).toString(16)).join(':'), rest }
}
