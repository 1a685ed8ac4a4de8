/** What a tenant writes costs no more than its length, and no more than a bounded value: everything longer is refused with the bound. */
import { describe, expect, test } from 'vitest'
import { ANNOTATION_SETS } from '../../../providers/index.ts'
import { aws } from '../../../annotations/aws.ts'
import type { AnnotationSet } from '../../../annotations/define.ts'
import { labelSelector } from '../../../annotations/label-selector.ts'
import { local } from '../../../annotations/local.ts'
import { neutral } from '../../../annotations/neutral.ts'
import { addresses, cidrs, keyValues, list, textLike } from '../../../annotations/parsers.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { problemText } from '../../../src/model/problem.ts'

const PORTS = [
  { port: 80, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
] as const

const problemsOf = (annotations: Readonly<Record<string, string>>, set: AnnotationSet<unknown> = aws) =>
  readAnnotations<unknown>(annotations, PORTS, set).problems.map(problemText)

/** Each with the set that reads it. */
const KEYS = ANNOTATION_SETS.flatMap((set) =>
  [...Object.values(set.definitions), ...set.translations].map(
    ({ key, perPort }) =>
      [typeof perPort === 'string' ? perPort.replace('{protocol}', 'TCP').replace('{port}', '80') : key, set === neutral ? aws : set] as const,
  ),
)

describe('a value of more than 8 KiB is refused, and the bound is named', () => {
  test.each(KEYS)('%s', (key, set) => {
    const said = problemsOf({ [key]: `${'a=b,'.repeat(2_048)}x` }, set)
    expect(said).toContainEqual(expect.stringMatching(/ is 8193 bytes long\. Allowed: at most 8192 bytes in one annotation$/))
    expect(said.join(' ').length).toBeLessThan(4_096)
  })
  test('bytes count, not characters', () => expect(problemsOf({ 'fairlead.dev/name': 'é'.repeat(4_097) })).toEqual([expect.stringContaining('8194 bytes')]))
  test('a value of exactly that length is read', () => expect(problemsOf({ 'fairlead.dev/name': 'a'.repeat(8_192) })).toEqual([]))
  test('protection that a value too long asks for still protects', () => {
    const key = aws.definitions['loadBalancerAttributes']?.key ?? ''
    const { neutral: said, problems } = readAnnotations({ [key]: `deletion_protection.enabled=true,a=${'x'.repeat(9_000)}` }, PORTS, aws)
    expect(problems).toHaveLength(1)
    expect(said.deletionProtection).toBe(true)
  })
})

test.each([
  ['fairlead.dev/source-ranges', 'a,'],
  ['fairlead.dev/node-selector', 'a,'],
  ['fairlead.dev/node-selector', 'a in (b,c),'],
  ['fairlead.dev/security-groups', 'a,'],
  ['fairlead.dev/tags', 'a=,'],
  ['service.beta.kubernetes.io/aws-load-balancer-subnets', 'a,'],
])('a list of more than 500 items is refused, and the bound is named: %s %s', (key, item) =>
  expect(problemsOf({ [key]: item.repeat(501) })).toEqual([
    expect.stringContaining('holds more than 500 items, which is the most that one annotation may have'),
  ]),
)

test('thousands of wrong annotations make a bounded number of problems', () => {
  const many = (of: (i: number) => string) => Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [of(i), 'x']))
  for (const annotations of [many((i) => `fairlead.dev/nothing-${i}`), many((i) => `fairlead.dev/listener.${i + 1_000}`), many((i) => `metallb.io/k${i}`)]) {
    const { problems, notes } = readAnnotations<unknown>(annotations, PORTS, local)
    expect(problems.length + notes.length).toBeLessThan(25)
    expect([...problems.map(problemText), ...notes].join(' ')).toMatch(/4990 more problems|4995 more annotations/)
  }
})

/** The shapes that cost most: every item another one, every item the same, an item that never ends, only separators. */
const SHAPES: readonly (readonly [string, (length: number) => string])[] = [
  ['many items', (length) => items(length, (i) => `a${i}`)],
  ['many pairs', (length) => items(length, (i) => `k${i}=v`)],
  ['many ranges', (length) => items(length, (i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`)],
  ['one item', (length) => 'a'.repeat(length)],
  ['commas', (length) => ','.repeat(length)],
  ['open parentheses', (length) => '(,'.repeat(length / 2)],
  ['an open set', (length) => `a in (${'b,'.repeat(length / 2)}`],
  ['backslashes', (length) => '\\'.repeat(length)],
  ['spaces', (length) => `a${' '.repeat(length)}b`],
  ['digits', (length) => '1'.repeat(length)],
  ['durations', (length) => '1s'.repeat(length / 2)],
]

function items(length: number, item: (i: number) => string): string {
  const parts: string[] = []
  for (let i = 0, left = length; left > 0; i++) {
    const part = item(i)
    parts.push(part)
    left -= part.length + 1
  }
  return parts.join(',')
}

const PARSERS = [
  ...Object.values(neutral.definitions).map(({ key, value }) => [key, value] as const),
  ...Object.values(aws.definitions).map(({ key, value }) => [key, value] as const),
  ['a selector', labelSelector],
  ['pairs', keyValues],
  ['ranges', cidrs],
  ['addresses', addresses],
  ['a list', list(textLike(/^/, 'any'), { what: 'anything' })],
] as const

/** CPU time in ms: what else runs on the machine counts little. */
function timeOf(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** Less than that is the clock's grain and the compiler's work. A quadratic parser takes four times as much for the short text, and seconds for the long one. */
const GRAIN_MS = 50
const ATTEMPTS = 5

/** Eight times the text: a quadratic parser takes 64 times the time, and seconds at that length. What else runs on the machine spoils single attempts, not all. */
function growsLinearly(parse: (text: string) => unknown, text: (length: number) => string): boolean {
  const [short, long] = [text(16_000), text(128_000)]
  let [quickShort, quickLong] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < ATTEMPTS; i++) {
    quickShort = Math.min(
      quickShort,
      timeOf(() => parse(short)),
    )
    quickLong = Math.min(
      quickLong,
      timeOf(() => parse(long)),
    )
    if (quickLong <= 24 * Math.max(quickShort, GRAIN_MS)) return true
  }
  return false
}

/** The bound on the value is left out here: it would hide what a parser costs. */
describe('the time that a parser takes grows no faster than the text', () => {
  test.each(SHAPES)('%s', (_shape, text) => {
    expect(PARSERS.filter(([, { parse }]) => !growsLinearly(parse, text)).map(([name]) => name)).toEqual([])
  })
})
