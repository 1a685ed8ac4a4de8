/** The page of differences tells what the comparison knows, and each known difference is told once. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { CASES } from './cases/index.ts'
import { KNOWN } from './differences.ts'
import { COMMAND, PAGE, renderPage } from './page.ts'

test('docs/emulator-differences.md is up to date', async () => {
  expect(await readFile(PAGE, 'utf8'), `write it again: ${COMMAND}`).toBe(renderPage())
})

test('cases have names of their own, and known differences name cases that are there', () => {
  const names = CASES.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(KNOWN.flatMap(({ cases = [] }) => cases).filter((name) => !names.includes(name))).toEqual([])
})

/** A real API server answers such a list from its watch cache, which may be behind by a moment. */
test('before a list at version 0 a case waits until the watch cache of the server has caught up', () => {
  const hasty = CASES.filter(({ steps }) =>
    steps.some(
      ({ path }, index) => path.includes('resourceVersion=0') && !steps.slice(0, index).some((step) => step.path.includes('resourceVersionMatch=NotOlderThan')),
    ),
  )
  expect(hasty.map(({ name }) => name)).toEqual([])
})
