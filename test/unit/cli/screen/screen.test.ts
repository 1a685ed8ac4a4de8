/** Lines and tables as a terminal gets them. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { line, styled, wrapped } from '../../../../src/cli/screen/line.ts'
import { PLAIN, rendered } from '../../../../src/cli/screen/render.ts'
import { tableLines } from '../../../../src/cli/screen/table.ts'
import { cutTo, widthOf } from '../../../../src/cli/screen/width.ts'

const COLOURED = { hasColour: true, columns: 40 }

describe('a line', () => {
  test('has colours where the terminal has them, and the same text where it has none', () => {
    const lines = [line(styled('bad', 'Failed'), ': ', styled('strong', 'web'))]
    expect(rendered(lines, PLAIN)).toBe('Failed: web\n')
    expect(rendered(lines, COLOURED)).toBe('\u001B[31mFailed\u001B[39m: \u001B[1mweb\u001B[22m\n')
  })

  test('shows what others wrote, and lets nothing of it act', () => {
    const evil = 'a\u001B[31m\nb\u202E'
    expect(rendered([line(evil, styled('good', evil))], { hasColour: true })).toBe(
      String.raw`a\u001b[31m\nb\u202e` + '\u001B[32m' + String.raw`a\u001b[31m\nb\u202e` + '\u001B[39m\n',
    )
  })

  const long = wrapped('    ', styled('strong', 'Next: '), 'one two three four five six seven eight nine ten')
  test('is wrapped at the width of the terminal, between words', () => {
    expect(rendered([long], { hasColour: false, columns: 40 })).toBe('Next: one two three four five six seven\n    eight nine ten\n')
    expect(rendered([long], PLAIN)).toBe('Next: one two three four five six seven eight nine ten\n')
  })

  test('has its style on both sides of a break', () => {
    const text = rendered([wrapped('', styled('bad', 'one two three four five six seven eight nine ten'))], COLOURED)
    expect(stripVTControlCharacters(text)).toBe('one two three four five six seven eight\nnine ten\n')
    expect(text.split('\n')[1]).toContain('\u001B[31mnine')
  })

  test('keeps a word that is longer than the terminal, and a command, whole', () => {
    const word = 'x'.repeat(60)
    expect(rendered([wrapped('  ', `see ${word}`)], { hasColour: false, columns: 40 })).toBe(`see\n  ${word}\n`)
    expect(rendered([line(`kubectl get pods ${word}`)], { hasColour: false, columns: 40 })).toBe(`kubectl get pods ${word}\n`)
  })
})

describe('a table', () => {
  const rows = [
    ['web', styled('good', 'Ready'), ''],
    ['long-name', styled('bad', 'Failed'), 'the message'],
  ]
  test('has its columns under each other, with colours and without', () => {
    const lines = tableLines(['NAME', 'STATE', 'MESSAGE'], rows)
    const expected = 'NAME        STATE    MESSAGE\nweb         Ready\nlong-name   Failed   the message\n'
    expect(rendered(lines, PLAIN)).toBe(expected)
    expect(stripVTControlCharacters(rendered(lines, { hasColour: true }))).toBe(expected)
  })

  test('stays aligned by wide characters and by what is escaped', () => {
    const text = rendered(
      tableLines(
        ['A', 'B'],
        [
          ['漢字', 'x'],
          ['e\u0301', 'x'],
          ['\u202E', 'x'],
        ],
      ),
      PLAIN,
    )
    expect(text).toBe(`A        B\n漢字     x\ne\u0301        x\n\\u202e   x\n`)
  })

  test('cuts its last column at the width of the terminal', () => {
    const text = rendered(tableLines(['NAME', 'MESSAGE'], [['web', 'a message that is longer than the terminal is wide']], { columns: 40 }), PLAIN)
    expect(text).toBe('NAME   MESSAGE\nweb    a message that is longer than ...\n')
    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(40)
  })

  test('goes on with the widths of another', () => {
    expect(rendered(tableLines(['NAME', 'STATE'], [['web', 'Ready']], { least: [10, 0], isContinued: true }), PLAIN)).toBe('web          Ready\n')
  })
})

test.each([
  ['plain', 5],
  ['漢字', 4],
  ['ﾊﾝ', 2],
  ['e\u0301', 1],
  ['🙂', 2],
  ['한국', 4],
])('%s takes %d columns', (text, width) => expect(widthOf(text)).toBe(width))

test('a text is cut between characters', () => {
  expect(cutTo('漢字漢字漢字', 8)).toBe('漢字...')
  expect(cutTo('short', 8)).toBe('short')
})
