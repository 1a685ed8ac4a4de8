/** Calls to Google: what is sent, what an answer means, and what each error becomes. Bodies have the form of recorded ones. */
import { describe, expect, it, test } from 'vitest'
import { finished } from '../../../providers/gcp/api/finished.ts'
import { isSameId, keyOfId, parseId, urlOf } from '../../../providers/gcp/api/ids.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { passing, realSdk, type Reply, worldOf } from './wire.ts'

const google = worldOf(realSdk())
const { signal } = new AbortController()

const RULE = 'projects/shop/regions/r1/forwardingRules/web'
const SERVICE = 'projects/shop/regions/r1/backendServices/web'
const FIREWALL = 'projects/net/global/firewalls/web'
const GROUP = 'projects/shop/zones/z1/instanceGroups/nodes'
const ENDPOINTS = 'projects/shop/zones/z1/networkEndpointGroups/nodes'
const NAME = 'operation-1776804528848-64ff-a1b2-c3d4'
const OPERATION = `projects/shop/regions/r1/operations/${NAME}`

function operation(more: object = {}, path = `shop/regions/r1`) {
  return {
    kind: 'compute#operation',
    id: '1234567890123456789',
    name: NAME,
    operationType: 'insert',
    status: 'RUNNING',
    progress: 0,
    selfLink: `https://www.googleapis.com/compute/v1/projects/${path}/operations/${NAME}`,
    targetLink: `https://www.googleapis.com/compute/v1/${RULE}`,
    ...more,
  }
}

const refusal = (code: number, reason: string, message = 'said'): Reply => ({
  status: code,
  body: { error: { code, message, errors: [{ message, domain: 'global', reason }] } },
})

const failed = (code: string, httpErrorStatusCode: number, message = 'said'): Reply => ({
  body: operation({ status: 'DONE', progress: 100, httpErrorStatusCode, httpErrorMessage: 'BAD REQUEST', error: { errors: [{ code, message }] } }),
})

const pathOf = (url = '') => new URL(url).pathname.replace('/compute/v1/projects/', '')

describe('each call', () => {
  const cases: readonly (readonly [string, (api: ReturnType<typeof google>['api']) => Promise<unknown>, string])[] = [
    ['reads', (api) => api.get(RULE, signal), 'GET shop/regions/r1/forwardingRules/web'],
    ['reads what is global', (api) => api.get(FIREWALL, signal), 'GET net/global/firewalls/web'],
    ['reads a subnet', (api) => api.get('projects/net/regions/r1/subnetworks/a', signal), 'GET net/regions/r1/subnetworks/a'],
    ['creates an address', (api) => api.insert('projects/shop/regions/r1/addresses/a', {}, signal), 'POST shop/regions/r1/addresses'],
    ['creates a rule', (api) => api.insert(RULE, {}, signal), 'POST shop/regions/r1/forwardingRules'],
    ['creates a service', (api) => api.insert(SERVICE, {}, signal), 'POST shop/regions/r1/backendServices'],
    ['creates a check', (api) => api.insert('projects/shop/regions/r1/healthChecks/a', {}, signal), 'POST shop/regions/r1/healthChecks'],
    ['creates a firewall rule', (api) => api.insert(FIREWALL, {}, signal), 'POST net/global/firewalls'],
    ['creates a group', (api) => api.insert(GROUP, {}, signal), 'POST shop/zones/z1/instanceGroups'],
    ['creates an endpoint group', (api) => api.insert(ENDPOINTS, {}, signal), 'POST shop/zones/z1/networkEndpointGroups'],
    ['changes', (api) => api.patch(RULE, {}, signal), 'PATCH shop/regions/r1/forwardingRules/web'],
    ['replaces', (api) => api.update(SERVICE, {}, signal), 'PUT shop/regions/r1/backendServices/web'],
    ['replaces a firewall rule', (api) => api.update(FIREWALL, {}, signal), 'PUT net/global/firewalls/web'],
    ['deletes', (api) => api.remove(FIREWALL, signal), 'DELETE net/global/firewalls/web'],
    ['adds instances', (api) => api.changeInstances(GROUP, 'add', [], signal), 'POST shop/zones/z1/instanceGroups/nodes/addInstances'],
    ['removes instances', (api) => api.changeInstances(GROUP, 'remove', [], signal), 'POST shop/zones/z1/instanceGroups/nodes/removeInstances'],
    ['adds endpoints', (api) => api.changeEndpoints(ENDPOINTS, 'add', [], signal), 'POST shop/zones/z1/networkEndpointGroups/nodes/attachNetworkEndpoints'],
    [
      'removes endpoints',
      (api) => api.changeEndpoints(ENDPOINTS, 'remove', [], signal),
      'POST shop/zones/z1/networkEndpointGroups/nodes/detachNetworkEndpoints',
    ],
    ['polls', (api) => api.poll({ id: OPERATION, isDeletion: false }, signal), `GET shop/regions/r1/operations/${NAME}`],
    ['polls in a zone', (api) => api.poll({ id: `projects/shop/zones/z1/operations/o`, isDeletion: false }, signal), 'GET shop/zones/z1/operations/o'],
    ['polls what is global', (api) => api.poll({ id: 'projects/net/global/operations/o', isDeletion: false }, signal), 'GET net/global/operations/o'],
  ]
  test.each(cases)('%s', async (_, call, expected) => {
    const { api, asked } = google({ body: operation() })
    await call(api)
    expect(asked.map(({ method, url }) => `${method} ${pathOf(url)}`)).toEqual([expected])
  })

  it('on what no call is for is a fault of ours', () => {
    expect(() => google().api.remove('projects/shop/global/networks/default', signal)).toThrow('is not the id of an object that is called')
  })
})

