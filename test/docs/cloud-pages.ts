/** What the pages on one cloud print for people to copy: examples of Services, commands, annotations. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { AnnotationSet } from '../../annotations/define.ts'
import { neutral } from '../../annotations/neutral.ts'
import type { Capabilities } from '../../src/provider/capabilities.ts'
import type { NodesReachedBy } from '../../src/provider/provider.ts'
import { blocks, servicesOf, textOf } from './pages.ts'
import { context, notes, problems, service as defaulted } from '../unit/desired/given.ts'

export interface CloudPages {
  readonly provider: string
  readonly annotations: AnnotationSet<unknown>
  readonly capabilities: Capabilities
  /** The provider's own first: it has the examples. */
  readonly pages: readonly [string, ...string[]]
  readonly leastExamples: number
  /** Words that look like annotations: tags, the class, and what keys begin with. */
  readonly notAnnotations: RegExp
  readonly nodesReachedBy: NodesReachedBy
}

export function testCloudPages({ provider, annotations, capabilities, pages, leastExamples, notAnnotations, nodesReachedBy }: CloudPages): void {
  const services = servicesOf(pages[0])
  const where = context({}, { provider: { name: provider, capabilities, annotations, defaultTargets: 'nodes', nodesReachedBy } })

  test('there are examples', () => expect(services.length).toBeGreaterThanOrEqual(leastExamples))

  test.each(services.map((service, i) => ({ i, service })))('example $i is a Service of ours that asks for what can be had', ({ service }) => {
    expect(service.spec).toMatchObject({ type: 'LoadBalancer', loadBalancerClass: `fairlead.dev/${provider}` })
    const withNodePorts = (service.spec.ports ?? []).map((port, i) =>
      service.spec.allocateLoadBalancerNodePorts === false ? port : { nodePort: 30_100 + i, ...port },
    )
    const given = defaulted({ ...service.spec, ports: withNodePorts }, service.metadata)
    expect([problems(given, where), notes(given, where)]).toEqual([[], []])
  })

  describe.each(pages)('%s', (page) => {
    test('commands can be read by a shell', () => {
      for (const block of blocks(page, 'sh')) expect([block, spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' }).stderr]).toEqual([block, ''])
    })
    test('names no annotation that there is not', () => {
      const keys = [
        ...textOf(page).matchAll(
          /(?<![\w./-])(?:service\.beta\.kubernetes\.io|networking\.gke\.io|cloud\.google\.com|(?:gcp\.)?fairlead\.dev)\/[a-z0-9-]*[a-z0-9](?:\.\d+)?/g,
        ),
      ].map(([key]) => key)
      const unknown = keys.filter((key) => !notAnnotations.test(key) && neutral.find(key) === undefined && annotations.find(key) === undefined)
      expect([...new Set(unknown)]).toEqual([])
    })
  })
}
