/** What the pages of docs/tasks and docs/troubleshooting.md print for people to copy; their Services are applied by test/cloud/tasks.test.ts. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { TASKS } from '../../docs/tasks.ts'
import { ANNOTATION_SETS } from '../../providers/index.ts'
import { blocks, textOf } from './pages.ts'

const PAGES = [...TASKS.map(({ page }) => `docs/tasks/${page}.md`), 'docs/troubleshooting.md']
/** What a pod, a Service or a class has under the same domain. */
const NOT_ANNOTATIONS = /^fairlead\.dev\/(?:Ready|Backends|PROVIDER|aws|azure|gcp|local|target-health|load-balancer-PROVIDER)$/

test('commands can be read by a shell', () => {
  const commands = PAGES.flatMap((page) => blocks(page, 'sh'))
  expect(commands.length).toBeGreaterThan(PAGES.length - 3)
  for (const input of commands) expect([input, spawnSync('sh', ['-n'], { input, encoding: 'utf8' }).stderr]).toEqual([input, ''])
})

test.each(PAGES)('%s names no annotation that there is not', (page) => {
  const keys = [
    ...textOf(page).matchAll(
      /(?<![\w./-])(?:service\.beta\.kubernetes\.io|networking\.gke\.io|cloud\.google\.com|fairlead\.dev)\/[\w-]*\w(?:\.\d+(?:-udp)?)?/g,
    ),
  ]
  const unknown = keys.map(([key]) => key).filter((key) => !NOT_ANNOTATIONS.test(key) && ANNOTATION_SETS.every((set) => set.find(key) === undefined))
  expect([...new Set(unknown)]).toEqual([])
})
