/** How writes go: operations, what they do while they run, failures inside them, versions, and requests that are sent again. */
import { describe, expect, test } from 'vitest'
import { PATHS, check, firewall, given, outcome, rule, service, withService } from './given.ts'

const REQUEST = '6f9619ff-8b86-d011-b42d-00cf4fc964ff'

describe('a write', () => {
  test('is answered as running, and ends', async () => {
    const g = await given({ delays: { healthCheck: 3_000 } })
    const { body } = await g.send('POST', PATHS.check, check())
    expect(body).toMatchObject({ kind: 'compute#operation', operationType: 'insert', status: 'RUNNING', progress: 0 })
    expect(body).not.toHaveProperty('endTime')
    expect(body['name']).toMatch(/^operation-\d+(-[0-9a-f]+){3}$/)
    expect(body['id']).toMatch(/^\d{19}$/)
    expect(body['targetLink']).toBe(`${g.gcp.url}/compute/v1/${g.link('regions/R/healthChecks/kube-proxy')}`)
    const operation = `regions/R/operations/${body['name'] as string}`
    expect(await g.get(operation)).toMatchObject({ status: 'RUNNING' })
    g.gcp.advance(3_000)
    expect((await g.send('POST', `${operation}/wait`, '""')).body).toMatchObject({ status: 'DONE', progress: 100 })
    expect((await g.get('regions/R/operations'))['items']).toHaveLength(1)
  })

  test.each([
    ['global', PATHS.firewall, 'global'],
    ['regional', PATHS.address, 'regions/us-central1'],
    ['zonal', PATHS.group, 'zones/us-central1-a'],
  ])('of a %s resource is an operation of its scope', async (_, path, scope) => {
    const g = await given()
    const { body } = await g.send('POST', path, path === PATHS.firewall ? firewall(g) : { name: 'web' })
    expect(body['selfLink']).toContain(`/${scope}/operations/`)
    expect((await g.send('GET', `${scope}/operations/${body['name'] as string}`)).status).toBe(200)
    expect((await g.send('GET', `${scope === 'global' ? 'regions/R' : 'global'}/operations/${body['name'] as string}`)).status).toBe(404)
  })

  test('shows what it makes before it is over, without what is known at the end', async () => {
    const g = await given({ delays: { address: 2_000 } })
    await g.send('POST', PATHS.address, { name: 'a' })
    const before = await g.get(`${PATHS.address}/a`)
    g.gcp.advance(2_000)
    const after = await g.get(`${PATHS.address}/a`)
    expect([before['status'], before['address'], after['status'], after['address']]).toEqual(['RESERVING', undefined, 'RESERVED', '198.18.0.3'])
  })

  test('of what another one is changing is refused, and so is one that refers to what is not made yet', async () => {
    const g = await given({ delays: { healthCheck: 3_000 } })
    await g.send('POST', PATHS.check, check())
    expect(outcome(await g.send('DELETE', `${PATHS.check}/kube-proxy`))).toBe('400 resourceNotReady')
    expect(outcome(await g.send('POST', PATHS.service, service(g)))).toBe('400 resourceNotReady')
    g.gcp.advance(3_000)
    expect(outcome(await g.send('POST', PATHS.service, service(g)))).toBe('200 DONE')
  })

  test('that fails says so in its operation, with HTTP 200, and leaves nothing', async () => {
    const g = await given()
    g.gcp.cloud.failOperations({ match: { kind: 'insert' }, failure: { code: 'INTERNAL_ERROR', message: 'x', status: 500 } })
    const got = await g.send('POST', PATHS.address, { name: 'a' })
    expect([got.status, outcome(got), got.body['httpErrorStatusCode'], got.body['httpErrorMessage']]).toEqual([
      200,
      'operation INTERNAL_ERROR',
      500,
      'INTERNAL SERVER ERROR',
    ])
    expect((await g.send('GET', `${PATHS.address}/a`)).status).toBe(404)
    expect(outcome(await g.send('POST', PATHS.address, { name: 'a' }))).toBe('200 DONE')
  })

  test('that is sent again with its id is answered by the same operation', async () => {
    const g = await given()
    const first = await g.send('POST', `${PATHS.address}?requestId=${REQUEST}`, { name: 'a' })
    const second = await g.send('POST', `${PATHS.address}?requestId=${REQUEST}`, { name: 'a' })
    expect(second.body).toEqual(first.body)
    expect(outcome(await g.send('POST', PATHS.address, { name: 'a' }))).toBe('409 alreadyExists')
    expect(outcome(await g.send('POST', `${PATHS.address}?requestId=00000000-0000-0000-0000-000000000000`, { name: 'b' }))).toBe('400 invalid')
  })
})

