/**
 * Which clients may come. The list is merged and sorted once, so that asking costs a binary search however long it is. What cannot be read as a range lets
 * nobody in.
 */
import ipaddr from 'ipaddr.js'
import { familyOf, parseCidr } from '../../../src/model/address.ts'

/** Whether a client's address is within the ranges. */
export type Admits = (client: string) => boolean

interface Span {
  readonly first: bigint
  readonly last: bigint
}

/** Undefined ranges admit everybody; an empty list, or one without a range of the client's family, nobody. */
export function compileRanges(ranges: readonly string[] | undefined): Admits {
  if (ranges === undefined) return () => true
  const cidrs = ranges.flatMap((range) => parseCidr(range) ?? [])
  const v4 = mergedSpans(cidrs.filter((cidr) => familyOf(cidr) === 'IPv4'))
  const v6 = mergedSpans(cidrs.filter((cidr) => familyOf(cidr) === 'IPv6'))
  return (client) => {
    if (!ipaddr.isValid(client)) return false
    const address = ipaddr.process(client)
    return holds(address.kind() === 'ipv4' ? v4 : v6, numberOf(address.toByteArray()))
  }
}

function mergedSpans(cidrs: readonly string[]): readonly Span[] {
  const spans = cidrs.map(spanOf).toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: Span[] = []
  for (const span of spans) {
    const before = merged.at(-1)
    if (before === undefined || before.last + 1n < span.first) merged.push(span)
    else if (span.last > before.last) merged[merged.length - 1] = { first: before.first, last: span.last }
  }
  return merged
}

function spanOf(cidr: string): Span {
  const [address, bits] = ipaddr.parseCIDR(cidr)
  const bytes = address.toByteArray()
  const first = numberOf(bytes)
  return { first, last: first + (1n << BigInt(bytes.length * 8 - bits)) - 1n }
}

function numberOf(bytes: readonly number[]): bigint {
  let number = 0n
  for (const byte of bytes) number = (number << 8n) | BigInt(byte)
  return number
}

function holds(spans: readonly Span[], address: bigint): boolean {
  let low = 0
  let high = spans.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const span = spans[middle]
    if (span === undefined) return false
    if (address < span.first) high = middle - 1
    else if (address > span.last) low = middle + 1
    else return true
  }
  return false
}
