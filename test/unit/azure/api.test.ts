/** Calls to Azure: what is sent, what an answer means, and what each error becomes. Bodies are as the real Azure answered them. */
import { describe, expect, it, test } from 'vitest'
import { LIMITS } from '../../../providers/azure/api/calls.ts'
import { azureClient } from '../../../providers/azure/api/client.ts'
import { idsIn, isSameId, parentOf, parseId } from '../../../providers/azure/api/ids.ts'
import type { ArmAnswer, ArmRequest } from '../../../providers/azure/api/sdk.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { createBudget } from '../../../src/provider/kit/budget.ts'
import { ManualClock } from '../../clock.ts'

const { signal } = new AbortController()
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000'
const LB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/cluster/providers/Microsoft.Network/loadBalancers/kubernetes`
const OPERATION = `https://management.azure.com/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westus/operations/11111111?api-version=2026-01-01&t=0&c=0&s=0&h=0`

/** An Azure that answers in turn, and remembers what was asked. */
function azure(...answers: readonly Partial<ArmAnswer>[]) {
  const [asked, left] = [[] as ArmRequest[], [...answers]]
  const clock = new ManualClock()
  const send = async (request: ArmRequest): Promise<ArmAnswer> => {
    asked.push(request)
    const { status = 200, headers = {}, body } = left.shift() ?? { status: 500 }
    return { status, headers, body }
  }
  return { asked, clock, api: azureClient({ sdk: { send }, subscription: SUBSCRIPTION, budget: createBudget(LIMITS, clock), clock }) }
}

const error = (code: string, message = 'said', details: readonly object[] = []): object => ({ error: { code, message, details } })

describe('a PUT', () => {
  it('that answers Succeeded is finished, though an operation is named', async () => {
    const body = { id: LB, etag: 'W/"2"', properties: { provisioningState: 'Succeeded' } }
    const { api, asked } = azure({ body, headers: { 'azure-asyncoperation': OPERATION } })
    expect(await api.put(LB, { location: 'westus' }, 'W/"1"', signal)).toEqual({ document: body })
    expect(asked).toEqual([{ method: 'PUT', url: `${LB}?api-version=2026-01-01`, body: { location: 'westus' }, etag: 'W/"1"' }])
  })

  it('that answers Updating goes on as an operation, whose URL stays as Azure wrote it', async () => {
    const body = { id: LB, properties: { provisioningState: 'Updating' } }
    const { api } = azure({ status: 201, body, headers: { 'azure-asyncoperation': OPERATION, 'retry-after': '3' } })
    expect(await api.put(LB, {}, undefined, signal)).toEqual({ document: body, operation: { url: OPERATION, afterMs: 3_000 } })
  })

  it('keeps members that no type names', async () => {
    const body = { properties: { provisioningState: 'Succeeded' as const, somethingNew: { a: 1 } } }
    const { api, asked } = azure({ body })
    const { document } = await api.put(LB, body, undefined, signal)
    expect(asked[0]?.body).toEqual(body)
    expect(document).toEqual(body)
  })
})

describe('a deletion', () => {
  it('goes on as an operation', async () => {
    const { api } = azure({ status: 202, headers: { 'azure-asyncoperation': OPERATION, location: 'https://other', 'retry-after': '10' } })
    expect(await api.remove(LB, undefined, signal)).toEqual({ document: undefined, operation: { url: OPERATION, afterMs: 10_000 } })
  })

  test.each(['ResourceNotFound', 'ResourceGroupNotFound', 'NotFound'])('of what does not exist is finished: %s', async (code) => {
    const { api } = azure({ status: 404, body: error(code) })
    expect(await api.remove(LB, undefined, signal)).toEqual({ document: undefined })
  })
})

