/** Writes that take time: how they are answered, polled, cancelled and failed. */
import { describe, expect, test } from 'vitest'
import { type JsonObject, REALISTIC } from '../../../../emulators/azure/index.ts'
import type { Got } from '../../../cloud/ask.ts'
import { type Given, address, given, members, outcome, propertiesOf, securityRule } from './given.ts'

const realistic = () => given({ delays: REALISTIC })

const stateAt = async (g: Given, path: string): Promise<unknown> => propertiesOf(await g.get(path))['provisioningState']
const pathOf = (url: string | undefined): string => (url ?? '').replace(/^https?:\/\/[^/]+/, '')
const poll = async (g: Given, { headers }: Got): Promise<Got> => g.send('GET', pathOf(headers['azure-asyncoperation']))

describe('a write that takes time', () => {
  test('is answered at once, and polled until it is over', async () => {
    const g = await realistic()
    const answer = await g.put('publicIPAddresses/a', address())
    expect([answer.status, propertiesOf(answer.body)['provisioningState'], answer.headers['retry-after']]).toEqual([201, 'Updating', '1'])
    expect(propertiesOf(answer.body)).not.toHaveProperty('ipAddress')
    const running = await poll(g, answer)
    expect([running.status, running.body, running.headers['retry-after']]).toEqual([200, { status: 'InProgress' }, '10'])
    g.azure.advance(REALISTIC.address)
    expect((await poll(g, answer)).body).toEqual({ status: 'Succeeded' })
    expect(propertiesOf(await g.get('publicIPAddresses/a'))).toMatchObject({
      provisioningState: 'Succeeded',
      ipAddress: expect.stringMatching(/^203\.0\.113\./),
    })
  })

  test('is over with all that it changes, also where it ends while an answer is written', async () => {
    let now = 0
    const g = await given({ delays: REALISTIC, now: () => (now += 7) })
    const seen: JsonObject[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) seen.push((await g.put(`publicIPAddresses/${name}`, address())).body)
    while (now < 3 * REALISTIC.address) seen.push(await g.get('publicIPAddresses/a'), ...((await g.get('publicIPAddresses'))['value'] as JsonObject[]))
    const whole = seen.map(propertiesOf).map((one) => JSON.stringify([one['provisioningState'], 'ipAddress' in one]))
    expect(new Set(whole)).toEqual(new Set(['["Updating",false]', '["Succeeded",true]']))
  })

  test('has a signed URL of 3,000 characters and more', async () => {
    const g = await realistic()
    const { headers } = await g.put('publicIPAddresses/a', address())
    expect(headers['azure-asyncoperation']!.length).toBeGreaterThan(3_000)
    expect(new URL(headers['azure-asyncoperation']!).searchParams.get('api-version')).toBe('2025-05-01')
  })

  test('of a deletion is answered with both URLs, and the result is no content', async () => {
    const g = await realistic()
    const answer = await g.send('DELETE', 'publicIPAddresses/reserved-1')
    expect([answer.status, answer.headers['retry-after'], await stateAt(g, 'publicIPAddresses/reserved-1')]).toEqual([202, '10', 'Deleting'])
    expect((await g.send('GET', pathOf(answer.headers['location']))).status).toBe(202)
    g.azure.advance(REALISTIC.deletion)
    expect((await g.send('GET', pathOf(answer.headers['location']))).status).toBe(204)
    expect(outcome(await g.send('GET', 'publicIPAddresses/reserved-1'))).toBe('ResourceNotFound')
  })

  test('is not begun again where nothing changes', async () => {
    const g = await realistic()
    const first = await g.put('publicIPAddresses/reserved-1', { ...address(), tags: { owner: 'me' } })
    const again = await g.put('publicIPAddresses/reserved-1', { ...address(), tags: { owner: 'me' } })
    expect([first, again].map(({ body, headers }) => [propertiesOf(body)['provisioningState'], headers['retry-after']])).toEqual([
      ['Succeeded', undefined],
      ['Succeeded', undefined],
    ])
    expect(again.headers['azure-asyncoperation']).toBeDefined()
  })
})

describe('a load balancer', () => {
  test('without members is written at once', async () => {
    const g = await realistic()
    const { status, body } = await g.put('loadBalancers/lb', g.balancer())
    expect([status, propertiesOf(body)['provisioningState']]).toEqual([201, 'Succeeded'])
  })

  test('with members takes its time', async () => {
    const g = await realistic()
    await g.put('loadBalancers/lb', g.balancer())
    await g.put('loadBalancers/lb/backendAddressPools/nodes', members(g, '10.0.0.4'))
    g.azure.advance(REALISTIC.loadBalancer)
    const changed = { ...g.balancer({ backendAddressPools: [{ name: 'nodes', ...members(g, '10.0.0.4') }], probes: [], loadBalancingRules: [] }) }
    const { body, headers } = await g.put('loadBalancers/lb', changed)
    expect([propertiesOf(body)['provisioningState'], headers['retry-after']]).toEqual(['Updating', '10'])
  })

  test('waits for the subnet of a frontend', async () => {
    const g = await realistic()
    await g.put('virtualNetworks/fairlead-vnet/subnets/new', { properties: { addressPrefix: '10.0.64.0/24' } })
    const internal = { name: 'web', properties: { subnet: { id: `${g.azure.cloud.ids.virtualNetwork}/subnets/new` } } }
    const { body, headers } = await g.put('loadBalancers/lb', g.balancer({ frontendIPConfigurations: [internal] }))
    expect([propertiesOf(body)['provisioningState'], headers['retry-after']]).toEqual(['Updating', '3'])
  })
})

