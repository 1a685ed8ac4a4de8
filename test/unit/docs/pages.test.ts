/** The pages as a whole: every link leads somewhere, every page can be reached, pictures can be drawn, provider pages have one order. */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { CAPABILITY_GROUPS } from '../../../docs/capability-groups.ts'
import { featuresOf, TASKS } from '../../../docs/tasks.ts'
import { BACKENDS_REASONS, EVENT_REASONS, GATE_REASONS, READY_REASONS } from '../../../src/model/reason.ts'
import { FEATURES } from '../../../src/provider/capabilities.ts'
import { allPages, blocks, textOf } from '../../docs/pages.ts'
import { anchorsOf, linksOf } from '../../docs/links.ts'
import { faultsOf } from '../../docs/pictures.ts'

const PAGES = allPages()
const anchors = new Map(PAGES.map((page) => [page, anchorsOf(textOf(page))]))
const targetOf = (page: string, path: string): string => (path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)))
const isThere = (path: string): boolean => existsSync(new URL(`../../../${path}`, import.meta.url))

test.each(PAGES)('%s: every link leads to a file, and to a heading of it', (page) => {
  const broken = linksOf(textOf(page)).filter(({ path, anchor }) => {
    const target = targetOf(page, path)
    return !isThere(target) || (anchor !== '' && target.endsWith('.md') && !(anchors.get(target) ?? anchorsOf(textOf(target))).has(anchor))
  })
  expect(broken).toEqual([])
})

/** These speak of the program and its parts, and give nothing to type. */
const OF_DESIGN = new Set(['CHANGELOG.md', 'docs/design.md', 'docs/write-a-provider.md'])

test.each(PAGES.filter((page) => !OF_DESIGN.has(page)))('%s: where `fairlead` is to be typed, it is said what that is', (page) => {
  const text = textOf(page)
  const isTyped = /(`|^ {4}|^)fairlead (get|explain|plan|translate|release|orphans|permissions|policy|stand-down)\b/m.test(text)
  const isDefined = /^ *fairlead\(\) \{/m.test(text) || text.includes('#the-fairlead-command')
  expect(isTyped && !isDefined).toBe(false)
})

test('every page can be reached from the index of the docs', () => {
  const reached = new Set<string>()
  const visit = (page: string): void => {
    if (reached.has(page) || !PAGES.includes(page)) return
    reached.add(page)
    for (const { path } of linksOf(textOf(page))) visit(targetOf(page, path))
  }
  visit('docs/README.md')
  expect(PAGES.filter((page) => !reached.has(page) && page !== 'README.md')).toEqual([])
})

test('pictures are whole', () => {
  const pictures = PAGES.flatMap((page) => blocks(page, 'mermaid').map((picture) => ({ page, picture })))
  expect(pictures.length).toBeGreaterThan(10)
  expect(pictures.flatMap(({ page, picture }) => faultsOf(picture).map((fault) => `${page}: ${fault}`))).toEqual([])
})

/** What a reader finds on the page of every provider, in this order. */
const ORDER = [
  /^Quick start$/,
  /^What it makes$/,
  /^What it needs$/,
  /^What a Service can ask for$/,
  /^What a change does$/,
  /^Limits$/,
  /^What it costs$/,
  /^How it differs from the other controllers$/,
  /^Troubleshooting$/,
  /^What was never tried/,
]

test.each(PAGES.filter((page) => page.startsWith('providers/')))('%s has the parts of every provider, in their order, and a picture', (page) => {
  const found = [...textOf(page).matchAll(/^## (.+)$/gm)].map(([, title = '']) => title)
  expect(found.map((title) => ORDER.findIndex((part) => part.test(title)))).toEqual(ORDER.map((_, i) => i))
  expect(blocks(page, 'mermaid').length).toBeGreaterThan(0)
})

test.each(TASKS)('docs/tasks/$page.md has the parts of every task', ({ page, ...task }) => {
  const text = textOf(`docs/tasks/${page}.md`)
  const titles = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title)
  const parts = [...(Object.keys(task.services).length > 0 ? ['See that it works'] : []), 'On each provider', 'What can go wrong']
  expect(titles.filter((title) => parts.includes(title))).toEqual(parts)
  expect(text.includes('<!-- providers: made by')).toBe(featuresOf({ page, ...task }).length > 0)
})

test('every page of docs/tasks is a task, and every task has its page', () => {
  const pages = PAGES.filter((page) => page.startsWith('docs/tasks/')).map((page) => posix.basename(page, '.md'))
  expect(pages.toSorted()).toEqual(TASKS.map(({ page }) => page).toSorted())
})

test('each capability is in one part of docs/capabilities.md', () => {
  expect(Object.values(CAPABILITY_GROUPS).flat().toSorted()).toEqual(Object.keys(FEATURES).toSorted())
})

test.each([
  ['The load balancer: `fairlead.dev/Ready`', READY_REASONS],
  ['What is behind it: `fairlead.dev/Backends`', BACKENDS_REASONS],
  ['Events', EVENT_REASONS],
  ['Readiness gates of pods', GATE_REASONS],
])('docs/troubleshooting.md has a row for each reason of "%s", and for no other', (title, reasons) => {
  const [, rest = ''] = textOf('docs/troubleshooting.md').split(`## ${title}\n`)
  const [part = ''] = rest.split('\n## ')
  expect([...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason)).toEqual(Object.keys(reasons))
})
