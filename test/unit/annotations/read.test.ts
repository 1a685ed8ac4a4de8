import { existsSync } from 'node:fs'
import { describe, expect, expectTypeOf, test } from 'vitest'

import { defineAnnotations, type AnnotationSet, type PerPort, type ServicePortKey } from '../../../annotations/define.ts'
import { neutral } from '../../../annotations/neutral.ts'
import { boolean, duration, integer, oneOf } from '../../../annotations/parsers.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { ANNOTATIONS_PAGE } from '../../../src/model/names.ts'
import { problemText } from '../../../src/model/problem.ts'

/** A cloud's own knobs in the shapes that clouds have. */
const cloud = defineAnnotations(
  {
    tier: {
      key: 'test.fairlead.dev/tier',
      value: oneOf('gold', 'lead'),
      doc: '',
      example: 'gold',
      default: 'lead',
      aliases: [{ key: 'example.com/tier', deprecated: 'use test.fairlead.dev/tier' }],
    },
    probes: { key: 'example.com/probe', value: integer({ min: 1, max: 9 }), doc: '', example: '1', default: '1', perPort: 'example.com/port_{port}_probe' },
    old: { key: 'example.com/old', value: duration({ min: 0, max: 9 }), doc: '', example: '1s', default: 'none', deprecated: 'it will go' },
  },
  {
    prefixes: ['test.fairlead.dev/'],
    translations: [
      {
        key: 'example.com/internal',
        doc: '',
        example: 'true',
        allowed: '`true` or `false`',
        words: ['scheme'],
        translate: (text) => {
          const parsed = boolean.parse(text)
          return parsed.ok ? { ok: true, value: { scheme: parsed.value ? 'internal' : 'internet-facing' } } : parsed
        },
      },
      {
        key: 'example.com/idle',
        perPort: 'example.com/port_{port}_idle',
        doc: '',
        example: '4',
        allowed: 'minutes',
        words: ['idle-timeout'],
        translate: (text) => ({ ok: true, value: { 'idle-timeout': `${text}m` } }),
      },
    ],
  },
)

const ports: readonly ServicePortKey[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
  { port: 80, protocol: 'TCP' },
]

function read(annotations: Record<string, string>) {
  const { neutral: said, options, problems, notes, keyOf } = readAnnotations(annotations, ports, cloud)
  return { said, options, problems: problems.map(problemText), notes, keyOf }
}

test('types are inferred from the definitions', () => {
  type Options = typeof cloud extends AnnotationSet<infer O> ? O : never
  expectTypeOf<Options>().toEqualTypeOf<{ readonly tier?: 'gold' | 'lead'; readonly probes?: PerPort<number>; readonly old?: number }>()
})

test('two definitions of one key are a fault of ours', () => {
  const one = { key: 'a/b', value: boolean, doc: '', example: 'true', default: '' }
  expect(() => defineAnnotations({ one, two: { ...one, key: 'a/c', aliases: [{ key: 'a/b' }] } })).toThrow('a/b is declared twice')
})

describe("a provider's own knobs", () => {
  test('a value, and a value for one port in the provider’s own form of the key', () => {
    const { options, problems } = read({ 'test.fairlead.dev/tier': 'gold', 'example.com/probe': '2', 'example.com/port_53_probe': '3' })
    expect(problems).toEqual([])
    expect(options).toEqual({ tier: 'gold', probes: { service: 2, ports: { '53/UDP': 3, '53/TCP': 3 } } })
  })
  test('an alias, with a note; the key itself wins, with another', () => {
    expect(read({ 'example.com/tier': 'gold' })).toMatchObject({
      options: { tier: 'gold' },
      notes: ['example.com/tier is deprecated: use test.fairlead.dev/tier'],
    })
    const both = read({ 'example.com/tier': 'gold', 'test.fairlead.dev/tier': 'lead' })
    expect(both.options).toEqual({ tier: 'lead' })
    expect(both.notes).toContain('example.com/tier is ignored, because test.fairlead.dev/tier sets the same thing and takes precedence')
  })
  test('an alias that is malformed disturbs nobody when the key itself is there', () =>
    expect(read({ 'example.com/tier': 'bogus', 'test.fairlead.dev/tier': 'lead' }).problems).toEqual([]))
  test('a deprecated key', () =>
    expect(read({ 'example.com/old': '1s' })).toMatchObject({ options: { old: 1 }, notes: ['example.com/old is deprecated: it will go'] }))
})

describe("other controllers' names in the neutral vocabulary", () => {
  test('are understood', () => expect(read({ 'example.com/internal': 'true' })).toMatchObject({ said: { scheme: 'internal' }, problems: [], notes: [] }))
  test('for one port', () => expect(read({ 'example.com/port_80_idle': '4' }).said).toEqual({ idleTimeout: { ports: { '80/TCP': 240 } } }))
  test('come after our own', () =>
    expect(read({ 'example.com/internal': 'true', 'fairlead.dev/scheme': 'internet-facing' })).toMatchObject({
      said: { scheme: 'internet-facing' },
      notes: ['example.com/internal is ignored, because fairlead.dev/scheme sets the same thing and takes precedence'],
    }))
  test('malformed, are reported under their own name', () =>
    expect(read({ 'example.com/internal': 'maybe' }).problems).toEqual(['example.com/internal: "maybe" is neither. Allowed: `true` or `false`']))
  test('make a neutral value that is wrong: reported under their own name too', () =>
    expect(read({ 'example.com/idle': 'x' }).problems).toEqual([expect.stringMatching(/^example\.com\/idle: "x" is not a duration/)]))
})

