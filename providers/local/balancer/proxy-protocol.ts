/** The header that names the client to a backend (PROXY protocol, version 1 and 2, haproxy.org proxy-protocol.txt). It only writes. */
import ipaddr from 'ipaddr.js'

export interface Ends {
  readonly source: { readonly ip: string; readonly port: number }
  readonly destination: { readonly ip: string; readonly port: number }
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const PROXY_COMMAND = 0x21
const LOCAL_COMMAND = 0x20
const TRANSPORT = { TCP: 1, UDP: 2 } as const

/** `PROXY TCP4 192.0.2.7 192.0.2.1 40000 80` and a line end. Version 1 is for TCP alone. */
export function proxyHeaderV1({ source, destination }: Ends): Buffer {
  const family = source.ip.includes(':') ? 'TCP6' : 'TCP4'
  return Buffer.from(`PROXY ${family} ${source.ip} ${destination.ip} ${source.port} ${destination.port}\r\n`, 'latin1')
}

export function proxyHeaderV2({ source, destination }: Ends, protocol: 'TCP' | 'UDP'): Buffer {
  const addresses = [...ipaddr.parse(source.ip).toByteArray(), ...ipaddr.parse(destination.ip).toByteArray()]
  const family = addresses.length === 8 ? 1 : 2
  const header = Buffer.alloc(16 + addresses.length + 4)
  SIGNATURE.copy(header)
  header[12] = PROXY_COMMAND
  header[13] = (family << 4) | TRANSPORT[protocol]
  header.writeUInt16BE(addresses.length + 4, 14)
  header.set(addresses, 16)
  header.writeUInt16BE(source.port, 16 + addresses.length)
  header.writeUInt16BE(destination.port, 18 + addresses.length)
  return header
}

/** What a health check sends: a connection of the balancer itself, for no client. */
export function ownProxyHeader(version: 'v1' | 'v2'): Buffer {
  if (version === 'v1') return Buffer.from('PROXY UNKNOWN\r\n', 'latin1')
  return Buffer.concat([SIGNATURE, Buffer.from([LOCAL_COMMAND, 0, 0, 0])])
}