describe('a write', () => {
  it('goes on as an operation, and the name is the one of the id', async () => {
    const { api, asked } = google({ body: operation() })
    expect(await api.insert(RULE, { IPProtocol: 'TCP', ports: ['80'] }, signal)).toEqual({ operation: { id: OPERATION, isDeletion: false } })
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ name: 'web', IPProtocol: 'TCP', ports: ['80'] })
  })

  it('is finished where the first answer says so', async () => {
    expect(await google({ body: operation({ status: 'DONE' }) }).api.patch(RULE, { allowGlobalAccess: true }, signal)).toEqual({})
  })

  it('whose failure is in an answer of 200 is refused, and may have had an effect', async () => {
    const { api } = google(failed('QUOTA_EXCEEDED', 403))
    await expect(api.insert(RULE, {}, signal)).rejects.toMatchObject({ consequence: 'refused', reason: 'LimitReached', mayHaveEffect: true })
  })

  it('of nothing is finished', async () => {
    expect(await google(refusal(404, 'notFound')).api.remove(RULE, signal)).toEqual({})
  })

  it('empties a list and resets what is null', async () => {
    const { api, asked } = google({ body: operation() })
    await api.patch(FIREWALL, { sourceRanges: [], priority: null }, signal)
    expect(asked[0]?.body).toBe('{"sourceRanges":[],"priority":null}')
  })

  it('that names no operation is unclear', async () => {
    await expect(google({ body: {} }).api.insert(RULE, {}, signal)).rejects.toMatchObject({ consequence: 'unclear' })
  })
})

