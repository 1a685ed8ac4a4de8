/** Addresses and CIDRs as the cloud reckons with them. */
import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Family = 'ipv4' | 'ipv6'

/** Undefined: no address. */
export function familyOf(address: string): Family | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6'
}

/** The network of a CIDR, host bits cleared, IPv6 lower-case and compressed. Undefined: no CIDR of this family. */
export function canonicalCidr(text: string, family: Family): string | undefined {
  const [address = '', length = '', ...more] = text.trim().split('/')
  if (more.length > 0 || familyOf(address) !== family || !/^\d{1,3}$/.test(length)) return undefined
  if (Number(length) > (family === 'ipv4' ? 32 : 128)) return undefined
  const network = family === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`) : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`)
  return `${network.toString()}/${Number(length)}`
}

export function canonicalAddress(address: string): string {
  return ipaddr.parse(address).toString()
}

export function isWithin(address: string, cidr: string): boolean {
  const [first = '', bits] = cidr.split('/')
  // Asked many times for every packet, mostly about IPv4: a library that parses every notation takes thirty times as long.
  if (isIPv4(address)) return isIPv4(first) && prefixOf(address, Number(bits)) === prefixOf(first, Number(bits))
  const [network, length] = ipaddr.parseCIDR(cidr)
  const parsed = ipaddr.parse(address)
  return parsed.kind() === network.kind() && parsed.match(network, length)
}

/** Of an IPv4 address, as a number. */
function prefixOf(address: string, bits: number): number {
  const all = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return Math.floor(all / 2 ** (32 - bits))
}

/** The n-th address of a network, counted from its first. */
export function addressAt(cidr: string, n: number): string {
  const [network] = ipaddr.parseCIDR(cidr)
  const bytes = network.toByteArray()
  let carry = n
  for (let at = bytes.length - 1; at >= 0 && carry > 0; at--) {
    const sum = (bytes[at] ?? 0) + (carry % 256)
    bytes[at] = sum % 256
    carry = Math.floor(carry / 256) + (sum > 255 ? 1 : 0)
  }
  return ipaddr.fromByteArray(bytes).toString()
}

/** How many addresses an IPv4 network has. */
export function sizeOf(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1]))
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']

/** Reached over private links alone: RFC 1918, RFC 6598, and unique local IPv6. */
export function isPrivate(address: string): boolean {
  return PRIVATE.some((cidr) => isWithin(address, cidr))
}
