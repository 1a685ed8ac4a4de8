/** Takes requests for Google Cloud to an emulated one in the same process, as the SDK writes them. */
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import type { Transport } from '../../../providers/gcp/api/sdk.ts'
import { callInProcess } from '../in-process.ts'

export function inProcess({ handle, url: base }: Pick<GcpEmulator, 'handle' | 'url'>): Transport {
  return async ({ method, url, headers, body = '' }, signal) => {
    const { pathname, search } = new URL(url)
    const answer = await callInProcess(handle, { method, url: `${pathname}${search}`, headers: { ...headers, host: new URL(base).host }, body }, signal)
    const lower = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value])
    return { ...answer, headers: Object.fromEntries(lower) as Readonly<Record<string, string>> }
  }
}
