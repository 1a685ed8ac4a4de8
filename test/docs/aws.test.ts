/** What the pages on AWS tell people to copy. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { aws } from '../../annotations/aws.ts'
import { neutral } from '../../annotations/neutral.ts'
import { capabilities } from '../../providers/aws/capabilities.ts'
import type { Service } from '../../src/model/cluster.ts'
import { context, notes, problems, service as defaulted } from '../unit/desired/given.ts'

const PAGES = ['providers/aws/README.md', 'docs/migrate-from-aws-load-balancer-controller.md'] as const

function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block)
}

const services = blocks(PAGES[0], 'yaml').flatMap((block) => parseAllDocuments(block).map((document) => document.toJS() as Service))

test('there are examples', () => expect(services.length).toBeGreaterThan(13))

const where = context({}, { provider: { name: 'aws', capabilities, annotations: aws, defaultTargets: 'nodes' } })

test.each(services.map((service, i) => ({ i, service })))('example $i is a Service of ours that asks for what can be had', ({ service }) => {
  expect(service.spec).toMatchObject({ type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/aws' })
  const withNodePorts = (service.spec.ports ?? []).map((port, i) =>
    service.spec.allocateLoadBalancerNodePorts === false ? port : { nodePort: 30_100 + i, ...port },
  )
  const given = defaulted({ ...service.spec, ports: withNodePorts }, service.metadata)
  expect([problems(given, where), notes(given, where)]).toEqual([[], []])
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
const NO_ANNOTATIONS = /^fairlead\.dev\/(cluster|stack|owner|listener|settings|adopted|aws)$|^service\.beta\.kubernetes\.io\/aws-load-balancer$/
