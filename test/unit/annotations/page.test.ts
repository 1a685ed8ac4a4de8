import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { neutral } from '../../../annotations/neutral.ts'
import { annotationsPage } from '../../../annotations/page.ts'

test('annotations/README.md is what the definitions say (run `npm run docs`)', () => {
  expect(readFileSync(new URL('../../../annotations/README.md', import.meta.url), 'utf8')).toBe(annotationsPage())
})

test.each(Object.values(neutral.definitions))('the example of $key is allowed', ({ example, value }) => {
  expect(value.parse(example)).toMatchObject({ ok: true })
})
