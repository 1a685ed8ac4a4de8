/**
 * IP addresses and ranges as text in one canonical form, so that equal things are equal strings.
 * Stored Kubernetes objects may hold sloppy values (leading zeros, host bits, spaces) that newer API servers refuse: they are read the way the
 * cluster reads them, `010` being ten (kubernetes/kubernetes, StrictIPCIDRValidation).
 */
import ipaddr from 'ipaddr.js'

export type Family = 'IPv4' | 'IPv6'

/** The canonical text of an address; undefined when it is none. An IPv4 address mapped into IPv6 is that IPv4 address. */
export function parseAddress(text: string): string | undefined {
  return parsed(text)?.toString()
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}

/**
 * The canonical text of a range, host bits cleared; undefined when it is none. A bare address is no range. A range of IPv4 addresses mapped into IPv6
 * is the IPv4 range where it is no wider than those are (`::ffff:0:0/96`).
 */
export function parseCidr(text: string): string | undefined {
  const [address = '', length = '', ...rest] = text.trim().split('/')
  const base = parsed(address)
  if (base === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined
  const bytes = base.toByteArray()
  const bits = Number(length) - (bytes.length === 4 && address.includes(':') ? MAPPED_BITS : 0)
  if (bits < 0 || bits > bytes.length * 8) return undefined
  return `${ipaddr.fromByteArray(masked(bytes, bits)).toString()}/${bits}`
}

const MAPPED_BITS = 96

/** The same, but a range of IPv4 addresses mapped into IPv6 stays one of IPv6 (`::ffff:127.64.0.0/112`): where it is sockets of that family that are meant. */
export function parseCidrAsWritten(text: string): string | undefined {
  const canonical = parseCidr(text)
  if (canonical === undefined || familyOf(canonical) === familyOf(text)) return canonical
  const [address, bits] = canonical.split('/')
  return `::ffff:${address}/${Number(bits) + MAPPED_BITS}`
}

/** Whether a canonical range holds a canonical address. An address of the other family is not in it. */
export function cidrContains(cidr: string, address: string): boolean {
  if (familyOf(cidr) !== familyOf(address)) return false
  return familyOf(address) === 'IPv4'
    ? ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))
    : ipaddr.IPv6.parse(address).match(ipaddr.IPv6.parseCIDR(cidr))
}

export interface Listen {
  /** Absent: on every address. */
  readonly host?: string
  readonly port: number
}

/** Where to listen: `host:port`, IPv6 in brackets; without a host on all addresses. Undefined when it says nothing of the kind. */
export function parseListen(text: string): Listen | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535 || (bracketed !== undefined && !bracketed.includes(':'))) return undefined
  const host = bracketed ?? plain ?? ''
  return { ...(host === '' ? {} : { host }), port: Number(port) }
}

const FOUR_PARTS = /^\d{1,3}(\.\d{1,3}){3}$/

function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const trimmed = text.trim()
  const sloppy = /^\d{1,4}(\.\d{1,4}){3}$/.test(trimmed) ? trimmed.split('.').map(Number).join('.') : trimmed
  // What cannot be of a family is not tried: the library finds that out by an exception, which costs more than all the rest.
  const isValid = sloppy.includes(':')
    ? !sloppy.includes('%') && ipaddr.IPv6.isValid(sloppy)
    : FOUR_PARTS.test(sloppy) && ipaddr.IPv4.isValidFourPartDecimal(sloppy)
  return isValid ? ipaddr.process(sloppy) : undefined
}

function masked(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff)
}