describe('a second write', () => {
  test('of a load balancer cancels the first', async () => {
    const g = await realistic()
    await g.put('loadBalancers/lb', g.balancer())
    const first = await g.put('loadBalancers/lb/backendAddressPools/nodes', members(g, '10.0.0.4'))
    await g.put('loadBalancers/lb', { ...g.balancer(), tags: { second: 'yes' } })
    expect((await poll(g, first)).body).toMatchObject({
      status: 'Canceled',
      error: {
        code: 'Canceled',
        details: [{ code: 'CanceledAndSupersededDueToAnotherOperation', message: expect.stringContaining('PutLoadBalancerBackendAddressPoolOperation') }],
      },
    })
  })

  test('of an address does the work of the one that it cancels', async () => {
    const g = await realistic()
    await g.put('publicIPAddresses/a', address())
    await g.put('publicIPAddresses/a', { ...address(), tags: { second: 'yes' } })
    g.azure.advance(REALISTIC.address)
    expect(propertiesOf(await g.get('publicIPAddresses/a'))['ipAddress']).toBeDefined()
  })

  test('of another rule of a security group runs beside the first', async () => {
    const g = await realistic()
    const first = await g.put('networkSecurityGroups/fairlead-nsg/securityRules/a', securityRule())
    const second = await g.put('networkSecurityGroups/fairlead-nsg/securityRules/b', securityRule({ priority: 501 }))
    g.azure.advance(REALISTIC.securityGroup)
    expect([(await poll(g, first)).body, (await poll(g, second)).body]).toEqual([{ status: 'Succeeded' }, { status: 'Succeeded' }])
  })

  test('of a subnet has to wait for another one, and says how long', async () => {
    const g = await realistic()
    await g.put('virtualNetworks/fairlead-vnet/subnets/a', { properties: { addressPrefix: '10.0.64.0/24' } })
    const answer = await g.put('virtualNetworks/fairlead-vnet/subnets/b', { properties: { addressPrefix: '10.0.65.0/24' } })
    expect([answer.status, outcome(answer), answer.headers['retry-after']]).toEqual([429, 'RetryableErrorDueToAnotherOperation', '4'])
    g.azure.advance(REALISTIC.network)
    expect((await g.put('virtualNetworks/fairlead-vnet/subnets/b', { properties: { addressPrefix: '10.0.65.0/24' } })).status).toBe(201)
  })

  test('of what is being deleted is refused', async () => {
    const g = await realistic()
    await g.send('DELETE', 'publicIPAddresses/reserved-1')
    expect(outcome(await g.put('publicIPAddresses/reserved-1', address()))).toBe('AnotherOperationInProgress')
  })
})

describe('an operation', () => {
  test('fails on demand, and leaves the resource as written, in the state Failed', async () => {
    const g = await realistic()
    g.azure.cloud.failOperations({ match: { kind: 'PutPublicIpAddressOperation' }, failure: { code: 'InternalServerError', message: 'An error occured.' } })
    const answer = await g.put('publicIPAddresses/a', address())
    g.azure.advance(REALISTIC.address)
    expect((await poll(g, answer)).body).toEqual({ status: 'Failed', error: { code: 'InternalServerError', message: 'An error occured.', details: [] } })
    expect(await stateAt(g, 'publicIPAddresses/a')).toBe('Failed')
  })

  test('that failed is mended by the same write', async () => {
    const g = await realistic()
    g.azure.cloud.failOperations({ failure: { code: 'InternalServerError', message: 'An error occured.' } })
    await g.put('publicIPAddresses/a', address())
    g.azure.advance(REALISTIC.address)
    await g.put('publicIPAddresses/a', address())
    g.azure.advance(REALISTIC.address)
    expect(await stateAt(g, 'publicIPAddresses/a')).toBe('Succeeded')
    expect(propertiesOf(await g.get('publicIPAddresses/a'))['ipAddress']).toBeDefined()
  })

  test('of a resource whose own is in the state Failed cannot refer to it', async () => {
    const g = await realistic()
    g.azure.cloud.failOperations({ failure: { code: 'InternalServerError', message: 'An error occured.' } })
    await g.put('publicIPAddresses/a', address())
    g.azure.advance(REALISTIC.address)
    const frontend = { name: 'web', properties: { publicIPAddress: { id: `${g.base}/publicIPAddresses/a` } } }
    expect(outcome(await g.put('loadBalancers/lb', g.balancer({ frontendIPConfigurations: [frontend] })))).toBe('ReferencedResourceNotProvisioned')
  })

  test('that is not known is not found', async () => {
    const g = await given()
    expect((await g.send('GET', `/subscriptions/${g.azure.cloud.subscription}/providers/Microsoft.Network/locations/westeurope/operations/none`)).status).toBe(
      404,
    )
  })
})
