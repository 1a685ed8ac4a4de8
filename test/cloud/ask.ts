/** Requests to an emulated cloud that speaks JSON, as a test writes them. */
import type { Visit } from '../../emulators/cloud/http/serve.ts'
import type { Json, JsonObject } from '../../emulators/cloud/json.ts'
import { callInProcess } from './in-process.ts'

export interface Sent {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** A text is sent as it stands. */
  readonly body?: Json | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

/** Rejects where no answer comes. */
export async function ask(
  { handle, url }: { readonly handle: (visit: Visit) => void; readonly url: string },
  { method, path, body, headers = {} }: Sent,
  signal?: AbortSignal,
): Promise<Got> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const given = { authorization: 'Bearer test', 'content-type': 'application/json', host: new URL(url).host, ...headers }
  const answered = await callInProcess(handle, { method, url: path, headers: given, body: text }, signal)
  return { status: answered.status, headers: answered.headers, body: (answered.body === '' ? {} : JSON.parse(answered.body)) as JsonObject }
}
