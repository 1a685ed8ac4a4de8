/** Takes what the AWS SDK has written to an emulated AWS in the same process. */
import type { AwsEmulator } from '../../../emulators/aws/index.ts'
import type { Transport } from '../../../providers/aws/api/sdk.ts'
import { callInProcess } from '../in-process.ts'

/** The emulated AWS asks that there is a signature, and does not look at it. */
const AUTHORIZATION = 'in process'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function inProcess({ handle }: Pick<AwsEmulator, 'handle'>): Transport {
  return async ({ method, path, headers, body }, signal) => {
    const asked = { method, url: path, headers: { ...headers, authorization: AUTHORIZATION }, body: typeof body === 'string' ? body : decoder.decode(body) }
    const answer = await callInProcess(handle, asked, signal)
    return { statusCode: answer.status, headers: answer.headers, body: encoder.encode(answer.body) }
  }
}