describe('a request id', () => {
  const idsOf = (asked: readonly { readonly url: string }[]) => asked.map(({ url }) => new URL(url).searchParams.get('requestId'))
  const LOST = new Error('ECONNRESET')

  it('is a UUID', async () => {
    const { api, asked } = google({ body: operation() })
    await api.remove(RULE, signal)
    expect(idsOf(asked)[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('is the same where the answer was lost, so that nothing happens twice', async () => {
    const { api, asked } = google(LOST, { body: operation() }, { body: operation() })
    await expect(api.insert(RULE, { ports: ['80'] }, signal)).rejects.toMatchObject({ consequence: 'unclear' })
    await api.insert(RULE, { ports: ['80'] }, signal)
    await api.insert(RULE, { ports: ['80'] }, signal)
    const [first, second, third] = idsOf(asked)
    expect(second).toBe(first)
    expect(third, 'the outcome of the second is known').not.toBe(first)
  })

  it('is another one for another write, and after a refusal', async () => {
    const { api, asked } = google(LOST, LOST, refusal(400, 'invalid'), { body: operation() })
    await expect(api.insert(RULE, { ports: ['80'] }, signal)).rejects.toBeInstanceOf(CloudError)
    await expect(api.insert(RULE, { ports: ['81'] }, signal)).rejects.toBeInstanceOf(CloudError)
    await expect(api.insert(RULE, { ports: ['82'] }, signal)).rejects.toBeInstanceOf(CloudError)
    await api.insert(RULE, { ports: ['82'] }, signal)
    expect(new Set(idsOf(asked)).size).toBe(4)
  })

  it('is forgotten before Google forgets it', async () => {
    const { api, asked, clock } = google(LOST, { body: operation() })
    await expect(api.remove(RULE, signal)).rejects.toBeInstanceOf(CloudError)
    await clock.advance(21 * 60_000)
    await api.remove(RULE, signal)
    expect(new Set(idsOf(asked)).size).toBe(2)
  })
})

describe('a read', () => {
  it('has members that no type names', async () => {
    expect(await google({ body: { name: 'web', somethingNew: { a: 1 } } }).api.get(RULE, signal)).toEqual({ name: 'web', somethingNew: { a: 1 } })
  })

  it('of what does not exist is undefined, and is not repeated', async () => {
    const { api, asked } = google(refusal(404, 'notFound'))
    expect(await api.get(RULE, signal)).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('does not take a proxy at its word', async () => {
    const { api, clock } = google(...Array.from({ length: 4 }, () => ({ status: 404, text: '<html>' })))
    const reading = api.get(RULE, signal).catch((error: unknown) => error)
    expect(await passing(clock, reading)).toMatchObject({ consequence: 'unclear' })
  })

  it('of a list goes through its pages', async () => {
    const { api, asked } = google({ body: { items: [{ name: 'a' }], nextPageToken: 't' } }, { body: { items: [{ name: 'b' }] } }, {})
    const listed = { project: 'shop', kind: 'addresses', scope: { region: 'r1' }, filter: 'name eq "x.*"' } as const
    expect((await Array.fromAsync(api.list(listed, signal))).flat()).toEqual([{ name: 'a' }, { name: 'b' }])
    expect((await Array.fromAsync(api.list(listed, signal))).flat(), 'an empty list has no items').toEqual([])
    expect(asked.map(({ url }) => new URL(url).searchParams.get('pageToken'))).toEqual([null, 't', null])
  })

  it('of all zones is one call', async () => {
    const items = { 'zones/z1': { instanceGroups: [{ name: 'a' }] }, 'zones/z2': { warning: { code: 'NO_RESULTS_ON_PAGE' } } }
    const { api, asked } = google({ body: { items } })
    expect((await Array.fromAsync(api.list({ project: 'shop', kind: 'instanceGroups', scope: 'all' }, signal))).flat()).toEqual([{ name: 'a' }])
    expect(asked.map(({ url }) => pathOf(url))).toEqual(['shop/aggregated/instanceGroups'])
  })

  it('of members gives ids', async () => {
    const instance = 'https://www.googleapis.com/compute/v1/projects/shop/zones/z1/instances/n1'
    const { api } = google({ body: { items: [{ instance, status: 'RUNNING' }] } }, { body: { items: [{ networkEndpoint: { instance: 'n1' } }] } })
    expect(await Array.fromAsync(api.instances(GROUP, signal))).toEqual([['projects/shop/zones/z1/instances/n1']])
    expect(await Array.fromAsync(api.endpoints(ENDPOINTS, signal))).toEqual([[{ instance: 'n1' }]])
  })
})

describe('members', () => {
  it('are named by full URLs', async () => {
    const { api, asked } = google({ body: operation() })
    await api.changeInstances(GROUP, 'add', ['projects/shop/zones/z1/instances/n1'], signal)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ instances: [{ instance: 'https://www.googleapis.com/compute/v1/projects/shop/zones/z1/instances/n1' }] })
  })
})

describe('an operation', () => {
  const begun = { id: OPERATION, isDeletion: false }

  it('is polled until it is done', async () => {
    const { api, asked, clock } = google({ body: operation({ status: 'PENDING' }) }, { body: operation() }, { body: operation({ status: 'DONE' }) })
    await passing(clock, finished(api, begun, { clock, signal }))
    expect(asked).toHaveLength(3)
  })

  it('is not waited for any more when the signal is aborted', async () => {
    const stop = new AbortController()
    const { api, clock } = google(...Array.from({ length: 9 }, () => ({ body: operation() })))
    const polled = Promise.withResolvers<void>()
    const watched: Parameters<typeof finished>[0] = {
      async poll(...args) {
        const state = await api.poll(...args)
        polled.resolve()
        return state
      },
    }
    const waiting = finished(watched, begun, { clock, signal: stop.signal })
    await polled.promise
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  it('that Google has forgotten is done', async () => {
    expect(await google(refusal(404, 'notFound')).api.poll(begun, signal)).toEqual({ state: 'done' })
  })

  const cases: readonly (readonly [string, Reply, object, boolean?])[] = [
    ['a deletion of what is in use', failed('RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', 400), { consequence: 'later', reason: 'Waiting' }, true],
    ['a creation with what is in use', failed('RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', 400), { consequence: 'refused', reason: 'Conflict' }],
    ['a fault of Google', failed('INTERNAL_ERROR', 500), { consequence: 'refused', reason: 'CloudUnavailable', mayHaveEffect: true }],
    ['a rate', failed('RATE_LIMIT_EXCEEDED', 403), { consequence: 'stale' }],
    ['an address in use', failed('IP_IN_USE_BY_ANOTHER_RESOURCE', 409), { consequence: 'refused', reason: 'Conflict', field: 'fairlead.dev/addresses' }],
    [
      'an unknown code',
      failed('NEVER_SEEN', 400, 'why'),
      { consequence: 'refused', reason: 'Refused', publicMessage: 'why (NEVER_SEEN)', mayHaveEffect: true },
    ],
  ]
  for (const [of, reply, expected, isDeletion = false] of cases)
    test(`fails: ${of}`, async () => {
      await expect(google(reply).api.poll({ ...begun, isDeletion }, signal)).rejects.toMatchObject(expected)
    })

  it('says which quota is used up', async () => {
    const errors = [
      { code: 'QUOTA_EXCEEDED', message: 'Quota exceeded.', errorDetails: [{ quotaInfo: { metricName: 'compute.googleapis.com/rules', limit: 15 } }] },
    ]
    const { api } = google({ body: operation({ status: 'DONE', httpErrorStatusCode: 403, error: { errors } }) })
    await expect(api.poll(begun, signal)).rejects.toMatchObject({ publicMessage: 'Quota exceeded. (compute.googleapis.com/rules, limit 15)' })
  })
})

describe('an error', () => {
  const named = `The resource 'projects/shop/regions/r1/addresses/shop' was not found`
  const cases: readonly (readonly [string, Reply, object])[] = [
    ['an old fingerprint', refusal(412, 'conditionNotMet', 'Invalid fingerprint.'), { consequence: 'stale' }],
    ['412 without a reason', { status: 412, body: { error: { code: 412, message: 'no' } } }, { consequence: 'stale' }],
    ['a rate, which is 403', refusal(403, 'rateLimitExceeded'), { consequence: 'later', reason: 'Throttled', blames: [] }],
    [
      'a rate with details',
      {
        status: 403,
        body: { error: { code: 403, message: 'Quota', details: [{ '@type': 'x', reason: 'RATE_LIMIT_EXCEEDED' }], errors: [{ reason: 'forbidden' }] } },
      },
      { consequence: 'later', reason: 'Throttled' },
    ],
    ['a rate with a time', { ...refusal(429, 'rateLimitExceeded'), headers: { 'retry-after': '17' } }, { consequence: 'later', afterMs: 17_000 }],
    ['a quota', refusal(403, 'quotaExceeded'), { consequence: 'refused', reason: 'LimitReached' }],
    ['403 of nothing known', refusal(403, 'forbidden', 'no'), { consequence: 'refused', reason: 'Denied', blames: [] }],
    [
      'a missing permission on what is made',
      refusal(403, 'forbidden', "Required 'compute.forwardingRules.create' permission for 'projects/shop/regions/r1/forwardingRules/web'"),
      {
        consequence: 'refused',
        reason: 'Denied',
        blames: [],
        publicMessage: 'the service account of the controller lacks the permission compute.forwardingRules.create on forwardingRules/web in r1',
        remedy: expect.stringContaining('add-iam-policy-binding shop ') as string,
      },
    ],
    [
      'a missing permission on what a Service names',
      refusal(403, 'forbidden', "Required 'compute.subnetworks.use' permission for 'projects/net/regions/r1/subnetworks/a'"),
      { consequence: 'refused', reason: 'Denied', blames: undefined },
    ],
    [
      'an API that is off',
      refusal(403, 'accessNotConfigured'),
      { consequence: 'refused', reason: 'Denied', remedy: expect.stringContaining('gcloud services') as string },
    ],
    ['something is there already', refusal(409, 'alreadyExists'), { consequence: 'stale' }],
    [
      'what it refers to is missing',
      refusal(404, 'notFound', named),
      { consequence: 'refused', reason: 'Invalid', publicMessage: "The resource 'addresses/shop in r1' was not found" },
    ],
    ['an internal address in use', refusal(409, 'conflict', 'IP address is already in use'), { consequence: 'refused', reason: 'Conflict' }],
    [
      'an external address in use',
      refusal(400, 'invalid', 'Specified IP address is in-use and would result in a conflict.'),
      { reason: 'Conflict', field: 'fairlead.dev/addresses' },
    ],
    [
      'an address of another subnet',
      refusal(400, 'invalid', 'Requested internal IP address is outside the network/subnetwork range.'),
      { reason: 'Invalid', field: 'fairlead.dev/addresses' },
    ],
    [
      'another tier',
      refusal(400, 'invalid', 'The network tier of external IP is STANDARD, that of Address must be the same.'),
      { field: 'cloud.google.com/network-tier' },
    ],
    [
      'ports of another rule',
      refusal(400, 'invalid', "Forwarding rule's port range is conflicting with that of web"),
      { reason: 'Conflict', field: 'spec.ports' },
    ],
    ['a policy', refusal(412, 'conditionNotMet', 'Constraint constraints/compute.x violated for projects/shop'), { consequence: 'refused', reason: 'Denied' }],
    ['an object of ours that others use', refusal(400, 'resourceInUseByAnotherResource'), { consequence: 'refused', reason: 'Conflict' }],
    ['another change', refusal(400, 'resourceNotReady'), { consequence: 'later', reason: 'Waiting' }],
    ['a document that is wrong', refusal(400, 'invalid', 'Invalid value'), { consequence: 'refused', reason: 'Invalid', publicMessage: 'Invalid value' }],
    ['a fault of Google', refusal(503, 'backendError'), { consequence: 'unclear', reason: 'CloudUnavailable', blames: [] }],
    ['a proxy', { status: 502, text: '<html>' }, { consequence: 'unclear', reason: 'CloudUnavailable' }],
    ['an unknown refusal', refusal(400, 'neverSeen', 'why'), { consequence: 'refused', reason: 'Refused', publicMessage: 'why (NEVER_SEEN)' }],
  ]
  test.each(cases)('of a creation: %s', async (_, reply, expected) => {
    await expect(google(reply).api.insert(RULE, {}, signal)).rejects.toMatchObject(expected)
  })

  it('of a deletion in use is waited for', async () => {
    await expect(google(refusal(400, 'resourceInUseByAnotherResource')).api.remove(SERVICE, signal)).rejects.toMatchObject({
      consequence: 'later',
      reason: 'Waiting',
    })
  })

  it('of a change of what is gone is stale, and of what it refers to is not', async () => {
    const gone = refusal(404, 'notFound', `The resource '${SERVICE}' was not found`)
    await expect(google(gone).api.update(SERVICE, {}, signal)).rejects.toMatchObject({ consequence: 'stale' })
    await expect(google(refusal(404, 'notFound', named)).api.update(SERVICE, {}, signal)).rejects.toMatchObject({ consequence: 'refused' })
  })
})

describe('ids', () => {
  const spellings = [
    RULE,
    `/${RULE}`,
    `https://www.googleapis.com/compute/v1/${RULE}`,
    `https://compute.googleapis.com/compute/v1/${RULE}`,
    `https://www.googleapis.com/compute/beta/${RULE}`,
    `http://127.0.0.1:18080/compute/v1/${RULE}`,
    `//compute.googleapis.com/${RULE}`,
  ]
  test.each(spellings)('have one key: %s', (text) => {
    expect(keyOfId(text)).toBe(RULE)
    expect(isSameId(text, urlOf(RULE))).toBe(true)
    expect(parseId(text)).toEqual({ project: 'shop', scope: { region: 'r1' }, kind: 'forwardingRules', name: 'web' })
  })

  test.each([RULE.replace('web', 'api'), RULE.replace('r1', 'r2'), RULE.replace('shop', 'other'), RULE.replace('forwardingRules', 'addresses'), '', 'web'])(
    'are distinguished: %s',
    (text) => expect(isSameId(text, RULE)).toBe(false),
  )

  it('may be of a project with a domain', () => {
    expect(parseId('projects/example.com:shop/global/firewalls/a')).toMatchObject({ project: 'example.com:shop', scope: 'global' })
  })

  it('that are absent are the same as each other alone', () => {
    expect([isSameId(undefined, undefined), isSameId(undefined, RULE)]).toEqual([true, false])
  })
})
