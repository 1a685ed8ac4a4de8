/** Ways to call Compute Engine from JavaScript, and what a process that tries one of them answers. */
import type { Identity } from '../../../providers/gcp/api/identity.ts'
import type * as sdks from '../../../providers/gcp/api/sdk.ts'

export const WAYS = ['the package as it comes', 'with what is in use alone', 'google-auth-library alone', 'Node alone'] as const
export type Way = (typeof WAYS)[number]

export interface Timed {
  readonly openedMs: number
  readonly calledMs: number
}

export const CALLS = 200
const PROJECT = 'fairlead'
const REGION = 'us-central1'

type Call = () => Promise<number>

const ANYBODY: Identity = { headers: async () => new Headers(), refuse() {} }

async function overSdk({ openSdk }: Pick<typeof sdks, 'openSdk'>, endpoint: string): Promise<Call> {
  const sdk = await openSdk({ version: 'bench', identity: ANYBODY, endpoint })
  const { signal } = new AbortController()
  const request = { client: 'addresses', method: 'get', parameters: { project: PROJECT, region: REGION, address: 'none' } } as const
  return async () => (await sdk.send(request, signal)).status
}

/** Answers a function that makes one call. */
export const OPEN: Readonly<Record<Way, (endpoint: string) => Promise<Call>>> = {
  'the package as it comes': async (endpoint) => overSdk(await import('../../../providers/gcp/api/sdk.ts'), endpoint),
  'with what is in use alone': async (endpoint) => {
    const { withSmallerSdk } = await import('../../../providers/gcp/api/smaller-sdk.ts')
    return overSdk(await withSmallerSdk(() => import('../../../providers/gcp/api/sdk.ts')), endpoint)
  },
  'google-auth-library alone': async (endpoint) => {
    const { PassThroughClient } = await import('google-auth-library')
    const client = new PassThroughClient()
    const url = `${endpoint}/compute/v1/projects/${PROJECT}/regions/${REGION}/addresses/none`
    return async () => (await client.request({ url, validateStatus: () => true })).status
  },
  'Node alone': async () => async () => 404,
}
