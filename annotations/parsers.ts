/** How an annotation's text becomes a value. A parser never guesses: what is not clearly meant is wrong, and reported with what is allowed. */
import { parseAddress, parseCidr } from '../src/model/address.ts'
import { quoted } from '../src/model/text.ts'
import type { Parsed, Parser } from './define.ts'

/** One of a few words, exactly as written. */
export function oneOf<const V extends string>(...values: readonly V[]): Parser<V> {
  const parse = (text: string): Parsed<V> => {
    const word = text.trim()
    const found = values.find((value) => value === word)
    if (found !== undefined) return { ok: true, value: found }
    const meant = values.find((value) => value.toLowerCase() === word.toLowerCase())
    return { ok: false, wrong: meant === undefined ? 'is not an allowed value' : `has to be written \`${meant}\`` }
  }
  return { allowed: either(values.map((value) => `\`${value}\``)), parse, values }
}

/** `true` or `false`, and no other spelling. */
export const boolean: Parser<boolean> = parser('`true` or `false`', (text) => (text === 'true' ? true : text === 'false' ? false : undefined), 'is neither')

/** A whole number, both ends included. */
export function integer({ min, max }: { readonly min: number; readonly max: number }): Parser<number> {
  return parser(`a whole number from ${min} to ${max}`, (text) => within(/^\d{1,10}$/.test(text) ? Number(text) : undefined, min, max), 'is not such a number')
}

/** A port number, or in its place the name of a port (RFC 6335: it has a letter) or a word that stands before such names. */
export function portOr(word: string): Parser<number | string> {
  const number = integer({ min: 1, max: 65535 })
  const isName = (text: string) => /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(text)
  return parser<number | string>(
    `${number.allowed}, \`${word}\`, or the name of a port of the Service`,
    (text) => (text === word || isName(text) ? text : valueOf(number.parse(text))),
    'is not an allowed value',
  )
}

/** A duration as Go writes it, `1m30s`, in **seconds**, perhaps with a fraction. A bare number is refused: it does not say of what. */
export function duration({ min, max }: { readonly min: number; readonly max: number }): Parser<number> {
  const allowed = `a duration from ${min}s to ${max}s, such as \`10s\`, \`1m30s\` or \`500ms\``
  return { allowed, parse: (text) => durationOf(text.trim(), min, max) }
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const

function durationOf(text: string, min: number, max: number): Parsed<number> {
  if (/^\d+$/.test(text)) return { ok: false, wrong: 'has no unit' }
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return { ok: false, wrong: 'is not a duration' }
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)]
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit as keyof typeof SECONDS] * 1000, 0)
  const seconds = Math.round(total) / 1000
  return within(seconds, min, max) === undefined ? { ok: false, wrong: 'is out of range' } : { ok: true, value: seconds }
}

/** Of a list in one annotation. The time a value costs is bounded by it, and by the longest value that is read. */
export const MOST_ITEMS = 500

/** Comma-separated, at least one item and at most `MOST_ITEMS`, in the order given; an item said twice counts once. */
export function list<T>(item: Parser<T>, { what }: { readonly what: string }): Parser<readonly T[]> {
  return { allowed: `${what}, separated by commas`, parse: (text) => listOf(text, item) }
}

function listOf<T>(text: string, item: Parser<T>): Parsed<readonly T[]> {
  if (text.trim() === '') return { ok: false, wrong: 'is empty' }
  const parts = text.split(',', MOST_ITEMS + 1)
  if (parts.length > MOST_ITEMS) return TOO_MANY
  const values = new Set<T>()
  for (const part of parts.map((each) => each.trim())) {
    const parsed = item.parse(part)
    if (!parsed.ok && part === text.trim()) return parsed
    if (!parsed.ok) return { ok: false, wrong: part === '' ? 'has an empty item' : `holds ${quoted(part)}, which ${parsed.wrong}` }
    values.add(parsed.value)
  }
  return { ok: true, value: [...values] }
}

