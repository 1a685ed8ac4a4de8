/** IP addresses and CIDRs as the API server reads them: the tolerant form that stored objects may hold, and the strict one asked of new values. */
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { FieldError } from '../../resource.ts'
import { invalid } from './field-errors.ts'

export type Family = 'IPv4' | 'IPv6'

/** An address as a number of its family; an IPv4-mapped IPv6 address counts as IPv4. */
export interface Address {
  readonly family: Family
  readonly value: bigint
}

export interface Range extends Address {
  readonly bits: number
}

const FULL: Readonly<Record<Family, number>> = { IPv4: 32, IPv6: 128 }
const MAPPED = 0xffffn

/** Reads an address; leading zeros in IPv4 are decimal, as the cluster's own parser takes them. */
export function parseAddress(text: string): Address | undefined {
  const quad = /^(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})$/.exec(text)
  if (quad !== null) {
    const parts = quad.slice(1).map(Number)
    return parts.every((part) => part <= 255) ? { family: 'IPv4', value: toValue(parts) } : undefined
  }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const value = toValue(ipaddr.IPv6.parse(text).toByteArray())
  return value >> 32n === MAPPED ? { family: 'IPv4', value: value & 0xffff_ffffn } : { family: 'IPv6', value }
}

/** Reads `ADDRESS/BITS`; bits beyond the prefix stay. */
export function parseRange(text: string): Range | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  const address = parseAddress(match?.[1] ?? '')
  const bits = Number(match?.[2])
  if (address === undefined) return undefined
  const own = isMapped(match?.[1] ?? '') ? bits - 96 : bits
  return own >= 0 && own <= FULL[address.family] ? { ...address, bits: own } : undefined
}

/** The canonical text (RFC 5952 for IPv6). */
export function formatAddress({ family, value }: Address): string {
  const bytes = Array.from({ length: FULL[family] / 8 }, (_, index) => Number((value >> BigInt(FULL[family] - 8 * (index + 1))) & 0xffn))
  return family === 'IPv4' ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String()
}

/** The lowest address of a range. */
export function networkOf(range: Range): bigint {
  const free = BigInt(FULL[range.family] - range.bits)
  return (range.value >> free) << free
}

/** How many addresses a range has. */
export const sizeOf = (range: Range): bigint => 1n << BigInt(FULL[range.family] - range.bits)

export const contains = (range: Range, address: Address): boolean =>
  range.family === address.family && address.value >= networkOf(range) && address.value < networkOf(range) + sizeOf(range)

export const familyOf = (text: string): Family => (text.includes(':') ? 'IPv6' : 'IPv4')

/** A new address must be strict; one that the stored object already held is let through (`known`). */
export function validateAddress(field: string, text: string, known: readonly string[] = []): FieldError[] {
  if (known.includes(text)) return []
  if (parseAddress(text) === undefined) return [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  if (hasLeadingZeros(text)) return [invalid(field, text, 'must not have leading 0s')]
  return isMapped(text) ? [invalid(field, text, 'must not be an IPv4-mapped IPv6 address')] : []
}

/** A new CIDR must be strict and its host bits zero; a known one is let through. */
export function validateRange(field: string, text: string, known: readonly string[] = []): FieldError[] {
  if (known.includes(text)) return []
  const range = parseRange(text)
  if (range === undefined) return [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  const [address = '', bits = ''] = text.split('/')
  if (hasLeadingZeros(address) || /^0\d/.test(bits)) return [invalid(field, text, 'must not have leading 0s in IP or prefix length')]
  if (isMapped(address)) return [invalid(field, text, 'must not have an IPv4-mapped IPv6 address')]
  return range.value === networkOf(range) ? [] : [invalid(field, text, 'must not have bits set beyond the prefix length')]
}

/** Addresses that can be no endpoint, nor an external IP: unspecified, loopback, link-local. */
export function validateEndpointAddress(field: string, text: string): FieldError[] {
  const address = parseAddress(text)
  if (address === undefined) return [invalid(field, text, 'must be a valid IP address')]
  const is = (...ranges: string[]): boolean => ranges.some((range) => isIn(range, address))
  const errors: FieldError[] = []
  if (address.value === 0n) errors.push(invalid(field, text, `may not be unspecified (${text})`))
  if (is('127.0.0.0/8', '::1/128')) errors.push(invalid(field, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
  if (is('169.254.0.0/16', 'fe80::/10')) errors.push(invalid(field, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
  if (is('224.0.0.0/24', 'ff02::/16')) errors.push(invalid(field, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))
  return errors
}

/** The warning for an address that is tolerated but not in its usual form. */
export function warnOfAddress(field: string, text: string): string[] {
  const address = parseAddress(text)
  if (address === undefined) return []
  const canonical = formatAddress(address)
  if (hasLeadingZeros(text) || isMapped(text)) return [`${field}: non-standard IP address ${JSON.stringify(text)} is invalid: use ${JSON.stringify(canonical)}`]
  if (address.family === 'IPv4' || canonical === text) return []
  return [`${field}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`]
}

function isIn(text: string, address: Address): boolean {
  const range = parseRange(text)
  return range !== undefined && contains(range, address)
}

const hasLeadingZeros = (text: string): boolean => !text.includes(':') && text.split('.').some((part) => /^0\d/.test(part))
const isMapped = (text: string): boolean => text.includes(':') && parseAddress(text)?.family === 'IPv4'
const toValue = (bytes: readonly number[]): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
