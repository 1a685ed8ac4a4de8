/** The official client on the emulated Google Cloud, over HTTP. */
import { AddressesClient } from '@google-cloud/compute/build/src/v1/addresses_client.js'
import { ForwardingRulesClient } from '@google-cloud/compute/build/src/v1/forwarding_rules_client.js'
import { RegionOperationsClient } from '@google-cloud/compute/build/src/v1/region_operations_client.js'
import { PassThroughClient } from 'google-auth-library'
import { expect, onTestFinished, test } from 'vitest'
import { PATHS, rule, withService } from './given.ts'

test('the official client inserts, waits, lists, reads and deletes', async () => {
  const g = await withService({ delays: { forwardingRule: 1_000 } })
  const { project, region } = g.gcp.cloud
  const options = { apiEndpoint: '127.0.0.1', port: Number(new URL(g.gcp.url).port), protocol: 'http', authClient: new PassThroughClient() }
  const [rules, addresses, operations] = [new ForwardingRulesClient(options), new AddressesClient(options), new RegionOperationsClient(options)]
  onTestFinished(async () => {
    await Promise.all([rules.close(), addresses.close(), operations.close()])
  })
  const [begun] = await rules.insert({ project, region, forwardingRuleResource: rule(g) })
  const operation = begun.latestResponse as unknown as { readonly name: string; readonly status: string }
  expect(operation.status).toBe('RUNNING')
  g.gcp.advance(1_000)
  const [ended] = await operations.wait({ project, region, operation: operation.name })
  expect([ended.status, ended.error ?? 'no error']).toEqual(['DONE', 'no error'])
  const [found] = await rules.get({ project, region, forwardingRule: 'web' })
  expect([found.IPAddress, found.ports, found.portRange ?? 'no range']).toEqual(['198.18.0.3', ['80'], 'no range'])
  const [listed] = await rules.list({ project, region, filter: 'name eq "web.*"', maxResults: 1 }, { autoPaginate: false })
  expect(listed.map(({ name }) => name)).toEqual(['web'])
  const all: string[] = []
  for await (const [scope, { addresses: own = [] }] of addresses.aggregatedListAsync({ project }))
    for (const { name } of own ?? []) all.push(`${scope} ${name}`)
  expect(all).toEqual(['regions/us-central1 reserved-1', 'regions/us-central1 reserved-2'])
  await rules.delete({ project, region, forwardingRule: 'web' })
  await expect(rules.get({ project, region, forwardingRule: 'web' })).rejects.toMatchObject({
    httpStatusCode: 404,
    message: expect.stringContaining('was not found'),
  })
  expect((await g.send('GET', `${PATHS.rule}/web`)).status).toBe(404)
})
