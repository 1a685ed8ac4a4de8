/** What belongs to no one type: tokens, errors, the journal, faults, request rates, pages, groups, and steering over HTTP. */
import { request } from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AzureOptions, IMMEDIATE, startAzure } from '../../../../emulators/azure/index.ts'
import { ask } from '../../../cloud/ask.ts'
import { type Given, VERSION, address, given, outcome, textOf } from './given.ts'

const subscriptionOf = (g: Given): string => `/subscriptions/${g.azure.cloud.subscription}`

describe('a request', () => {
  test('without a token is refused, and the refusal says how to come by one', async () => {
    const g = await given()
    const answer = await g.send('GET', 'loadBalancers', undefined, { authorization: '' })
    expect([answer.status, outcome(answer), answer.headers['www-authenticate']]).toEqual([
      401,
      'AuthenticationFailedInvalidHeader',
      'Bearer error="invalid_token"',
    ])
  })

  test('without an api-version is refused', async () => {
    const g = await given()
    expect(outcome(await ask(g.azure, { method: 'GET', path: `${g.base}/loadBalancers` }))).toBe('MissingApiVersionParameter')
  })

  test.each([
    ['another subscription', '/subscriptions/other/resourceGroups', 'SubscriptionNotFound'],
    ['another group', '{s}/resourceGroups/none/providers/Microsoft.Network/loadBalancers', 'ResourceGroupNotFound'],
    ['another type', '{s}/resourceGroups/fairlead/providers/Microsoft.Network/trafficManagers', 'InvalidResourceType'],
    ['another provider', '{s}/providers/Microsoft.Storage', 'InvalidResourceNamespace'],
    ['nothing', '/nothing', 'NotFound'],
  ])('for %s is refused', async (_, path, code) => {
    const g = await given()
    const answer = await g.send('GET', path.replace('{s}', subscriptionOf(g)))
    expect([answer.status, outcome(answer)]).toEqual([404, code])
  })

  test('whose body is no JSON is refused', async () => {
    const g = await given()
    expect(outcome(await g.send('PUT', 'loadBalancers/lb', '{'))).toBe('InvalidRequestContent')
  })

  test('that a type does not know is refused', async () => {
    const g = await given()
    expect(
      (
        await g.send(
          'PUT',
          '/subscriptions/{s}/resourceGroups/fairlead/providers/Microsoft.Compute/virtualMachines/x'.replace('/subscriptions/{s}', subscriptionOf(g)),
          {},
        )
      ).status,
    ).toBe(405)
  })

  test('is answered with a count of what is left, and an id', async () => {
    const g = await given()
    const { headers } = await g.send('GET', 'loadBalancers')
    expect(headers).toMatchObject({
      'x-ms-ratelimit-remaining-subscription-global-reads': '16499',
      'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect((await g.send('DELETE', 'publicIPAddresses/reserved-1')).headers).toHaveProperty('x-ms-ratelimit-remaining-subscription-global-deletes')
    expect((await g.send('GET', 'loadBalancers/none')).headers).toMatchObject({ 'x-ms-failure-cause': 'gateway' })
  })
})

describe('a token', () => {
  const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString()
  const token = (g: Given, fields: Readonly<Record<string, string>>, path = '/tenant/oauth2/v2.0/token') =>
    ask(g.azure, { method: 'POST', path, body: form(fields), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const federated = {
    grant_type: 'client_credentials',
    client_id: 'me',
    scope: 'https://management.azure.com/.default',
    client_assertion: 'x',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }

  test('is given for a federated one, lasts an hour, and is refused when it is over', async () => {
    const g = await given()
    const { status, body } = await token(g, federated)
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer', expires_in: 3600 }])
    const authorization = `Bearer ${textOf(body, 'access_token')}`
    expect((await g.send('GET', 'loadBalancers', undefined, { authorization })).status).toBe(200)
    g.azure.advance(3_600_000)
    expect(outcome(await g.send('GET', 'loadBalancers', undefined, { authorization }))).toBe('ExpiredAuthenticationToken')
  })

  test('says whom it is for', async () => {
    const g = await given()
    const { body } = await token(g, federated)
    const claims = JSON.parse(Buffer.from(textOf(body, 'access_token').split('.')[1]!, 'base64url').toString()) as object
    expect(claims).toMatchObject({ aud: 'https://management.azure.com', appid: 'me', tid: 'tenant' })
  })

  test.each([
    ['without a secret', { ...federated, client_assertion: '' }, 401, 'invalid_client'],
    ['for a password', { ...federated, grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is not given %s', async (_, fields, status, error) => {
    expect(await token(await given(), fields)).toMatchObject({ status, body: { error } })
  })

  test('is given to a managed identity that sends the header', async () => {
    const g = await given()
    const path = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/'
    expect((await ask(g.azure, { method: 'GET', path })).status).toBe(400)
    expect((await ask(g.azure, { method: 'GET', path, headers: { metadata: 'true' } })).body).toMatchObject({ token_type: 'Bearer', expires_in: '3600' })
  })

  test('is found by those who ask where: one object, and for the oldest version a list', async () => {
    const g = await given()
    const endpoints = async (version: string) => (await ask(g.azure, { method: 'GET', path: `/metadata/endpoints?api-version=${version}` })).body
    expect(await endpoints('2022-09-01')).toMatchObject({ resourceManager: g.azure.url, authentication: { loginEndpoint: g.azure.url } })
    expect(await endpoints('2019-05-01')).toMatchObject([{ resourceManager: g.azure.url }])
    expect((await ask(g.azure, { method: 'GET', path: '/adfs/.well-known/openid-configuration' })).body).toMatchObject({
      token_endpoint: `${g.azure.url}/adfs/oauth2/token`,
    })
    expect((await token(g, { ...federated, client_secret: 'x' }, '/adfs/oauth2/token')).status).toBe(200)
  })
})

describe('the journal', () => {
  test('has each call: who, what, read or write, and how it ended', async () => {
    const g = await given()
    await g.put('loadBalancers/lb', g.balancer(), { 'user-agent': 'test', 'x-fairlead-cause': 'shop/web' })
    await g.send('GET', 'loadBalancers')
    await g.send('GET', 'loadBalancers/lb/backendAddressPools/none')
    await g.send('DELETE', 'loadBalancers/lb')
    expect(g.azure.journal.calls).toMatchObject([
      { service: 'network', action: 'PutLoadBalancer', kind: 'write', status: 201, userAgent: 'test', cause: 'shop/web' },
      { service: 'network', action: 'ListLoadBalancers', kind: 'read', status: 200 },
      { service: 'network', action: 'GetLoadBalancerBackendAddressPool', kind: 'read', status: 404, code: 'NotFound' },
      { service: 'network', action: 'DeleteLoadBalancer', kind: 'write', status: 202 },
    ])
  })

  test('names polls, tokens and groups', async () => {
    const g = await given()
    const { headers } = await g.put('publicIPAddresses/a', address())
    await g.send('GET', headers['azure-asyncoperation']!.replace(/^https?:\/\/[^/]+/, ''))
    await g.send('GET', `${subscriptionOf(g)}/resourceGroups`)
    await g.send('GET', '/metadata/endpoints')
    await g.send('GET', 'virtualNetworks/fairlead-vnet/CheckIPAddressAvailability?ipAddress=10.0.0.9')
    expect(g.azure.journal.calls.map(({ service, action }) => `${service} ${action}`)).toEqual([
      'network PutPublicIpAddress',
      'network GetOperation',
      'resources ListResourceGroups',
      'identity GetEndpoints',
      'network CheckIPAddressAvailabilityVirtualNetwork',
    ])
  })
})

describe('faults', () => {
  const answer = async (g: Given) => {
    const got = await g.put('publicIPAddresses/a', address())
    return [got.status, outcome(got), got.headers['retry-after']]
  }

  test.each([
    ['throttle', 'throttle', [429, 'TooManyRequests', '20']],
    ['500', '500', [500, 'InternalServerError', undefined]],
    ['503', '503', [503, 'ServerTimeout', undefined]],
    [
      'of its own kind',
      { code: 'RetryableError', status: 429, detail: 'RetryableErrorDueToAnotherOperation', retryAfterSeconds: 11 },
      [429, 'RetryableErrorDueToAnotherOperation', '11'],
    ],
  ] as const)('%s: once, and nothing was done', async (_, kind, expected) => {
    const g = await given()
    g.azure.faults.inject({ match: { action: 'PutPublicIpAddress' }, kind })
    expect(await answer(g)).toEqual(expected)
    expect((await g.send('GET', 'publicIPAddresses/a')).status).toBe(404)
    expect((await answer(g))[0]).toBe(201)
  })

  test('lost: carried out, and no answer comes', async () => {
    const g = await given()
    g.azure.faults.inject({ match: { action: 'PutPublicIpAddress' }, kind: 'lost' })
    await expect(answer(g)).rejects.toThrow('socket hang up')
    expect((await g.send('GET', 'publicIPAddresses/a')).status).toBe(200)
  })
})

describe('request rates', () => {
  test('are those that Azure publishes, and a refusal says when to come again', async () => {
    const g = await given({ limits: 'published' })
    const put = () => g.put('publicIPAddresses/reserved-1', address())
    for (let count = 0; count < 200; count++) expect((await put()).status).toBe(200)
    const refused = await put()
    expect([refused.status, outcome(refused), refused.headers['retry-after']]).toEqual([429, 'TooManyRequests', '1'])
    expect([(await g.send('GET', 'loadBalancers')).status, (await g.send('DELETE', 'loadBalancers/none')).status]).toEqual([200, 204])
    g.azure.advance(1_000)
    expect((await put()).status).toBe(200)
  })
})

describe('lists', () => {
  test('come in pages, and what goes meanwhile moves no others', async () => {
    const g = await given({ pageSize: 2, seed: { addresses: 5 } })
    const first = await g.get('publicIPAddresses')
    const next = new URL(textOf(first, 'nextLink'))
    await g.send('DELETE', 'publicIPAddresses/reserved-1')
    const second = await g.send('GET', `${next.pathname}${next.search}`)
    expect([first, second.body].map((page) => (page['value'] as readonly { readonly name: string }[]).map(({ name }) => name))).toEqual([
      ['reserved-1', 'reserved-2'],
      ['reserved-3', 'reserved-4'],
    ])
  })

  test('are of one group, or of the subscription', async () => {
    const g = await given()
    const other = `${subscriptionOf(g)}/resourceGroups/network/providers/Microsoft.Network/publicIPAddresses`
    await g.put(`${other}/elsewhere`, address())
    const names = async (path: string) => ((await g.get(path))['value'] as readonly { readonly name: string }[]).map(({ name }) => name)
    expect([await names('publicIPAddresses'), await names(other), await names(`${subscriptionOf(g)}/providers/Microsoft.Network/publicIPAddresses`)]).toEqual([
      ['reserved-1', 'reserved-2'],
      ['elsewhere'],
      ['elsewhere', 'reserved-1', 'reserved-2'],
    ])
    expect(await names(`${subscriptionOf(g)}/resources?$filter=name eq 'elsewhere' and resourceType eq 'Microsoft.Network/publicIPAddresses'`)).toEqual([
      'elsewhere',
    ])
  })
})

test('a resource group goes with all that is in it', async () => {
  const g = await given()
  const group = `${subscriptionOf(g)}/resourceGroups/mine`
  expect((await g.put(group, { location: 'westeurope' })).status).toBe(201)
  await g.put(`${group}/providers/Microsoft.Network/publicIPAddresses/a`, address())
  expect((await g.send('DELETE', group)).status).toBe(200)
  expect([(await g.send('GET', group)).status, (await g.send('HEAD', group)).status]).toEqual([404, 404])
  expect(g.azure.cloud.objects().filter(({ name }) => name === 'a')).toEqual([])
})

test('the provider of machines says which zones the region has', async () => {
  const g = await given()
  const body = await g.get(`${subscriptionOf(g)}/providers/Microsoft.Compute`)
  expect(body['resourceTypes']).toMatchObject([{ resourceType: 'virtualMachines', zoneMappings: [{ location: 'West Europe', zones: ['1', '2', '3'] }] }, {}])
})

test('all resources read equal, whatever addresses the cloud gave', async () => {
  const [a, b] = [await given({ seed: { addresses: 1 } }), await given({ seed: { addresses: 1 } })]
  await b.put('publicIPAddresses/first', address())
  for (const g of [a, b]) {
    await g.put('publicIPAddresses/mine', address())
    const taken = g.azure.cloud.addressOf(`${g.base}/publicIPAddresses/mine`)
    await g.put('networkSecurityGroups/fairlead-nsg/securityRules/r', {
      properties: {
        protocol: 'Tcp',
        access: 'Allow',
        direction: 'Inbound',
        priority: 500,
        sourceAddressPrefix: '*',
        sourcePortRange: '*',
        destinationAddressPrefix: taken!,
        destinationPortRange: '80',
      },
    })
  }
  await b.send('DELETE', 'publicIPAddresses/first')
  expect(a.azure.cloud.objects()).toEqual(b.azure.cloud.objects())
})

describe('over the wire', () => {
  async function started(options: AzureOptions = {}) {
    const azure = await startAzure({ virtualTime: true, delays: IMMEDIATE, ...options })
    onTestFinished(() => azure.close())
    return azure
  }

  function over(url: string, ca: string | undefined, { method = 'GET', body = '' } = {}): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { ca, method, headers: { authorization: 'Bearer x' } }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => void (text += chunk.toString()))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  test('it speaks HTTPS with its own authority', async () => {
    const { url, authority, cloud } = await started()
    const { status, text } = await over(`${url}/subscriptions?api-version=${VERSION}`, authority)
    expect([url.startsWith('https:'), status, JSON.parse(text)]).toMatchObject([true, 200, { value: [{ subscriptionId: cloud.subscription }] }])
  })

  test('journal, faults, faults of operations, time, machines, packets and state are controlled', async () => {
    const { url, authority } = await started({ delays: { address: 1_000 } })
    const control = (path: string, method = 'GET', body = '') => over(`${url}/_fairlead/${path}`, authority, { method, body })
    await control('faults', 'POST', JSON.stringify({ kind: 'throttle' }))
    expect((await over(`${url}/subscriptions?api-version=${VERSION}`, authority)).status).toBe(429)
    expect((await control('journal')).text).toContain('"code":"TooManyRequests"')
    expect((await control('operation-faults', 'POST', JSON.stringify({ failure: { code: 'InternalServerError', message: 'x' } }))).status).toBe(200)
    expect((await control('operation-faults', 'POST', JSON.stringify({ failure: 'x' }))).status).toBe(400)
    expect((await control('operation-faults', 'DELETE')).status).toBe(200)
    expect((await control('advance', 'POST', '{"ms":1000}')).status).toBe(200)
    expect((await control('machines', 'POST', '{"pods":[],"nodePorts":[],"health":[]}')).status).toBe(200)
    expect((await control('deliver', 'POST', JSON.stringify({ from: '192.0.2.1', to: '203.0.113.9', port: 80, protocol: 'TCP' }))).text).toContain(
      'no load balancer has the address',
    )
    expect((await control('state')).text.split('\n').filter((line) => line.includes('"kind":"publicIPAddresses"'))).toHaveLength(2)
  })
})
