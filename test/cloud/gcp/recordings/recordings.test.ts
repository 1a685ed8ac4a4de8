/** The emulated Google Cloud beside the recorded answers of the real one. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { KNOWN, knownFor } from './differences.ts'
import { recordedLines } from './lines.ts'
import { COMMAND, PAGE, renderPage } from './page.ts'
import { replay } from './replay.ts'

const lines = recordedLines()
const names = [...new Set(lines.map(({ scenario }) => scenario))]

describe('the emulator answers as Google Cloud was recorded to', () => {
  const seen = new Set<string>()

  test.each(names)('%s', async (name) => {
    const differences = await replay(lines.filter(({ scenario }) => scenario === name))
    for (const one of differences) seen.add(knownFor(one)?.what ?? '')
    expect(differences.filter((one) => knownFor(one) === undefined)).toEqual([])
  })

  test('every known difference is seen', () => {
    expect(KNOWN.filter(({ what }) => !seen.has(what)).map(({ what }) => what)).toEqual([])
  })
})

test('docs/emulator-gcp-differences.md is up to date', async () => {
  expect(await readFile(PAGE, 'utf8'), `write it again: ${COMMAND}`).toBe(renderPage())
})
