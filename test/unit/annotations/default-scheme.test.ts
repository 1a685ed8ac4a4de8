import { expect, test } from 'vitest'
import { defaultSchemeOf } from '../../../annotations/default-scheme.ts'
import { defineAnnotations, type DefaultScheme } from '../../../annotations/define.ts'
import { context, notes, service, settings } from '../desired/given.ts'

/** Two controllers of one cloud that share their keys, as clouds have them. */
const SCHEMES: readonly DefaultScheme[] = [
  {
    controller: 'the new controller',
    scheme: 'internal',
    signs: [{ key: 'example.com/lb-type', values: ['external', 'ip'] }, { key: 'example.com/lb-target-*' }],
  },
  { controller: 'the old controller', scheme: 'internet-facing', signs: [{ key: 'example.com/lb-type', values: ['nlb'] }] },
]

test.each<[string, Record<string, string>, string | undefined]>([
  ['a key with one of its values', { 'example.com/lb-type': 'external' }, 'internal'],
  ['whatever begins so', { 'example.com/lb-target-node-labels': 'a=b' }, 'internal'],
  ['the same key with another value', { 'example.com/lb-type': 'nlb' }, 'internet-facing'],
  ['the first declared counts', { 'example.com/lb-type': 'nlb', 'example.com/lb-target-type': 'ip' }, 'internal'],
  ['a value with space around it', { 'example.com/lb-type': ' nlb ' }, 'internet-facing'],
  ['a value that nobody declares', { 'example.com/lb-type': 'classic' }, undefined],
  ['a key that only looks like it', { 'example.com/lb-typed': 'nlb' }, undefined],
  ['nothing', {}, undefined],
])('%s', (_, annotations, scheme) => expect(defaultSchemeOf(annotations, SCHEMES)?.scheme).toBe(scheme))

const cloud = defineAnnotations(
  {},
  {
    defaultSchemes: SCHEMES,
    translations: [
      {
        key: 'example.com/lb-scheme',
        doc: '',
        example: 'internal',
        allowed: 'a scheme',
        words: ['scheme'],
        translate: (text) => ({ ok: true, value: { scheme: text } }),
      },
    ],
  },
)
const plain = context()
const where = (defaultScheme: 'internal' | 'internet-facing' = 'internet-facing') =>
  context({}, { defaultScheme, provider: { ...plain.provider, annotations: cloud } })
const having = (annotations: Record<string, string>) => service({}, { annotations })

test('a Service written for another controller keeps that one’s default, and is warned', () => {
  const given = having({ 'example.com/lb-type': 'external' })
  expect(settings(given, where())).toMatchObject({ scheme: 'internal', schemeIsExplicit: false })
  expect(notes(given, where())).toContain(
    'the scheme is internal, as example.com/lb-type is there and none is said: the default of the new controller; fairlead.dev/scheme chooses another',
  )
})

test('whatever says the scheme takes precedence over it, in our words or in theirs', () => {
  for (const key of ['fairlead.dev/scheme', 'example.com/lb-scheme']) {
    const given = having({ 'example.com/lb-type': 'external', [key]: 'internet-facing' })
    expect(settings(given, where())).toMatchObject({ scheme: 'internet-facing', schemeIsExplicit: true })
    expect(notes(given, where()).filter((note) => note.startsWith('the scheme is'))).toEqual([])
  }
})

test('it takes precedence over the operator’s default, and where both are one nothing is reported', () => {
  const given = having({ 'example.com/lb-type': 'nlb' })
  expect(settings(given, where('internal')).scheme).toBe('internet-facing')
  expect(notes(given, where('internal')).some((note) => note.startsWith('the scheme is internet-facing'))).toBe(true)
  expect(notes(given, where('internet-facing')).some((note) => note.startsWith('the scheme is'))).toBe(false)
})

test('a provider that declares none asks the operator', () => {
  expect(settings(having({ 'example.com/lb-type': 'external' })).scheme).toBe('internet-facing')
})
