/** Plain words: what people read, and what code is named, uses the field's terms. CONTRIBUTING.md has the rules and examples. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const READ_BY_PEOPLE = ['src', 'providers', 'annotations', 'emulators', 'docs', 'release', 'helm-chart', 'README.md', 'CHANGELOG.md', 'SECURITY.md']

/** What is not said, and what is said in its place. In text and in names, but for the parts of longer words. */
const IN_PLACE_OF: readonly (readonly [RegExp, string])[] = [
  [/\btold\b|\btells?\b/i, 'reported, shown, logged; says; asked'],
  [/wish/i, 'request, configuration, desired'],
  [/\bnobody\b/i, 'no Service, no client, not; or a passive'],
  [/\bsomebody\b/i, 'another program, a user, an owner; or a passive'],
  [/\bwhoever\b/i, 'the owner, the caller that'],
  [/\bbefall|\bbefell\b/i, 'meets, happens to'],
  [/\bunheard of\b/i, 'unknown'],
  [/\bof (?:its|their) own accord\b/i, 'automatically'],
  [/\b(?:looked|tried|goes on) (?:at )?again by itself\b/i, 'is checked again automatically'],
  [/\bgo(?:es)? before\b(?! it is| they are)/i, 'takes precedence over, overrides'],
  [/\bputs? right\b/i, 'corrects, corrected'],
  [/\bin its care\b/i, 'manages'],
  [/\bledgers?\b|\brosters?\b/i, 'state, records, placements'],
]

const files = READ_BY_PEOPLE.flatMap((top) =>
  statSync(join(ROOT, top)).isFile() ? [top] : readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
).filter((path) => /\.(?:ts|js|html|css|md|yaml|tpl|txt)$/.test(path) && !path.includes('node_modules'))

test('the text of the product is in plain words', () => {
  const found = files.flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .flatMap((line, i) => IN_PLACE_OF.filter(([word]) => word.test(line)).map(([word, better]) => `${path}:${i + 1} ${word.exec(line)?.[0]}: ${better}`)),
  )
  expect(files.length).toBeGreaterThan(500)
  expect(found).toEqual([])
})
