/** When the version of a resource changes, and writes that are based on one. */
import { describe, expect, test } from 'vitest'
import { REALISTIC } from '../../../../emulators/azure/index.ts'
import { type Given, address, given, listOf, members, outcome } from './given.ts'

const etag = async (g: Given, path: string): Promise<unknown> => (await g.get(path))['etag']

async function changed(g: Given, path: string, play: () => Promise<unknown>): Promise<boolean> {
  const before = await etag(g, path)
  await play()
  return (await etag(g, path)) !== before
}

describe('the version of a load balancer', () => {
  const made = async (): Promise<Given> => {
    const g = await given()
    await g.put('loadBalancers/lb', g.balancer())
    return g
  }

  test('is that of all its parts, and stands in the header of a GET', async () => {
    const g = await made()
    const { body, headers } = await g.send('GET', 'loadBalancers/lb')
    const parts = ['frontendIPConfigurations', 'backendAddressPools', 'loadBalancingRules', 'probes'].flatMap((name) => listOf(body, name))
    expect(new Set(parts.map((one) => one['etag']))).toEqual(new Set([body['etag']]))
    expect([headers['etag'], await etag(g, 'loadBalancers/lb/backendAddressPools/nodes')]).toEqual([body['etag'], body['etag']])
  })

  test('stays where a PUT changes nothing', async () => {
    const g = await made()
    expect(await changed(g, 'loadBalancers/lb', () => g.put('loadBalancers/lb', g.balancer()))).toBe(false)
  })

  test('changes with a PUT of one of its pools', async () => {
    const g = await made()
    expect(await changed(g, 'loadBalancers/lb', () => g.put('loadBalancers/lb/backendAddressPools/nodes', members(g, '10.0.0.4')))).toBe(true)
  })

  test('changes when an interface joins a pool', async () => {
    const g = await made()
    g.azure.cloud.addMachine({ name: 'node-1' })
    const nic = await g.get('networkInterfaces/node-1-nic')
    const [configuration] = listOf(nic, 'ipConfigurations')
    const joined = {
      ...configuration,
      properties: { ...(configuration!['properties'] as object), loadBalancerBackendAddressPools: [g.part('lb/backendAddressPools/nodes')] },
    }
    const body = { location: 'westeurope', properties: { ipConfigurations: [joined] } }
    expect(await changed(g, 'loadBalancers/lb', async () => expect((await g.put('networkInterfaces/node-1-nic', body as never)).status).toBe(200))).toBe(true)
  })

  test('changes when a private link service is made for it', async () => {
    const g = await given()
    const subnet = { id: g.azure.cloud.ids.subnets['internal'] }
    await g.put('loadBalancers/lb', g.balancer({ frontendIPConfigurations: [{ name: 'web', properties: { subnet } }] }))
    const service = {
      location: 'westeurope',
      properties: {
        loadBalancerFrontendIpConfigurations: [g.part('lb/frontendIPConfigurations/web')],
        ipConfigurations: [{ name: 'nat', properties: { subnet } }],
      },
    }
    expect(await changed(g, 'loadBalancers/lb', async () => expect((await g.put('privateLinkServices/pls', service)).status).toBe(201))).toBe(true)
  })
})

test('the version of an address changes when a load balancer takes it', async () => {
  const g = await given()
  expect(await changed(g, 'publicIPAddresses/reserved-1', () => g.put('loadBalancers/lb', g.balancer()))).toBe(true)
})

test('a write that takes time changes the version at its begin and at its end', async () => {
  const g = await given({ delays: REALISTIC })
  const { body } = await g.put('publicIPAddresses/a', address())
  expect(await etag(g, 'publicIPAddresses/a')).toBe(body['etag'])
  g.azure.advance(REALISTIC.address)
  expect(await etag(g, 'publicIPAddresses/a')).not.toBe(body['etag'])
})

describe('a write that is based on a version', () => {
  test('is taken while it is the current one', async () => {
    const g = await given()
    const current = String(await etag(g, 'publicIPAddresses/reserved-1'))
    expect((await g.put('publicIPAddresses/reserved-1', { ...address(), tags: { a: '1' } }, { 'if-match': current })).status).toBe(200)
    expect(outcome(await g.put('publicIPAddresses/reserved-1', address(), { 'if-match': current }))).toBe('PreconditionFailedEtagMismatch')
  })

  test('may be based on any, as long as the resource is there', async () => {
    const g = await given()
    expect((await g.put('publicIPAddresses/reserved-1', address(), { 'if-match': '*' })).status).toBe(200)
    expect((await g.put('publicIPAddresses/none', address(), { 'if-match': '*' })).status).toBe(412)
  })

  test('may ask that the resource is not there', async () => {
    const g = await given()
    expect((await g.put('publicIPAddresses/new', address(), { 'if-none-match': '*' })).status).toBe(201)
    expect((await g.put('publicIPAddresses/new', address(), { 'if-none-match': '*' })).status).toBe(412)
  })

  test('is refused for a deletion and for tags as well', async () => {
    const g = await given()
    expect((await g.send('DELETE', 'publicIPAddresses/reserved-1', undefined, { 'if-match': 'old' })).status).toBe(412)
    expect((await g.send('PATCH', 'publicIPAddresses/reserved-1', { tags: {} }, { 'if-match': 'old' })).status).toBe(412)
  })
})
