/** The filters of lists: `name eq "web-.*"`, `name=web`, `(a=1) (b:x*)`, `a=1 AND NOT b=2`; from the API's comment of `filter`. */
import { type Json, type JsonObject, isObject } from '../../cloud/json.ts'
import { Refusal } from './refusal.ts'

type Test = (resource: JsonObject) => boolean

const TOKEN = /\s*(\(|\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|!=|<=|>=|=|<|>|:|[^\s()=<>:!"']+)/y

/** Null and the empty text let everything through. Throws a Refusal. */
export function filterFrom(text: string | null): Test {
  if (text === null || text.trim() === '') return () => true
  const tokens = tokensOf(text)
  const parser: Parser = { text, tokens, at: 0 }
  const test = either(parser)
  if (parser.at < tokens.length) throw malformed(text)
  return test
}

interface Parser {
  readonly text: string
  readonly tokens: readonly string[]
  at: number
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw malformed(text)
    tokens.push(token)
  }
  return tokens
}

function either(parser: Parser): Test {
  const tests = [both(parser)]
  while (take(parser, 'OR')) tests.push(both(parser))
  return (one) => tests.some((test) => test(one))
}

/** Terms side by side hold together. */
function both(parser: Parser): Test {
  const tests = [term(parser)]
  for (;;) {
    const next = parser.tokens[parser.at]
    if (next === undefined || next === ')' || next === 'OR') return (one) => tests.every((test) => test(one))
    take(parser, 'AND')
    tests.push(term(parser))
  }
}

function term(parser: Parser): Test {
  if (take(parser, 'NOT')) {
    const test = term(parser)
    return (one) => !test(one)
  }
  if (!take(parser, '(')) return comparison(parser)
  const test = either(parser)
  if (!take(parser, ')')) throw malformed(parser.text)
  return test
}

function take(parser: Parser, token: string): boolean {
  const isNext = parser.tokens[parser.at] === token
  if (isNext) parser.at += 1
  return isNext
}

function comparison(parser: Parser): Test {
  const [field, operator, value] = parser.tokens.slice(parser.at, parser.at + 3)
  const compare = COMPARE[operator ?? '']
  if (field === undefined || value === undefined || compare === undefined || value === ')' || value === '(') throw malformed(parser.text)
  parser.at += 3
  const wanted = /^["']/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
  const test = compare(wanted, parser.text)
  return (one) => test(valueAt(one, field))
}

function valueAt(of: JsonObject, field: string): Json | undefined {
  return field.split('.').reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), of)
}

type Compare = (wanted: string, filter: string) => (value: Json | undefined) => boolean

const textOf = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

const ordered =
  (holds: (difference: number) => boolean): Compare =>
  (wanted) =>
  (value) => {
    const [a, b] = [Number(textOf(value)), Number(wanted)]
    return value !== undefined && holds(Number.isNaN(a - b) ? textOf(value).localeCompare(wanted) : a - b)
  }

/** The whole value has to match: RE2, of which JavaScript has what filters use. */
const matches: Compare = (wanted, filter) => {
  const pattern = patternOf(`^(?:${wanted})$`, filter)
  return (value) => pattern.test(textOf(value))
}

function patternOf(source: string, filter: string): RegExp {
  try {
    return new RegExp(source)
  } catch {
    throw malformed(filter)
  }
}

/** `:*` asks whether there is a value; otherwise a part of a text, or an element of a list. */
const has: Compare = (wanted) => (value) => {
  if (wanted === '*') return value !== undefined
  if (Array.isArray(value)) return value.some((one: Json) => textOf(one) === wanted)
  const pattern = new RegExp(wanted.split('*').map(escaped).join('.*'))
  return value !== undefined && pattern.test(textOf(value))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

const COMPARE: Readonly<Record<string, Compare>> = {
  eq: matches,
  ne: (wanted, filter) => {
    const isMatch = matches(wanted, filter)
    return (value) => !isMatch(value)
  },
  '=': (wanted) => (value) => textOf(value) === wanted,
  '!=': (wanted) => (value) => textOf(value) !== wanted,
  '<': ordered((difference) => difference < 0),
  '<=': ordered((difference) => difference <= 0),
  '>': ordered((difference) => difference > 0),
  '>=': ordered((difference) => difference >= 0),
  ':': has,
}

function malformed(filter: string): Refusal {
  return new Refusal('invalid', `Invalid value for field 'filter': '${filter}'. Invalid list filter expression.`)
}
