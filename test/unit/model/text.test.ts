import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemText } from '../../../src/model/problem.ts'
import { escaped, escapedLines, excerpt, quoted } from '../../../src/model/text.ts'

const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u

test.each([
  ['plain text', 'a b', 'a b'],
  ['letters of any language', '漢 é', '漢 é'],
  ['an ANSI sequence', '\u001B[31mred', String.raw`\u001b[31mred`],
  ['a line feed', 'a\nb', String.raw`a\nb`],
  ['a tabulator and a carriage return', 'a\t\r', String.raw`a\t\r`],
  ['a C1 control', '\u009B', String.raw`\u009b`],
  ['a bidirectional override', 'a\u202Eb', String.raw`a\u202eb`],
  ['a zero-width space', 'a\u200Bb', String.raw`a\u200bb`],
  ['half of a surrogate pair', 'a\uD800', String.raw`a\ud800`],
  ['a tag character', '\u{E0041}', String.raw`\udb40\udc41`],
])('%s is shown', (_what, text, shown) => expect(escaped(text)).toBe(shown))

test('lines stay lines where they are our own, and nothing else acts', () => expect(escapedLines('a\n\u001B[1mb\r\u202E')).toBe('a\n\\u001b[1mb\\r\\u202e'))

test('an excerpt has 128 characters, and cuts none in two', () => {
  expect(excerpt('a'.repeat(128))).toBe('a'.repeat(128))
  expect(excerpt('a'.repeat(129))).toBe(`${'a'.repeat(128)}...`)
  expect(excerpt('😀'.repeat(200))).toBe(`${'😀'.repeat(128)}...`)
})

test('a quoted value is bounded and on one line', () => expect(quoted(`"\n${'x'.repeat(1_000)}`)).toBe(String.raw`"\"\n${'x'.repeat(126)}..."`))

describe('a problem', () => {
  test('is a sentence for what is wrong, one for what is allowed, and one for what to do', () =>
    expect(
      problemText({ reason: 'Invalid', field: 'fairlead.dev/listener', value: 'maybe', wrong: 'is not an allowed value', allowed: '`on`', remedy: 'Set it.' }),
    ).toBe('fairlead.dev/listener: "maybe" is not an allowed value. Allowed: `on`. Set it.'))
  test('of any value and key is on one line and has no character that acts', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, field) => {
        expect(problemText({ reason: 'Invalid', field, value, wrong: 'is wrong', allowed: value })).not.toMatch(ACTING)
      }),
    ))
})