describe('a read', () => {
  it('of what does not exist has no document, and is not repeated', async () => {
    const { api, asked } = azure({ status: 404, body: error('ResourceNotFound') })
    expect(await api.get(LB, signal)).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('of a list goes through its pages by the links that Azure gives', async () => {
    const { api, asked } = azure({ body: { value: [{ id: '1' }], nextLink: 'https://management.azure.com/next?x=1' } }, { body: { value: [{ id: '2' }] } })
    const found = []
    for await (const page of api.list('cluster', 'loadBalancers', signal)) found.push(...page)
    expect(found).toEqual([{ id: '1' }, { id: '2' }])
    expect(asked.map(({ url }) => url)).toEqual([
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/cluster/providers/Microsoft.Network/loadBalancers?api-version=2026-01-01`,
      'https://management.azure.com/next?x=1',
    ])
  })
})

describe('a poll', () => {
  it('of a running operation says when to poll again', async () => {
    const { api } = azure({ body: { status: 'InProgress' }, headers: { 'retry-after': '10' } }, { body: { status: 'InProgress' } })
    expect(await api.poll(OPERATION, signal)).toEqual({ state: 'running', afterMs: 10_000 })
    expect(await api.poll(OPERATION, signal), 'without a time').toEqual({ state: 'running', afterMs: 10_000 })
  })

  test.each([
    ['the status says so', { body: { status: 'Succeeded' } }],
    ['a finished result has no body', { status: 204 }],
    ['the operation is forgotten', { status: 404, body: error('NotFound') }],
  ])('is done: %s', async (_, answer) => {
    expect(await azure(answer).api.poll(OPERATION, signal)).toEqual({ state: 'done' })
  })

  it('of a failed operation is a refusal that may have had an effect', async () => {
    const { api } = azure({ body: { status: 'Failed', ...error('SubnetIsFull', 'no room') } })
    await expect(api.poll(OPERATION, signal)).rejects.toMatchObject({ consequence: 'refused', reason: 'LimitReached', mayHaveEffect: true })
  })

  it('of one that Azure failed at is a refusal too: how it ended is not unclear', async () => {
    const { api } = azure({ body: { status: 'Failed', ...error('InternalServerError', 'An error occurred.') } })
    await expect(api.poll(OPERATION, signal)).rejects.toMatchObject({ consequence: 'refused', reason: 'CloudUnavailable', mayHaveEffect: true })
  })

  it('of one that was in the way of another is stale: what it left has to be seen', async () => {
    const { api } = azure({ body: { status: 'Failed', ...error('OperationPreempted', 'preempted') } })
    await expect(api.poll(OPERATION, signal)).rejects.toMatchObject({ consequence: 'stale' })
  })

  it('of a superseded operation is stale', async () => {
    const details = [{ code: 'CanceledAndSupersededDueToAnotherOperation', message: 'Operation PutLoadBalancerOperation (id) was canceled and superseded' }]
    const { api } = azure({ body: { status: 'Canceled', ...error('Canceled', 'Operation was canceled.', details) } })
    await expect(api.poll(OPERATION, signal)).rejects.toMatchObject({ consequence: 'stale' })
  })
})

describe('an error', () => {
  const cases: readonly [string, Partial<ArmAnswer>, object][] = [
    [
      'an old etag',
      { status: 412, body: error('PreconditionFailed', 'Precondition failed.', [{ code: 'PreconditionFailedEtagMismatch', message: 'Etag' }]) },
      { consequence: 'stale' },
    ],
    [
      '429 because a referenced address is not ready, which is no throttling',
      {
        status: 429,
        body: error('RetryableError', 'A retryable error occurred.', [{ code: 'ReferencedResourceNotProvisioned', message: 'not in Succeeded state' }]),
      },
      { consequence: 'later', reason: 'Waiting', publicMessage: 'Azure is still at another change: not in Succeeded state' },
    ],
    [
      '429 with a time',
      { status: 429, headers: { 'retry-after': '17' }, body: error('SubscriptionRequestsThrottled') },
      { consequence: 'later', reason: 'Throttled', afterMs: 17_000, blames: [] },
    ],
    ['a missing right', { status: 403, body: error('AuthorizationFailed', 'The client lacks it') }, { consequence: 'refused', reason: 'Denied', blames: [] }],
    ['a lock', { status: 409, body: error('ScopeLocked') }, { consequence: 'refused', reason: 'Denied', blames: [] }],
    [
      'a missing right on what a Service names',
      { status: 403, body: error('LinkedAuthorizationFailed') },
      { consequence: 'refused', reason: 'Denied', blames: undefined },
    ],
    ['something a document refers to is not there', { status: 404, body: error('NotFound') }, { consequence: 'refused', reason: 'Invalid' }],
    ['a quota', { status: 400, body: error('PublicIPCountLimitReached') }, { consequence: 'refused', reason: 'LimitReached' }],
    ['an unknown refusal', { status: 400, body: error('NeverSeen', 'why') }, { consequence: 'refused', reason: 'Refused', publicMessage: 'why (NeverSeen)' }],
    ['a code with a blank before it', { status: 500, body: error(' InternalError') }, { consequence: 'unclear', reason: 'CloudUnavailable', blames: [] }],
  ]
  test.each(cases)('%s', async (_, answer, expected) => {
    const { api } = azure(answer)
    await expect(api.put(LB, {}, undefined, signal)).rejects.toMatchObject(expected)
  })

  it('names objects instead of ids, and no request', async () => {
    const message = `Resource ${LB}/frontendIPConfigurations/web referenced by resource x was not found. Tracking Id: '11111111-2222-3333-4444-555555555555'`
    const { api } = azure({ status: 400, body: error('InvalidResourceReference', message) })
    const found = await api.put(LB, {}, undefined, signal).catch((thrown: unknown) => thrown)
    expect(found).toBeInstanceOf(CloudError)
    expect((found as CloudError).publicMessage).toBe('Resource web in the resource group cluster referenced by resource x was not found.')
  })
})

describe('ids', () => {
  it('are read whole', () => {
    expect(parseId(LB)).toEqual({ subscription: SUBSCRIPTION, group: 'cluster', type: 'loadBalancers', name: 'kubernetes' })
    expect(parseId(`${LB}/probes/p`)).toMatchObject({ type: 'loadBalancers/probes', name: 'p' })
    expect(parseId('/subscriptions/x')).toBeUndefined()
  })

  it('are compared without case', () => {
    expect(isSameId(LB, LB.toUpperCase())).toBe(true)
    expect(isSameId(LB, undefined)).toBe(false)
  })

  it('of children lead to their parent', () => {
    expect(parentOf(`${LB}/probes/p`)).toBe(LB)
    expect(parentOf(LB)).toBe(LB)
  })

  it('are found in a text', () => {
    expect(idsIn(`The address ${LB}/probes/p. And ${LB}, too`)).toEqual([`${LB}/probes/p`, LB])
  })
})
