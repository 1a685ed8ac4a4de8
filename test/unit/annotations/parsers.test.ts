import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Parser } from '../../../annotations/define.ts'
import { labelSelector } from '../../../annotations/label-selector.ts'
import { addresses, anyText, boolean, cidrs, duration, integer, keyValues, list, oneOf, pairsText, portOr, textLike } from '../../../annotations/parsers.ts'

/** The value, or what is wrong. */
function read<T>({ parse }: Parser<T>, text: string): unknown {
  const parsed = parse(text)
  return parsed.ok ? parsed.value : `wrong: ${parsed.wrong}`
}

const names = list(anyText('a name'), { what: 'names' })
const minute = duration({ min: 0, max: 60 })

test.each<[string, Parser<unknown>, string, unknown]>([
  ['a word', oneOf('on', 'off'), ' on ', 'on'],
  ['a word in another case', oneOf('on', 'off'), 'On', 'wrong: has to be written `on`'],
  ['true', boolean, 'true', true],
  ['false is a value, not a lack of one', boolean, 'false', false],
  ['yes', boolean, 'yes', 'wrong: is neither'],
  ['a number', integer({ min: 1, max: 9 }), '9', 9],
  ['a number out of range', integer({ min: 1, max: 9 }), '10', 'wrong: is not such a number'],
  ['a number in another notation', integer({ min: 1, max: 90 }), '1e1', 'wrong: is not such a number'],
  ['zero where it is allowed', integer({ min: 0, max: 9 }), '0', 0],
  ['a port', portOr('traffic'), '65535', 65535],
  ['no port', portOr('traffic'), '65536', 'wrong: is not an allowed value'],
  ['a word in place of a port', portOr('traffic'), 'traffic', 'traffic'],
  ['the name of a port', portOr('traffic'), 'web-1', 'web-1'],
  ['what no port can be called', portOr('traffic'), 'Web_1', 'wrong: is not an allowed value'],
  ['seconds', minute, '10s', 10],
  ['milliseconds', minute, '500ms', 0.5],
  ['parts', duration({ min: 0, max: 9999 }), '1h1m1.5s', 3661.5],
  ['nothing, as a duration', minute, '0s', 0],
  ['a duration without unit', minute, '10', 'wrong: has no unit'],
  ['a duration of another kind', minute, '1d', 'wrong: is not a duration'],
  ['a negative duration', minute, '-1s', 'wrong: is not a duration'],
  ['a duration too long', minute, '61s', 'wrong: is out of range'],
  ['a list', names, 'b, a ,b', ['b', 'a']],
  ['an empty list', names, ' ', 'wrong: is empty'],
  ['a list with a hole', names, 'a,,b', 'wrong: has an empty item'],
  ['addresses', addresses, '010.0.0.1', ['10.0.0.1']],
  ['ranges, one bad', cidrs, '10.0.0.0/8,10.0.0.1', 'wrong: holds "10.0.0.1", which is not an IP range'],
  ['pairs', keyValues, 'a=1, b = x=y ,c=', { a: '1', b: 'x=y', c: '' }],
  ['a pair without value', keyValues, 'a=1,b', 'wrong: holds "b", which is not such a pair'],
  ['a pair without key', keyValues, '=1', 'wrong: holds "=1", which is not such a pair'],
  ['a comma in a value', keyValues, String.raw`a=1\,2,b=c\\`, { a: '1,2', b: 'c\\' }],
  ['a hole among pairs', keyValues, 'a=1,', 'wrong: holds "", which is not such a pair'],
  ['a key twice', keyValues, 'a=1,a=2', 'wrong: names "a" twice'],
  ['a key that objects have', keyValues, '__proto__=1', { ['__proto__']: '1' }],
  ['a form', textLike(/^a+$/, 'some a'), 'b', 'wrong: does not look like one'],
  ['no text', anyText('a name'), '', 'wrong: is empty'],
])('%s', (_name, parser, text, expected) => expect(read(parser, text)).toEqual(expected))

test('no text makes a parser throw or answer neither', () =>
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parser of [oneOf('a'), boolean, integer({ min: 0, max: 9 }), portOr('x'), minute, names, addresses, cidrs, keyValues, labelSelector]) {
        expect(typeof parser.parse(text).ok).toBe('boolean')
      }
    }),
  ))

test('pairs written are the pairs read', () => {
  const word = fc.stringMatching(/^[a-z\\,]{1,9}$/)
  fc.assert(
    fc.property(fc.dictionary(word, word, { minKeys: 1, noNullPrototype: true }), (pairs) => {
      expect(keyValues.parse(pairsText(pairs))).toEqual({ ok: true, value: pairs })
    }),
  )
})

describe('label selectors', () => {
  test('that mean the same have the same text', () => {
    const textOf = (text: string) => {
      const parsed = labelSelector.parse(text)
      return parsed.ok ? parsed.value.text : parsed.wrong
    }
    expect(textOf('b in (y,x),a=1')).toBe(textOf(' a==1 , b in ( x , y ) '))
    expect(textOf('a!=1')).toBe(textOf('a notin (1)'))
    expect(textOf('a')).not.toBe(textOf('!a'))
  })
})
