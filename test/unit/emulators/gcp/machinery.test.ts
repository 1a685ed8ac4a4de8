/** What belongs to no one type: lists, filters, pages, places, errors, the journal, faults, request rates, and steering over HTTP. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../emulators/gcp/index.ts'
import { ask } from '../../../cloud/ask.ts'
import { type Given, PATHS, check, firewall, given, outcome, withService } from './given.ts'

const namesIn = (body: JsonObject): readonly unknown[] => ((body['items'] ?? []) as readonly JsonObject[]).map((one) => one['name'])

async function addresses(g: Given, ...names: readonly string[]): Promise<void> {
  for (const name of names) await g.make(PATHS.address, { name, description: `of ${name}` })
}

describe('a list', () => {
  test('has the resources of its scope by name, and none where there are none', async () => {
    const g = await given({ seed: { addresses: 0 } })
    expect(await g.get(PATHS.address)).toEqual({
      kind: 'compute#addressList',
      id: g.link(PATHS.address),
      selfLink: `${g.gcp.url}/compute/v1/${g.link(PATHS.address)}`,
    })
    await addresses(g, 'b', 'a')
    expect(namesIn(await g.get(PATHS.address))).toEqual(['a', 'b'])
  })

  test('comes in pages', async () => {
    const g = await given({ seed: { addresses: 0 } })
    await addresses(g, 'a', 'b', 'c')
    const first = await g.get(`${PATHS.address}?maxResults=2`)
    const second = await g.get(`${PATHS.address}?maxResults=2&pageToken=${first['nextPageToken'] as string}`)
    expect([namesIn(first), namesIn(second), second['nextPageToken']]).toEqual([['a', 'b'], ['c'], undefined])
    expect(outcome(await g.send('GET', `${PATHS.address}?maxResults=501`))).toBe('400 invalid')
    expect(outcome(await g.send('GET', `${PATHS.address}?pageToken=x`))).toBe('400 invalid')
  })

  test('may not have what is new', async () => {
    const g = await given({ seed: { addresses: 0 }, delays: { listing: 1_000 } })
    await addresses(g, 'a')
    const before = namesIn(await g.get(PATHS.address))
    g.gcp.advance(1_000)
    expect([before, namesIn(await g.get(PATHS.address))]).toEqual([[], ['a']])
  })

  test('of all scopes has each scope, with a warning where it is empty', async () => {
    const g = await given({ seed: { addresses: 0 } })
    await addresses(g, 'a')
    await g.make('global/healthChecks', check())
    expect(await g.get('aggregated/addresses?includeAllScopes=True&maxResults=500&returnPartialSuccess=True')).toMatchObject({
      kind: 'compute#addressAggregatedList',
      items: { global: { warning: { code: 'NO_RESULTS_ON_PAGE' } }, 'regions/us-central1': { addresses: [{ name: 'a' }] } },
    })
    expect(await g.get('aggregated/healthChecks')).toMatchObject({ items: { global: { healthChecks: [{ name: 'kube-proxy' }] } } })
    expect(await g.get('aggregated/instanceGroups')).toMatchObject({ items: { 'zones/us-central1-b': { warning: { code: 'NO_RESULTS_ON_PAGE' } } } })
  })
})

describe('a filter', () => {
  test.each([
    ['name = a-1', ['a-1']],
    ['name eq "a-.*"', ['a-1', 'a-2']],
    ["name eq 'a-.*'", ['a-1', 'a-2']],
    ['name eq a', []],
    ['name ne a-.*', ['b-1']],
    ['name != a-1', ['a-2', 'b-1']],
    ['name:a-*', ['a-1', 'a-2']],
    ['(name = a-1) OR (name = b-1)', ['a-1', 'b-1']],
    ['(description = "of a-1") (name = a-1)', ['a-1']],
    ['name = a-1 AND name = b-1', []],
    ['NOT name = a-1', ['a-2', 'b-1']],
    ['labels.x:*', []],
    ['status = RESERVED AND (name = a-1 OR name = a-2)', ['a-1', 'a-2']],
  ])('%s', async (filter, expected) => {
    const g = await given({ seed: { addresses: 0 } })
    await addresses(g, 'a-1', 'a-2', 'b-1')
    expect(namesIn(await g.get(`${PATHS.address}?filter=${encodeURIComponent(filter)}`))).toEqual(expected)
  })

  test.each(['name', 'name ~ x', '(name = a', 'name eq "("', 'name = a )'])('%s is refused', async (filter) => {
    const g = await given()
    expect(outcome(await g.send('GET', `${PATHS.address}?filter=${encodeURIComponent(filter)}`))).toBe('400 invalid')
  })

  test('compares numbers', async () => {
    const g = await given()
    for (const priority of [900, 1_000]) await g.make(PATHS.firewall, firewall(g, { name: `p-${priority}`, priority }))
    expect(namesIn(await g.get(`${PATHS.firewall}?filter=${encodeURIComponent('priority < 1000')}`))).toEqual(['p-900'])
  })
})

describe('places', () => {
  test('are the region, its zones and the project, with quotas', async () => {
    const g = await withService()
    expect(namesIn(await g.get('regions'))).toEqual(['us-central1'])
    expect(namesIn(await g.get('zones'))).toEqual(['us-central1-a', 'us-central1-b', 'us-central1-c'])
    expect((await g.get('regions/R'))['quotas']).toContainEqual({ metric: 'STATIC_ADDRESSES', limit: 2_000, usage: 2 })
    expect((await ask(g.gcp, { method: 'GET', path: '/compute/v1/projects/fairlead' })).body['quotas']).toContainEqual({
      metric: 'BACKEND_SERVICES',
      limit: 5_000,
      usage: 1,
    })
    expect(outcome(await g.send('GET', 'zones/none'))).toBe('404 notFound')
  })
})

describe('a request', () => {
  test.each([
    ['another project', '/compute/v1/projects/other/global/firewalls', '404 notFound'],
    ['another region', '/compute/v1/projects/fairlead/regions/none/addresses', '400 invalid'],
    ['a type that is not emulated', '/compute/v1/projects/fairlead/global/urlMaps', '404 notFound'],
    ['nothing', '/', '404 notFound'],
    ['what is not there', '/compute/v1/projects/fairlead/global/firewalls/none', '404 notFound'],
  ])('for %s is refused', async (_, path, expected) => {
    const g = await given()
    expect(outcome(await ask(g.gcp, { method: 'GET', path }))).toBe(expected)
  })

  test('has its errors in the recorded form', async () => {
    const g = await given()
    const message = "The resource 'projects/fairlead/global/firewalls/none' was not found"
    expect((await g.send('GET', 'global/firewalls/none')).body).toEqual({
      error: { code: 404, message, errors: [{ message, domain: 'global', reason: 'notFound' }] },
    })
  })

  test('whose body is no JSON, or no object, is refused', async () => {
    const g = await given()
    expect(outcome(await g.send('POST', PATHS.address, '{'))).toBe('400 parseError')
    expect(outcome(await g.send('POST', PATHS.address, '[]'))).toBe('400 badRequest')
  })
})

describe('the journal, faults and request rates', () => {
  test('calls are named as Google names its methods', async () => {
    const g = await withService()
    await g.get('aggregated/backendServices')
    expect(Object.keys(g.gcp.journal.counts())).toEqual(
      expect.arrayContaining(['regionHealthChecks.insert', 'regionBackendServices.get', 'backendServices.aggregatedList']),
    )
  })

  test.each([
    ['throttle', '403 rateLimitExceeded'],
    ['500', '500 internalError'],
    ['503', '503 backendError'],
    [{ code: 'forbidden', status: 403, detail: 'IAM_PERMISSION_DENIED' }, '403 forbidden'],
  ] as const)('the fault %j', async (kind, expected) => {
    const g = await given()
    g.gcp.faults.inject({ kind, match: { action: 'addresses.insert' } })
    expect(outcome(await g.send('POST', PATHS.address, { name: 'a' }))).toBe(expected)
    expect(outcome(await g.send('POST', PATHS.address, { name: 'a' }))).toBe('200 DONE')
  })

  test('more calls than are allowed are refused until time has passed', async () => {
    const g = await given({ limits: 'published' })
    for (let calls = 0; calls < 1_500; calls++) await g.get('regions/R/operations/none')
    expect(outcome(await g.send('GET', 'regions/R/operations/none'))).toBe('403 rateLimitExceeded')
    expect(outcome(await g.send('GET', PATHS.address))).toBe('200')
    expect(outcome(await g.send('GET', 'regions/R/operations')), 'lists of operations are reads as any').toBe('200')
    g.gcp.advance(1_000)
    expect(outcome(await g.send('GET', 'regions/R/operations/none'))).toBe('404 notFound')
  })

  test('journal, faults, operations, time, packets and state are controlled over HTTP', async () => {
    const g = await given({ delays: { address: 1_000 } })
    const control = async (path: string, method = 'GET', body?: object) =>
      (await fetch(`${g.gcp.url}/_fairlead/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).text()
    await control('operation-faults', 'POST', { failure: { code: 'INTERNAL_ERROR', message: 'x' } })
    await g.send('POST', PATHS.address, { name: 'a' })
    expect(await control('journal')).toContain('"action":"addresses.insert"')
    await control('advance', 'POST', { ms: 1_000 })
    expect(await control('state')).not.toContain('addresses/a"')
    expect(JSON.parse(await control('deliver', 'POST', { from: '192.0.2.1', to: '198.18.0.9', port: 80, protocol: 'TCP' }))).toMatchObject({ at: 'route' })
    expect((await (await fetch(`${g.gcp.url}/compute/v1/projects/fairlead/zones`)).json()) as JsonObject).toMatchObject({ kind: 'compute#zoneList' })
  })
})

test('equal worlds read equal, whatever addresses they were given', async () => {
  const world = async (before: number) => {
    const g = await given({ seed: { addresses: before } })
    for (let at = 1; at <= before; at++) await g.send('DELETE', `${PATHS.address}/reserved-${at}`)
    await addresses(g, 'a')
    await g.make(PATHS.firewall, firewall(g, { destinationRanges: [g.gcp.cloud.addressOf('a')!] }))
    return g.gcp.cloud.objects()
  }
  expect(await world(0)).toEqual(await world(3))
})
