/** What the tests send in process is answered as what the SDK's client sends over HTTPS. */
import { expect, onTestFinished, test } from 'vitest'
import { type AzureEmulator, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import { API_VERSION } from '../../../providers/azure/api/calls.ts'
import { CLOUDS } from '../../../providers/azure/api/clouds.ts'
import { type ArmRequest, openSdk, type Sdk } from '../../../providers/azure/api/sdk.ts'
import { because } from '../../../src/provider/kit/cause.ts'
import { idOf, STANDARD } from './foreign.ts'
import { inProcess } from './transport.ts'

const { signal } = new AbortController()

async function start(): Promise<AzureEmulator> {
  const azure = await startAzure({ virtualTime: true, delays: { ...IMMEDIATE, address: 5_000, deletion: 5_000 } })
  onTestFinished(() => azure.close())
  return azure
}

/** Each kind of request and of answer: a list, an absent object, a new one with its operation, a second version, an old version, a deletion, a refusal. */
async function play(azure: AzureEmulator, sdk: Sdk): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  const send = async (request: ArmRequest): Promise<Awaited<ReturnType<Sdk['send']>>> => {
    const answer = await sdk.send(request, signal)
    const { etag, 'azure-asyncoperation': operation, 'retry-after': retryAfter } = answer.headers
    const pathOf = operation === undefined ? undefined : new URL(operation).pathname
    answers.push([answer.status, { etag, operation: pathOf, retryAfter }, answer.status === 204 || answer.status === 202 ? '' : answer.body])
    return answer
  }
  const id = idOf(azure, 'publicIPAddresses', 'wire')
  const versioned = (text: string): string => `${text}?api-version=${API_VERSION}`
  const body = { ...STANDARD, properties: { publicIPAllocationMethod: 'Static' } }
  await send({ method: 'GET', url: versioned(idOf(azure, 'publicIPAddresses', '').replace(/\/$/, '')) })
  await send({ method: 'GET', url: versioned(id) })
  const made = await send({ method: 'PUT', url: versioned(id), body })
  azure.advance(5_000)
  await send({ method: 'GET', url: made.headers['azure-asyncoperation'] ?? '' })
  await send({ method: 'PUT', url: versioned(id), body: { ...body, tags: { a: 'b' } }, etag: 'W/"00000000-0000-0000-0000-000000000000"' })
  await send({ method: 'PUT', url: versioned(id), body: { ...body, properties: { publicIPAllocationMethod: 'Sometimes' } } })
  await send({ method: 'DELETE', url: versioned(id) })
  azure.advance(5_000)
  await send({ method: 'DELETE', url: versioned(id) })
  return answers
}

/** Over HTTPS, by the SDK's client. */
function overHttps(azure: AzureEmulator): Sdk {
  const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) }
  const common = { cloud: CLOUDS.public, subscription: azure.cloud.subscription, version: 'test', credential }
  return openSdk({ ...common, endpoint: azure.url, ...(azure.authority === undefined ? {} : { authority: azure.authority }) })
}

test('requests in process and over HTTPS', async () => {
  const [near, far] = [await start(), await start()]
  const inside = await play(near, inProcess(near))
  expect(inside.map((one) => (one as readonly unknown[])[0])).toEqual([200, 404, 201, 200, 412, 400, 202, 204])
  expect(await play(far, overHttps(far))).toEqual(inside)
})

test('the journal of an emulated cloud shows what a call is for', async () => {
  const azure = await start()
  const url = `${idOf(azure, 'publicIPAddresses', 'wire')}?api-version=${API_VERSION}`
  await because('read public address wire', () => overHttps(azure).send({ method: 'GET', url }, signal))
  expect(azure.journal.calls.at(-1)).toMatchObject({ action: 'GetPublicIpAddress', cause: 'read public address wire' })
})
