/** A server for one test, and a small HTTP client that shows what goes over the wire. */
import { type IncomingMessage, request } from 'node:http'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../emulators/kubernetes/resources/index.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  // The tests read answers freely.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export interface Ask {
  readonly body?: unknown
  /** The media type of the body; JSON when it is left out. */
  readonly type?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface World extends AsyncDisposable {
  readonly server: ApiServer
  ask(method: string, path: string, ask?: Ask): Promise<Answer>
  /** The status must be 2xx. */
  // oxlint-disable-next-line typescript/no-explicit-any
  must(method: string, path: string, ask?: Ask): Promise<any>
  watch(path: string, accept?: string): Promise<WatchStream>
}

export const SERVICES = '/api/v1/namespaces/default/services'
export const CONFIGMAPS = '/api/v1/namespaces/default/configmaps'

export async function startWorld(options: Partial<ApiServerOptions> = {}): Promise<World> {
  const server = await startApiServer({ resources: RESOURCES, ...options })
  const ask = (method: string, path: string, how: Ask = {}): Promise<Answer> => send(server.url, { method, path, ...how })
  return {
    server,
    ask,
    async must(method, path, how) {
      const answer = await ask(method, path, how)
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    watch: (path, accept) => WatchStream.open(server.url + path, accept),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function send(url: string, { method, path, body, type = 'application/json', accept, headers = {} }: Ask & { method: string; path: string }): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const sent = {
    'user-agent': 'machinery-test/1',
    ...(accept === undefined ? {} : { accept }),
    ...(text === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request(url + path, { method, headers: sent, agent: false }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      const answer = Buffer.concat(chunks).toString()
      const isJson = response.headers['content-type']?.startsWith('application/json') === true
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: isJson ? JSON.parse(answer) : answer })
    })
  })
  asked.on('error', reject)
  asked.end(text)
  return promise
}

// oxlint-disable-next-line typescript/no-explicit-any
type Event = { readonly type: string; readonly object: any }

/** The events of one watch, in order. */
export class WatchStream implements Disposable {
  readonly #response: IncomingMessage
  readonly #events: Event[] = []
  #waiting: (() => void) | undefined
  #ended = false

  private constructor(response: IncomingMessage) {
    this.#response = response
    let rest = ''
    response.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      this.#events.push(...lines.map((line) => JSON.parse(line) as Event))
      this.#waiting?.()
    })
    const end = (): void => {
      this.#ended = true
      this.#waiting?.()
    }
    response.on('end', end)
    response.on('error', end)
  }

  static async open(url: string, accept?: string): Promise<WatchStream> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const asked = request(url, { agent: false, headers: accept === undefined ? {} : { accept } }, resolve)
    asked.on('error', reject)
    asked.end()
    return new WatchStream(await promise)
  }

  get status(): number {
    return this.#response.statusCode ?? 0
  }

  /** The next event; undefined when the stream ended. */
  async next(): Promise<Event | undefined> {
    while (this.#events.length === 0 && !this.#ended) await new Promise<void>((wake) => (this.#waiting = wake))
    return this.#events.shift()
  }

  /** `ADDED a`, ... */
  async take(count: number): Promise<string[]> {
    const seen: string[] = []
    for (let index = 0; index < count; index++) seen.push(summary(await this.next()))
    return seen
  }

  /** How many arrived that nobody took. */
  get pending(): number {
    return this.#events.length
  }

  [Symbol.dispose](): void {
    this.#response.destroy()
  }
}

function summary(event: Event | undefined): string {
  if (event === undefined) return 'end'
  if (event.type === 'ERROR') return `ERROR ${event.object.code}`
  return event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`
}

export const configMap = (name: string, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...rest } })
