/** What the pages on AWS tell people to copy. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { aws } from '../../annotations/aws.ts'
import { neutral } from '../../annotations/neutral.ts'
import { readAnnotations } from '../../annotations/read.ts'
import { problemText } from '../../src/model/problem.ts'
import type { Service } from '../../src/model/cluster.ts'

const PAGES = ['providers/aws/README.md', 'docs/migrate-from-aws-load-balancer-controller.md'] as const

function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block)
}

const services = blocks(PAGES[0], 'yaml').flatMap((block) => parseAllDocuments(block).map((document) => document.toJS() as Service))

test('there are examples', () => expect(services.length).toBeGreaterThan(13))

test.each(services.map((service, i) => ({ i, service })))('example $i is a Service of ours whose annotations are understood', ({ service }) => {
  const ports = (service.spec.ports ?? []).map(({ port, protocol = 'TCP', name }) => ({ port, protocol, ...(name === undefined ? {} : { name }) }))
  const { problems, notes } = readAnnotations(service.metadata.annotations ?? {}, ports, aws)
  expect([problems.map(problemText), notes]).toEqual([[], []])
  expect(service.spec).toMatchObject({ type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/aws' })
})

describe.each(PAGES)('%s', (page) => {
  test('commands can be read by a shell', () => {
    for (const block of blocks(page, 'sh')) expect([block, spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' }).stderr]).toEqual([block, ''])
  })
  test('names no annotation that there is not', () => {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
    const keys = [...text.matchAll(/(?<![\w./-])(?:service\.beta\.kubernetes\.io|fairlead\.dev)\/[a-z0-9-]*[a-z0-9](?:\.\d+)?/g)].map(([key]) => key)
    const unknown = keys.filter((key) => !NO_ANNOTATIONS.test(key) && neutral.find(key) === undefined && aws.find(key) === undefined)
    expect([...new Set(unknown)]).toEqual([])
  })
})

/** Tags, the condition, the class, and what keys begin with. */
const NO_ANNOTATIONS = /^fairlead\.dev\/(cluster|stack|owner|listener|settings|aws)$|^service\.beta\.kubernetes\.io\/aws-load-balancer$/
