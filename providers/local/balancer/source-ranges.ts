/**
 * Which clients may come. A list is merged and sorted once, so that asking costs a binary search however long it is, and equal lists are one: two hundred ports with
 * the same ranges hold one copy. What cannot be read as a range allows no client.
 */
import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { parseCidr } from '../../../src/model/address.ts'

/** Whether a client's address is within the ranges. */
export type Admits = (client: string) => boolean

const admitsAll: Admits = () => true

/** Undefined ranges admit all clients; an empty list, or one without a range of the client's family, none. */
export function compileRanges(ranges: readonly string[] | undefined): Admits {
  if (ranges === undefined) return admitsAll
  const spans = ranges.flatMap((range) => spanOf(range) ?? [])
  const v4 = merged(spans.filter(({ first }) => first.length === 1))
  const v6 = merged(spans.filter(({ first }) => first.length === 4))
  return (client) => {
    const words = wordsOf(client)
    return words !== undefined && holds(words.length === 1 ? v4 : v6, words)
  }
}

/** Compiles each list once: the same array by identity, an equal one by its content. What no frontend uses any more is forgotten. */
export class RangeSets {
  readonly #byArray = new WeakMap<readonly string[], Admits>()
  readonly #byContent = new Map<string, WeakRef<Admits>>()
  readonly #unused = new FinalizationRegistry<string>((content) => {
    if (this.#byContent.get(content)?.deref() === undefined) this.#byContent.delete(content)
  })

  of(ranges: readonly string[] | undefined): Admits {
    if (ranges === undefined) return admitsAll
    const admits = this.#byArray.get(ranges) ?? this.#equal(ranges)
    this.#byArray.set(ranges, admits)
    return admits
  }

  #equal(ranges: readonly string[]): Admits {
    const content = createHash('sha256').update(ranges.join('\n')).digest('base64')
    const known = this.#byContent.get(content)?.deref()
    if (known !== undefined) return known
    const admits = compileRanges(ranges)
    this.#byContent.set(content, new WeakRef(admits))
    this.#unused.register(admits, content)
    return admits
  }
}

/** An address as 32-bit words: one for IPv4, four for IPv6. */
type Words = readonly number[]

interface Span {
  readonly first: Words
  readonly last: Words
}

/** Spans that do not touch, in order; `width` words each. */
interface Spans {
  readonly width: number
  readonly firsts: Uint32Array
  readonly lasts: Uint32Array
}

function wordsOf(text: string): Words | undefined {
  if (!ipaddr.isValid(text)) return undefined
  return inWords(ipaddr.process(text).toByteArray())
}

function inWords(bytes: readonly number[]): Words {
  const words: number[] = []
  for (let i = 0; i < bytes.length; i += 4)
    words.push((((bytes[i] ?? 0) << 24) | ((bytes[i + 1] ?? 0) << 16) | ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0)) >>> 0)
  return words
}

function spanOf(range: string): Span | undefined {
  const cidr = parseCidr(range)
  if (cidr === undefined) return undefined
  const [base, bits] = ipaddr.parseCIDR(cidr)
  const first = inWords(base.toByteArray())
  const last = first.map((word, i) => {
    const free = 32 - Math.max(0, Math.min(32, bits - 32 * i))
    return free === 32 ? 0xffff_ffff : (word | (2 ** free - 1)) >>> 0
  })
  return { first, last }
}

function merged(spans: readonly Span[]): Spans {
  const kept: { first: Words; last: Words }[] = []
  for (const span of spans.toSorted((a, b) => compare(a.first, b.first))) {
    const before = kept.at(-1)
    if (before === undefined || compare(before.last, span.first) < 0) kept.push({ ...span })
    else if (compare(before.last, span.last) < 0) before.last = span.last
  }
  const width = spans[0]?.first.length ?? 1
  return { width, firsts: Uint32Array.from(kept.flatMap(({ first }) => first)), lasts: Uint32Array.from(kept.flatMap(({ last }) => last)) }
}

function compare(a: Words, b: Words): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function holds({ width, firsts, lasts }: Spans, address: Words): boolean {
  let [low, high] = [0, firsts.length / width - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    if (compareAt(address, firsts, middle * width) < 0) high = middle - 1
    else if (compareAt(address, lasts, middle * width) > 0) low = middle + 1
    else return true
  }
  return false
}

function compareAt(address: Words, all: Uint32Array, at: number): number {
  for (let i = 0; i < address.length; i++) {
    const difference = (address[i] ?? 0) - (all[at + i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