describe('a list of operations', () => {
  async function two() {
    const g = await given({ delays: { address: 2_000 } })
    const names: string[] = []
    for (const name of ['a', 'b']) {
      names.push((await g.send('POST', PATHS.address, { name })).body['name'] as string)
      g.gcp.advance(1_000)
    }
    const listed = async (query: Readonly<Record<string, string>>) => g.send('GET', `regions/R/operations?${new URLSearchParams(query).toString()}`)
    const shown = async (query: Readonly<Record<string, string>>) =>
      ((await listed(query)).body['items'] as readonly { readonly name: string; readonly status: string }[]).map(
        ({ name, status }) => `${names.indexOf(name)} ${status}`,
      )
    return { g, names, listed, shown }
  }

  test('has those that a filter names, as they stand now', async () => {
    const { names, shown } = await two()
    expect(await shown({ filter: `name eq "(${names.join('|')}|operation-1)"` })).toEqual(['0 DONE', '1 RUNNING'])
    expect(await shown({ filter: `name eq "(${names[1]!})"` })).toEqual(['1 RUNNING'])
    expect(await shown({ filter: `(name = "${names[0]!}") OR (name = "${names[1]!}")` })).toHaveLength(2)
    expect(await shown({ filter: 'name eq "operation"' }), 'all of the name has to match').toEqual([])
    expect(await shown({ filter: 'status = DONE' })).toEqual(['0 DONE'])
  })

  test('begins with the newest where that is asked for, page after page', async () => {
    const { listed, shown } = await two()
    const newest = { orderBy: 'creationTimestamp desc' }
    expect(await shown(newest)).toEqual(['1 RUNNING', '0 DONE'])
    const { nextPageToken } = (await listed({ ...newest, maxResults: '1' })).body
    expect(await shown({ ...newest, maxResults: '1', pageToken: nextPageToken as string })).toEqual(['0 DONE'])
    expect(outcome(await listed({ orderBy: 'status' }))).toBe('400 invalid')
  })
})

describe('a deletion', () => {
  test('of what is in use is refused at once, of a network in the operation', async () => {
    const g = await withService()
    await g.make(PATHS.rule, rule(g))
    await g.make(PATHS.firewall, firewall(g))
    expect(outcome(await g.send('DELETE', `${PATHS.service}/web`))).toBe('400 resourceInUseByAnotherResource')
    expect(outcome(await g.send('DELETE', `${PATHS.check}/kube-proxy`))).toBe('400 resourceInUseByAnotherResource')
    expect(outcome(await g.send('DELETE', 'global/networks/fairlead'))).toBe('operation RESOURCE_IN_USE_BY_ANOTHER_RESOURCE')
  })

  test('takes its time, and then there is nothing', async () => {
    const g = await given({ delays: { deletion: 8_000 } })
    await g.make(PATHS.address, { name: 'a' })
    await g.send('DELETE', `${PATHS.address}/a`)
    expect((await g.send('GET', `${PATHS.address}/a`)).status).toBe(200)
    g.gcp.advance(8_000)
    expect(outcome(await g.send('GET', `${PATHS.address}/a`))).toBe('404 notFound')
    expect(outcome(await g.send('DELETE', `${PATHS.address}/a`))).toBe('404 notFound')
  })

  test('fails when something came to use it meanwhile', async () => {
    const g = await given({ delays: { deletion: 8_000, backendService: 0 } })
    await g.make(PATHS.check, check())
    await g.make(PATHS.service, service(g, { healthChecks: [] }))
    const { body } = await g.send('DELETE', `${PATHS.check}/kube-proxy`)
    const fingerprint = (await g.get(`${PATHS.service}/web`))['fingerprint']!
    expect(outcome(await g.send('PATCH', `${PATHS.service}/web`, { fingerprint, healthChecks: [g.link('regions/R/healthChecks/kube-proxy')] }))).toBe(
      '400 resourceNotReady',
    )
    g.gcp.advance(8_000)
    expect(await g.get(`regions/R/operations/${body['name'] as string}`)).toMatchObject({ status: 'DONE' })
  })
})

