/** The SDK as it is contained: what leaves, what comes back, and which of its habits are not met. */
import { createRequire } from 'node:module'
import { describe, expect, it, test } from 'vitest'
import { NoCredentials } from '../../../providers/gcp/api/identity.ts'
import type { Request, Sent } from '../../../providers/gcp/api/sdk.ts'
import { smallerDescription, withSmallerSdk } from '../../../providers/gcp/api/smaller-sdk.ts'
import { NotPermitted, withPermit } from '../../../src/provider/kit/permit.ts'
import { realSdk, replyOf } from './wire.ts'

const sdkOf = realSdk()
const { signal } = new AbortController()
const RULE = { project: 'shop', region: 'r1', forwardingRule: 'web' } as const
const READ: Request = { client: 'forwardingRules', method: 'get', parameters: RULE }

async function sent(request: Request): Promise<Sent | undefined> {
  const asked: Sent[] = []
  await sdkOf(async (each) => {
    asked.push(each)
    return replyOf({})
  }).send(request, signal)
  expect(asked).toHaveLength(1)
  return asked[0]
}

describe('a request', () => {
  it('says who calls, and which version of the API is spoken', async () => {
    const { headers } = (await sent(READ)) ?? {}
    expect(headers).toMatchObject({ 'x-goog-api-client': expect.stringContaining('fairlead/1.2.3') as string, 'x-goog-api-version': '2026-09-01' })
  })

  it('carries the document as it is: with empty lists, with null, and with members that the SDK does not know', async () => {
    const body = { sourceRanges: [], priority: null, newMember: { a: 1 }, allowed: [{ IPProtocol: 'tcp', ports: ['80'] }] }
    const request: Request = { client: 'firewalls', method: 'patch', parameters: { project: 'shop', firewall: 'web' }, document: ['firewallResource', body] }
    expect(JSON.parse((await sent(request))?.body ?? '')).toEqual(body)
  })

  it('takes names and filters apart from the path', async () => {
    const filter = 'name eq "fairlead-.*"'
    const { url = '' } = (await sent({ client: 'addresses', method: 'list', parameters: { project: 'shop', region: 'r1', filter, pageToken: 'a/b' } })) ?? {}
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ filter, pageToken: 'a/b' })
    expect(new URL(url).pathname).toBe('/compute/v1/projects/shop/regions/r1/addresses')
  })
})