describe('ports', () => {
  test.each([
    ['fairlead.dev/idle-timeout.53', { '53/UDP': 5, '53/TCP': 5 }],
    ['fairlead.dev/idle-timeout.53-udp', { '53/UDP': 5 }],
    ['fairlead.dev/idle-timeout.53-TCP', { '53/TCP': 5 }],
  ])('%s', (key, expected) => expect(read({ [key]: '5s' }).said).toEqual({ idleTimeout: { ports: expected } }))
  test.each(['54', '80-udp', '053', '53-icmp', '', 'web', '53-', '99999999'])('a suffix %j names no port', (suffix) =>
    expect(read({ [`fairlead.dev/idle-timeout.${suffix}`]: '5s' }).problems).toEqual([
      `fairlead.dev/idle-timeout.${suffix} ends in "${suffix}", which is not a port of the Service. Allowed: \`53\` or \`53-udp\`, \`53\` or \`53-tcp\`, \`80\` or \`80-tcp\``,
    ]),
  )
  test('which key said it', () => {
    const { keyOf } = read({ 'fairlead.dev/idle-timeout': '1s', 'fairlead.dev/idle-timeout.53': '2s', 'fairlead.dev/idle-timeout.53-udp': '3s' })
    expect([keyOf('idleTimeout'), keyOf('idleTimeout', '53/UDP'), keyOf('idleTimeout', '53/TCP'), keyOf('idleTimeout', '80/TCP'), keyOf('scheme')]).toEqual([
      'fairlead.dev/idle-timeout',
      'fairlead.dev/idle-timeout.53-udp',
      'fairlead.dev/idle-timeout.53',
      'fairlead.dev/idle-timeout',
      'fairlead.dev/scheme',
    ])
  })
})

describe('keys that nobody knows', () => {
  test.each([
    ['fairlead.dev/shceme', 'fairlead.dev/scheme'],
    ['fairlead.dev/source-range', 'fairlead.dev/source-ranges'],
    ['fairlead.dev/source-range.53', 'fairlead.dev/source-ranges'],
    ['fairlead.dev/idle_timeout', 'fairlead.dev/idle-timeout'],
    ['test.fairlead.dev/tiers', 'test.fairlead.dev/tier'],
  ])('%s: did you mean %s', (key, hint) =>
    expect(read({ [key]: 'x' }).problems).toEqual([
      `${key} is not an annotation that this provider knows. Did you mean ${hint}? All annotations: annotations/README.md in Fairlead's documentation.`,
    ]),
  )
  test('nothing like it: no guess', () =>
    expect(read({ 'fairlead.dev/quite-something-else-altogether': 'x' }).problems).toEqual([
      "fairlead.dev/quite-something-else-altogether is not an annotation that this provider knows. All annotations: annotations/README.md in Fairlead's documentation.",
    ]))
  test('the page that the sentence names is there', () => expect(existsSync(new URL(`../../../${ANNOTATIONS_PAGE}`, import.meta.url))).toBe(true))
  test('a port for what holds for the whole Service', () =>
    expect(read({ 'fairlead.dev/scheme.80': 'internal' }).problems).toEqual([
      'fairlead.dev/scheme.80 is not a key: fairlead.dev/scheme holds for the whole Service, not for one port. Allowed: fairlead.dev/scheme',
    ]))
  test('what we write ourselves is known', () =>
    expect(read({ 'fairlead.dev/stack-aws': 'nlb-1', 'fairlead.dev/upstream-finalizer': 'aws' })).toMatchObject({ problems: [], notes: [] }))
  test.each([
    'service.beta.kubernetes.io/aws-load-balancer-type',
    'service.beta.kubernetes.io/azure-load-balancer-internal',
    'networking.gke.io/load-balancer-type',
    'metallb.io/address-pool',
    'aws.fairlead.dev/capacity',
  ])('%s is for somebody else: a note', (key) => expect(read({ [key]: 'x' })).toMatchObject({ problems: [], notes: [`This provider does not read ${key}`] }))
  test.each(['kubectl.kubernetes.io/last-applied-configuration', 'example.com/anything', 'fairlead.dev.example.com/x', 'cloud.google.com/neg-status'])(
    '%s is nothing to us',
    (key) => expect(read({ [key]: 'x' })).toMatchObject({ said: {}, options: {}, problems: [], notes: [] }),
  )
})

test('every neutral key is understood when it is written', () => {
  for (const { key, example } of Object.values(neutral.definitions)) expect([key, read({ [key]: example }).problems]).toEqual([key, []])
})

test('malformed values are reported in the order of their keys, and the rest is read', () => {
  const { said, problems } = read({ 'fairlead.dev/weighted': 'yes', 'fairlead.dev/pause': 'no', 'fairlead.dev/scheme': 'internal' })
  expect(said).toEqual({ scheme: 'internal' })
  expect(problems).toEqual([
    'fairlead.dev/pause: "no" is neither. Allowed: `true` or `false`',
    'fairlead.dev/weighted: "yes" is neither. Allowed: `true` or `false`',
  ])
})
