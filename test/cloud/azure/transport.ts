/** Takes requests for Azure to an emulated Azure in the same process. */
import type { AzureEmulator, Json } from '../../../emulators/azure/index.ts'
import type { Sdk } from '../../../providers/azure/api/sdk.ts'
import { requirePermit } from '../../../src/provider/kit/permit.ts'
import { ask } from '../ask.ts'

export function inProcess(azure: Pick<AzureEmulator, 'handle' | 'url'>): Sdk {
  return {
    async send({ method, url, body, etag }, signal) {
      requirePermit()
      const { pathname, search } = new URL(url, azure.url)
      const headers = { accept: 'application/json', ...(etag === undefined ? {} : { 'if-match': etag }) }
      const answer = await ask(azure, { method, path: `${pathname}${search}`, body: body as Json | undefined, headers }, signal)
      const lower = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value])
      return { status: answer.status, headers: Object.fromEntries(lower) as Readonly<Record<string, string>>, body: answer.body }
    },
  }
}
