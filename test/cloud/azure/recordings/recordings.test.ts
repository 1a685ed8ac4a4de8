/** The emulated Azure beside the recorded answers of the real one. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { REALISTIC, startAzure } from '../../../../emulators/azure/index.ts'
import { ask } from '../../ask.ts'
import { testPage, testRecorded } from '../../recordings/expected.ts'
import { KNOWN } from './differences.ts'
import { recordedLines } from './recorded.ts'
import { COMMAND, PAGE, renderPage } from './page.ts'
import { type Attempt, ATTEMPTS } from './refusals.ts'
import { replay } from './replay.ts'

describe('the emulator answers as Azure was recorded to', () => {
  testRecorded({ lines: recordedLines(), replay, known: KNOWN })
})

describe('the emulator refuses as Azure was recorded to', () => {
  test.each(ATTEMPTS)('$when: $status $code', async (attempt) => {
    const { status, code } = await outcome(attempt)
    expect([status, code]).toEqual([attempt.status, attempt.code])
  })
})

/** In a subscription with a machine, and a load balancer on the second reserved address. */
async function outcome({ method, path, body, ifMatch, after = [] }: Attempt): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const azure = await startAzure({ virtualTime: true, tls: false, delays: REALISTIC, seed: { machines: [{ name: 'node-1' }] } })
  onTestFinished(() => azure.close())
  const { cloud } = azure
  const group = `/subscriptions/${cloud.subscription}/resourceGroups/${cloud.ids.resourceGroup}/providers/Microsoft.Network`
  const filled = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('{group}', group).replaceAll('{subscription}', cloud.subscription)) as T
  const put = (at: string, sent: object) => ask(azure, { method: 'PUT', path: `${group}/${at}?api-version=2025-05-01`, body: filled(sent) as never })
  const frontend = { name: 'f', properties: { publicIPAddress: { id: '{group}/publicIPAddresses/reserved-2' } } }
  expect(
    (await put('loadBalancers/other', { location: cloud.location, sku: { name: 'Standard' }, properties: { frontendIPConfigurations: [frontend] } })).status,
  ).toBe(201)
  for (const [at, sent] of after) expect((await put(at, sent)).status).toBe(201)
  const full = filled(path.startsWith('/') ? path : `${group}/${path}`)
  const answer = await ask(azure, {
    method,
    path: `${full}${full.includes('?') ? '&' : '?'}api-version=2025-05-01`,
    body: body === undefined ? undefined : filled(body),
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  })
  const error = answer.body['error'] as { readonly code: string; readonly details?: readonly { readonly code: string }[] } | undefined
  return { status: answer.status, code: error?.details?.[0]?.code ?? error?.code }
}

testPage({ path: PAGE, renderPage, command: COMMAND })
