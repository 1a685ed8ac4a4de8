/**
 * The SDK's client as far as we use it: addresses, credentials, connections, TLS. Documents go through it as they are: its typed operations drop every member
 * that they do not name, on the way in and on the way out.
 */
import type { TokenCredential } from '@azure/identity'
import { createNetworkManagement } from '@azure/arm-network/api'
import { presentCause } from '../../../src/provider/kit/cause.ts'
import { requirePermit } from '../../../src/provider/kit/permit.ts'
import type { AzureCloud } from './clouds.ts'

export interface ArmRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** A path with its query, or a URL that Azure gave. */
  readonly url: string
  readonly body?: object
  /** Sent as `If-Match`. */
  readonly etag?: string
}

export interface ArmAnswer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** What JSON says; undefined where there is no body. */
  readonly body: unknown
}

/** Where requests go: over the network by `openSdk`, or to a cloud emulated in the same process. */
export interface Sdk {
  /** One attempt. Resolves with whatever is answered, errors too; throws what the SDK throws where there is no answer. */
  send(request: ArmRequest, signal: AbortSignal): Promise<ArmAnswer>
}

export interface SdkOptions {
  readonly cloud: AzureCloud
  readonly subscription: string
  /** Of this program: Azure's logs show who called. */
  readonly version: string
  readonly credential: TokenCredential
  /** Instead of the cloud's own. */
  readonly endpoint?: string
  /** PEM of the authority that signed the endpoint's certificate, where the system does not know it: of an emulated cloud. */
  readonly authority?: string
}

/** A call that takes longer is cancelled, and its outcome is unclear. */
const TIMEOUT_MS = 60_000

export function openSdk({ cloud, subscription, version, credential, endpoint = cloud.endpoint, authority }: SdkOptions): Sdk {
  const client = createNetworkManagement(credential, subscription, {
    endpoint,
    credentials: { scopes: [cloud.scope] },
    // Repetition is ours: it has to know the budget, the Lease and what Azure means by 429.
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: `fairlead/${version}` },
    ...(authority === undefined ? {} : { tlsOptions: { ca: authority } }),
  })
  // The token may have taken long to come: the last moment before a request leaves is after it is there.
  client.pipeline.addPolicy(
    {
      name: 'fairleadPermit',
      sendRequest(request, next) {
        requirePermit()
        return next(request)
      },
    },
    { afterPhase: 'Sign' },
  )
  const { host } = new URL(endpoint)
  return {
    async send({ method, url, body, etag }, signal) {
      refuseStranger(url, host)
      const options = {
        abortSignal: signal,
        timeout: TIMEOUT_MS,
        headers: { accept: 'application/json', ...(etag === undefined ? {} : { 'if-match': etag }), ...causeFor(host, cloud) },
        ...(body === undefined ? {} : { body, contentType: 'application/json' }),
      }
      const path = client.pathUnchecked(url)
      const answer = await (method === 'GET' ? path.get(options) : method === 'PUT' ? path.put(options) : path.delete(options))
      return { status: Number(answer.status), headers: answer.headers, body: answer.body === '' ? undefined : (answer.body as unknown) }
    },
  }
}

/** What the call is for: for the journal of an emulated cloud alone. */
function causeFor(host: string, { endpoint }: AzureCloud): Readonly<Record<string, string>> {
  const cause = host === new URL(endpoint).host ? undefined : presentCause()
  return cause === undefined ? {} : { 'x-fairlead-cause': cause }
}

/** A URL in an answer leads to the cloud itself, or the token would go elsewhere. */
function refuseStranger(url: string, host: string): void {
  if (URL.canParse(url) && new URL(url).host !== host) throw new Error(`Azure's answer leads to ${new URL(url).host}; only ${host} is called`)
}