/** For every list that an annotation holds. */
export const TOO_MANY: Parsed<never> = { ok: false, wrong: `holds more than ${MOST_ITEMS} items, which is the most that one annotation may have` }

const address = parser('an IP address', parseAddress, 'is not an IP address')
const cidr = parser('an IP range', parseCidr, 'is not an IP range')

/** IP addresses in canonical form. */
export const addresses: Parser<readonly string[]> = list(address, { what: 'IP addresses such as `192.0.2.7` or `2001:db8::7`' })

/** IP ranges in canonical form, host bits cleared. */
export const cidrs: Parser<readonly string[]> = list(cidr, { what: 'IP ranges such as `192.0.2.0/24` or `2001:db8::/32`' })

/** `key=value` pairs; a value may be empty, a key may not, nor be said twice. A backslash makes the character after it a plain one. */
export const keyValues: Parser<Readonly<Record<string, string>>> = {
  allowed: '`key=value` pairs, separated by commas (`\\,` is a comma in a value)',
  parse: (text) => {
    const parts = plainParts(text)
    if (parts.length > MOST_ITEMS) return TOO_MANY
    const pairs = new Map<string, string>()
    for (const [key, value] of parts.map(pairOf)) {
      if (key === '' || value === undefined) return { ok: false, wrong: `holds ${quoted(value === undefined ? key : `=${value}`)}, which is not such a pair` }
      if (pairs.has(key)) return { ok: false, wrong: `names ${quoted(key)} twice` }
      pairs.set(key, value)
    }
    return { ok: true, value: Object.fromEntries(pairs) }
  },
}

/** What is wrong with a value one of whose pairs has a value that it cannot have, as a clause. */
export function wrongPair(key: string, value: string): string {
  return `holds ${quoted(`${key}=${value}`)}, which is not a value of ${key}`
}

/** The text that `keyValues` reads as these pairs. */
export function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map((pair) => pair.map((side) => side.replaceAll(/[\\,]/g, String.raw`\$&`)).join('='))
    .join(',')
}

/** What a text that is no list of pairs may have meant as such; a key without a value has an empty one. */
export function pairsIn(text: string): readonly (readonly [string, string])[] {
  return plainParts(text)
    .slice(0, MOST_ITEMS)
    .map(pairOf)
    .map(([key, value = '']) => [key, value] as const)
}

/** The value is undefined where there is no `=`. */
function pairOf(part: string): readonly [key: string, value: string | undefined] {
  const equals = part.indexOf('=')
  if (equals < 0) return [unescaped(part.trim()), undefined]
  return [unescaped(part.slice(0, equals).trim()), unescaped(part.slice(equals + 1).trim())]
}

/** Split at the commas that no backslash escapes, in one pass; no more parts than are needed to see that they are too many. */
function plainParts(text: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < text.length && parts.length <= MOST_ITEMS; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1')
}

/** Text of a given form; `allowed` puts the form in words. */
export function textLike(pattern: RegExp, allowed: string): Parser<string> {
  return parser(
    allowed,
    (value) => (pattern.test(value) ? value : undefined),
    (value) => (value === '' ? 'is empty' : 'does not look like one'),
  )
}

/** Text of any form but empty, as clouds' names and ids are. */
export function anyText(allowed: string): Parser<string> {
  return textLike(/^\S.*$/s, allowed)
}

function parser<T>(allowed: string, read: (text: string) => T | undefined, wrong: string | ((text: string) => string)): Parser<T> {
  return {
    allowed,
    parse: (given) => {
      const trimmed = given.trim()
      const value = read(trimmed)
      return value === undefined ? { ok: false, wrong: typeof wrong === 'string' ? wrong : wrong(trimmed) } : { ok: true, value }
    },
  }
}

function valueOf<T>(parsed: Parsed<T>): T | undefined {
  return parsed.ok ? parsed.value : undefined
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
