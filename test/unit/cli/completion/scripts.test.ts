/** The scripts of completion, as far as they can be seen without a shell; test/product/commands.test.ts runs them where the shell is there. */
import { describe, expect, test } from 'vitest'
import { bashScript } from '../../../../src/cli/completion/bash.ts'
import { fishScript } from '../../../../src/cli/completion/fish.ts'
import { type FlagWords, vocabularyOf } from '../../../../src/cli/completion/vocabulary.ts'
import { zshScript } from '../../../../src/cli/completion/zsh.ts'
import { SETTINGS } from '../../../../src/config.ts'

const vocabulary = vocabularyOf(['local', 'test'])
const command = (name: string): (typeof vocabulary.commands)[number] | undefined => vocabulary.commands.find((each) => each.name === name)
const flag = (name: string, long: string) => command(name)?.flags.find(({ names }) => names.includes(long))

describe('what is completed', () => {
  test('is every flag of a command, by the table of settings', () => {
    for (const { name, flags } of vocabulary.commands) {
      const known = new Set(flags.flatMap(({ names }) => names))
      const missing = Object.entries(SETTINGS).filter(
        ([setting, { commands }]) => commands.some((each) => each === name) && !known.has(`--${setting}`) && !known.has(`--no-${setting}`),
      )
      expect([name, missing]).toEqual([name, []])
    }
  })

  test('are the values that the command takes', () => {
    expect(flag('get', '--output')).toMatchObject({ names: ['-o', '--output'], takes: ['text', 'wide', 'json', 'yaml'] })
    expect(flag('plan', '--output')?.takes).toEqual(['text', 'json'])
    expect(flag('plan', '--filename')?.takes).toBe('file')
    expect(flag('run', '--providers')?.takes).toEqual(['local', 'test'])
    expect(flag('get', '--watch')).toMatchObject({ names: ['-w', '--watch'], takes: 'nothing' })
    expect(flag('run', '--no-leader-elect')?.takes).toBe('nothing')
  })

  test('are names of Services where a command takes some', () => {
    expect(vocabulary.commands.filter(({ argument }) => argument === 'service').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['get', 'plan', 'explain']),
    )
    expect(command('completion')?.argument).toEqual(['bash', 'zsh', 'fish'])
    expect(command('permissions')?.argument).toEqual(['local', 'test'])
    expect(command('complete'), 'for scripts alone').toBeUndefined()
  })
})

const evil = {
  commands: [
    { name: 'get', summary: `it's [a] \\ thing: $(id)`, flags: [{ names: ['--x'], doc: `it's [a] \\ thing: $(id)`, takes: 'text' as const }], argument: [] },
  ],
}

test.each([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])('the script for %s names every command, flag and value', (_, script) => {
  const text = script(vocabulary)
  const wordsOf = ({ names, takes }: FlagWords): readonly string[] => [
    ...names.map((each) => each.replace(/^-+/, '')),
    ...(typeof takes === 'string' ? [] : [takes.join(' ')]),
  ]
  const words = vocabulary.commands.flatMap(({ name, flags }) => [name, ...flags.flatMap(wordsOf)])
  expect(words.filter((word) => !text.includes(word))).toEqual([])
  expect(text).toContain('complete --')
})

test('a text with signs that shells read stays text', () => {
  expect(zshScript(evil)).toContain(String.raw`'*--x[it'\''s \[a\] \\ thing\: $(id)]:value: '`)
  expect(fishScript(evil)).toContain(String.raw`-l x -x -d 'it\'s [a] \\ thing: $(id)'`)
})
