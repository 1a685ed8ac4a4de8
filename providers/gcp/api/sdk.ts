/**
 * The SDK's clients as far as we use them: paths, verbs, queries, versions. Documents go past its types as they are, both ways: they drop every member that they
 * do not name, every empty list and every `null`, and answer members that were not there. So do errors, of which they would lose the reason, and which cost half a
 * second of this process where they have details.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { presentCause } from '../../../src/provider/kit/cause.ts'
import { requirePermit } from '../../../src/provider/kit/permit.ts'
import * as clients from './clients.js'
import type { Identity } from './identity.ts'

/** A request as it leaves, or would. */
export interface Sent {
  readonly method: string
  readonly url: string
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Received {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Instead of the network: for a cloud emulated in the same process. */
export type Transport = (request: Sent, signal: AbortSignal) => Promise<Received>

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** What JSON says; undefined where there is none, as in the answer of a proxy. */
  readonly body: unknown
}

export interface Request {
  readonly client: ClientName
  readonly method: string
  /** Without the document. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** What the SDK calls the document, and the document as it is sent. */
  readonly document?: readonly [name: string, body: object]
}

export interface Sdk {
  /** One attempt. Resolves with whatever is answered, errors too; throws where there is no answer. */
  send(request: Request, signal: AbortSignal): Promise<Answer>
}

export interface SdkOptions {
  /** Of this program: Google's logs show who called. */
  readonly version: string
  readonly identity: Identity
  /** Instead of Google's own. */
  readonly endpoint?: string
  readonly transport?: Transport
}

/** A call that takes longer is cancelled, and its outcome is unclear. */
const TIMEOUT_MS = 60_000

const CLASSES = {
  addresses: clients.AddressesClient,
  firewalls: clients.FirewallsClient,
  forwardingRules: clients.ForwardingRulesClient,
  globalOperations: clients.GlobalOperationsClient,
  instanceGroups: clients.InstanceGroupsClient,
  networkEndpointGroups: clients.NetworkEndpointGroupsClient,
  backendServices: clients.RegionBackendServicesClient,
  healthChecks: clients.RegionHealthChecksClient,
  regionOperations: clients.RegionOperationsClient,
  subnetworks: clients.SubnetworksClient,
  zoneOperations: clients.ZoneOperationsClient,
} as const

export type ClientName = keyof typeof CLASSES

/** One call on its way through the SDK. */
interface Exchange {
  readonly signal: AbortSignal
  readonly body: object | undefined
  answer?: Answer
  /** Why there is none: the SDK would wrap it. */
  failure?: unknown
}

/** Of the SDK's own request, what counts. */
interface Drafted {
  readonly method: string
  readonly headers: Headers
  readonly body?: string
  readonly signal: AbortSignal
}

/** Makes no call yet. */
export async function openSdk({ version, identity, endpoint, transport = overNetwork }: SdkOptions): Promise<Sdk> {
  const exchanges = new AsyncLocalStorage<Exchange>()
  const isGoogle = endpoint === undefined && transport === overNetwork
  const gate = {
    // Never rejects: where it did, the SDK would end the process by a rejection that is handled nowhere.
    getClient: async () => ({}),
    async fetch(url: string, drafted: Drafted): Promise<Response> {
      const exchange = exchanges.getStore()
      if (exchange === undefined) throw new Error('the SDK made a request that was not asked for')
      try {
        exchange.answer = await ask(url, drafted, exchange, {
          identity,
          transport,
          headers: { 'user-agent': `fairlead/${version}`, ...(isGoogle ? {} : causeHeader()) },
        })
      } catch (error) {
        exchange.failure = error
        throw error
      }
      return new Response('{}')
    },
  }
  const options = { auth: gate, libName: 'fairlead', libVersion: version, ...placeOf(endpoint) }
  const opened = Object.fromEntries(Object.entries(CLASSES).map(([name, Client]) => [name, new Client(options)])) as Record<ClientName, clients.Client>
  for (const client of Object.values(opened)) await client.initialize()
  return {
    async send({ client, method, parameters, document }, signal) {
      const exchange: Exchange = { signal, body: document?.[1] }
      const request = { ...parameters, ...(document === undefined ? {} : { [document[0]]: document[1] }) }
      await exchanges
        .run(exchange, () => callOf(opened[client], method, request))
        .catch((error: unknown) => {
          if (exchange.answer === undefined) throw exchange.failure ?? error
        })
      if (exchange.answer === undefined) throw new Error(`the SDK made no request for ${client}.${method}`)
      return exchange.answer
    },
  }
}

const CALL_OPTIONS: clients.CallOptions = { timeout: TIMEOUT_MS, retry: null, autoPaginate: false }

/** The list of all zones has no other form than a sequence; it has one page, as the SDK sees no answer with another. */
async function callOf(client: clients.Client, method: string, request: object): Promise<void> {
  const methods = client as unknown as Readonly<Record<string, (request: object, options: clients.CallOptions) => unknown>>
  const called = methods[method]?.call(client, request, CALL_OPTIONS)
  if (typeof called === 'object' && called !== null && Symbol.asyncIterator in called) await (called as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()
  else await (called as Promise<unknown>)
}

interface Means {
  readonly identity: Identity
  readonly transport: Transport
  /** Beside those that the SDK and the identity have. */
  readonly headers: Readonly<Record<string, string>>
}

/** An emulated cloud writes it into its journal. Google itself has no use for it. */
function causeHeader(): Readonly<Record<string, string>> {
  const cause = presentCause()
  return cause === undefined ? {} : { 'x-fairlead-cause': cause }
}

/** Of a token that Google does not take any more, another one is asked for, once. */
async function ask(url: string, drafted: Drafted, exchange: Exchange, means: Means, isSecond = false): Promise<Answer> {
  const { identity, transport } = means
  const signal = AbortSignal.any([exchange.signal, drafted.signal])
  const token = await unlessAborted(identity.headers(url), signal)
  const headers = { ...Object.fromEntries([...drafted.headers, ...token]), ...means.headers }
  // The token may have taken long to come: the last moment before a request leaves is after it is there.
  requirePermit()
  const body = exchange.body === undefined ? drafted.body : JSON.stringify(exchange.body)
  const answer = await transport({ method: drafted.method, url, headers, body }, signal)
  if (answer.status === 401) {
    identity.refuse()
    if (!isSecond) return ask(url, drafted, exchange, means, true)
  }
  return { status: answer.status, headers: answer.headers, body: jsonIn(answer.body) }
}

/** Google's library takes no signal. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function overNetwork({ method, url, headers, body }: Sent, signal: AbortSignal): Promise<Received> {
  // A redirection would carry the token elsewhere.
  const response = await fetch(url, { method, headers, signal, redirect: 'error', ...(body === undefined ? {} : { body }) })
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

/** The SDK takes the parts of a URL one by one. */
function placeOf(endpoint: string | undefined): Pick<clients.ClientOptions, 'apiEndpoint' | 'port' | 'protocol'> {
  if (endpoint === undefined) return {}
  const { hostname, port, protocol } = new URL(endpoint)
  return { apiEndpoint: hostname, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port), protocol: protocol.slice(0, -1) }
}