describe('a version', () => {
  test('changes with each write, and one that is based on another is refused', async () => {
    const g = await withService()
    const first = await g.get(`${PATHS.service}/web`)
    const whole = service(g, { description: 'x' })
    expect(outcome(await g.send('PUT', `${PATHS.service}/web`, whole))).toBe('412 conditionNotMet')
    expect(outcome(await g.send('PUT', `${PATHS.service}/web`, { ...whole, fingerprint: first['fingerprint']! }))).toBe('200 DONE')
    expect(outcome(await g.send('PUT', `${PATHS.service}/web`, { ...whole, fingerprint: first['fingerprint']! }))).toBe('412 conditionNotMet')
    expect((await g.get(`${PATHS.service}/web`))['fingerprint']).not.toBe(first['fingerprint'])
  })

  test('of a firewall or a health check there is none: the last one wins', async () => {
    const g = await given()
    const made = await g.make(PATHS.firewall, firewall(g))
    expect(made).not.toHaveProperty('fingerprint')
    expect(outcome(await g.send('PATCH', `${PATHS.firewall}/web`, { priority: 900 }))).toBe('200 DONE')
    expect(await g.get(`${PATHS.firewall}/web`)).toMatchObject({ priority: 900, sourceRanges: ['0.0.0.0/0'] })
  })

  test('of labels is another one; an insert takes no labels', async () => {
    const g = await given()
    const made = await g.make(PATHS.address, { name: 'a', labels: { a: 'b' } })
    expect(made).not.toHaveProperty('labels')
    expect(outcome(await g.send('POST', `${PATHS.address}/a/setLabels`, { labels: { a: 'b' } }))).toBe('412 conditionNotMet')
    const set = await g.send('POST', `${PATHS.address}/a/setLabels`, { labels: { a: 'b' }, labelFingerprint: made['labelFingerprint']! })
    expect(set.body).toMatchObject({ status: 'DONE', progress: 100, operationType: 'setLabels' })
    expect(await g.get(`${PATHS.address}/a`)).toMatchObject({ labels: { a: 'b' } })
  })
})

describe('a change', () => {
  test('PUT replaces: what is left out is gone', async () => {
    const g = await withService()
    await g.make(PATHS.group, { name: 'nodes' })
    const put = async (changed: object) =>
      g.send('PUT', `${PATHS.service}/web`, { ...service(g), fingerprint: (await g.get(`${PATHS.service}/web`))['fingerprint']!, ...changed })
    await put({ backends: [{ group: `https://www.googleapis.com/compute/v1/${g.link('zones/Z/instanceGroups/nodes')}` }], sessionAffinity: 'CLIENT_IP' })
    expect(await g.get(`${PATHS.service}/web`)).toMatchObject({
      sessionAffinity: 'CLIENT_IP',
      backends: [{ group: `${g.gcp.url}/compute/v1/${g.link('zones/Z/instanceGroups/nodes')}`, balancingMode: 'CONNECTION' }],
    })
    await put({})
    const after = await g.get(`${PATHS.service}/web`)
    expect([after['sessionAffinity'], after['backends']]).toEqual(['NONE', undefined])
  })

  test('PATCH merges: lists as a whole, null clears', async () => {
    const g = await given()
    await g.make(PATHS.firewall, firewall(g, { destinationRanges: ['198.18.0.1'], targetTags: ['a', 'b'] }))
    await g.send('PATCH', `${PATHS.firewall}/web`, { targetTags: ['c'], destinationRanges: null })
    const after = await g.get(`${PATHS.firewall}/web`)
    expect([after['targetTags'], after['destinationRanges'], after['sourceRanges']]).toEqual([['c'], undefined, ['0.0.0.0/0']])
  })
})