describe('an answer', () => {
  test.each([
    [200, { name: 'web', newMember: { a: 1 }, id: '7' }],
    [412, { error: { code: 412, message: 'no', errors: [{ reason: 'conditionNotMet' }] } }],
    [403, { error: { code: 403, details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' }] } }],
  ])('is what Google said, member for member: %i', async (status, body) => {
    const answer = await sdkOf(async () => replyOf({ status, body, headers: { 'retry-after': '3' } })).send(READ, signal)
    expect(answer).toEqual({ status, body, headers: { 'retry-after': '3' } })
  })

  it('of a proxy has no body', async () => {
    expect(await sdkOf(async () => replyOf({ status: 502, text: '<html>' })).send(READ, signal)).toMatchObject({ status: 502, body: undefined })
  })

  it('that does not come leaves the error as it was thrown, and is not asked for again', async () => {
    const lost = new Error('ECONNRESET')
    let count = 0
    const sending = sdkOf(async () => {
      count += 1
      throw lost
    }).send(READ, signal)
    await expect(sending).rejects.toBe(lost)
    expect(count).toBe(1)
  })
})

describe('a call', () => {
  it('can be aborted', async () => {
    const stop = new AbortController()
    const begun = Promise.withResolvers<void>()
    const sending = sdkOf(
      (_, until) =>
        new Promise((__, reject) => {
          until.addEventListener('abort', () => reject(until.reason as Error))
          begun.resolve()
        }),
    ).send(READ, stop.signal)
    await begun.promise
    stop.abort(new Error('stopped'))
    await expect(sending).rejects.toThrow('stopped')
  })

  it('can be aborted while a token is waited for, and does not leave', async () => {
    const stop = new AbortController()
    const begun = Promise.withResolvers<void>()
    const asked: Sent[] = []
    const identity = {
      headers: () => {
        begun.resolve()
        return new Promise<Headers>(() => {})
      },
      refuse() {},
    }
    const sending = sdkOf(async (request) => {
      asked.push(request)
      return replyOf({})
    }, identity).send(READ, stop.signal)
    await begun.promise
    stop.abort(new Error('stopped'))
    await expect(sending).rejects.toThrow('stopped')
    expect(asked).toEqual([])
  })

  it('does not leave where the Lease ran out while a token was waited for', async () => {
    let mayCall = true
    const asked: Sent[] = []
    const identity = {
      headers: async () => {
        mayCall = false
        return new Headers()
      },
      refuse() {},
    }
    const sdk = sdkOf(async (request) => {
      asked.push(request)
      return replyOf({})
    }, identity)
    await expect(
      withPermit(
        () => mayCall,
        () => sdk.send(READ, signal),
      ),
    ).rejects.toBeInstanceOf(NotPermitted)
    expect(asked).toEqual([])
  })

  it('without credentials is an error of its own, and the next one asks for them again', async () => {
    let count = 0
    const identity = {
      headers: async () => {
        count += 1
        throw new NoCredentials('none')
      },
      refuse() {},
    }
    const sdk = sdkOf(async () => replyOf({}), identity)
    await expect(sdk.send(READ, signal)).rejects.toBeInstanceOf(NoCredentials)
    await expect(sdk.send(READ, signal)).rejects.toBeInstanceOf(NoCredentials)
    expect(count).toBe(2)
  })

  it('whose token is not taken any more is made again with another one, once', async () => {
    const [tokens, used] = [['old', 'new'], [] as (string | undefined)[]]
    const identity = { headers: async () => new Headers({ authorization: `Bearer ${tokens[0]}` }), refuse: () => void tokens.shift() }
    const refused = replyOf({ status: 401, body: { error: {} } })
    const sdk = sdkOf(async ({ headers }) => {
      used.push(headers['authorization'])
      return used.length === 1 ? refused : replyOf({ body: { name: 'web' } })
    }, identity)
    expect((await sdk.send(READ, signal)).status).toBe(200)
    expect(used).toEqual(['Bearer old', 'Bearer new'])
    const always = sdkOf(async () => refused, { headers: async () => new Headers(), refuse() {} })
    expect((await always.send(READ, signal)).status).toBe(401)
  })
})

test('an endpoint of another kind is taken apart as the SDK wants it', async () => {
  const { openSdk } = await withSmallerSdk(() => import('../../../providers/gcp/api/sdk.ts'))
  const asked: string[] = []
  const identity = { headers: async () => new Headers(), refuse() {} }
  const transport = async ({ url }: Sent) => {
    asked.push(url)
    return replyOf({})
  }
  const sdk = await openSdk({ version: '0', identity, transport, endpoint: 'http://127.0.0.1:18080' })
  await sdk.send(READ, signal)
  expect(asked).toEqual(['http://127.0.0.1:18080/compute/v1/projects/shop/regions/r1/forwardingRules/web?'])
})

describe('the smaller SDK', () => {
  const text = (types: object) =>
    JSON.stringify({
      nested: { google: { nested: { api: { a: 1 }, protobuf: { b: 1 }, cloud: { nested: { compute: { nested: { v1: { nested: types } } } } } } } },
    })

  it('names a service that the package does not have', () => {
    expect(() => smallerDescription(text({}))).toThrow('the description of Compute Engine has no service Addresses')
  })

  it('has none of what it leaves out: neither the other services nor gRPC are loaded', () => {
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    expect(loaded.some((path) => path.includes('@google-cloud/compute/build/src/v1/addresses_client.js'))).toBe(true)
    expect(
      loaded.filter((path) =>
        /@grpc\/grpc-js|build\/src\/v1\/(?!\w*(address|firewall|forward|operation|group|backend_service|health_check|subnetwork))/.test(path),
      ),
    ).toEqual([])
  })

  it('is of the version that it was made for: its files are not promised to stay where they are', () => {
    expect(createRequire(import.meta.url)('@google-cloud/compute/package.json')).toMatchObject({ version: '7.8.0' })
  })
})
