/**
 * A small API server over real HTTP that keeps objects, a history and a version counter, and does wrong what a test tells it to do wrong. It knows lists in
 * pages, watches and Leases' optimistic lock; it validates nothing.
 */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeObject {
  kind: string
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string; [field: string]: unknown }
  [field: string]: unknown
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers instead of the server; false: the server answers after all. */
export type Fault = (seen: Seen, response: ServerResponse) => boolean | void

interface Watcher {
  readonly path: string
  readonly response: ServerResponse
}

export class FakeCluster {
  readonly requests: Seen[] = []
  readonly #objects = new Map<string, FakeObject>()
  #history: { readonly path: string; readonly type: string; readonly version: number; readonly object: FakeObject }[] = []
  readonly #watchers = new Set<Watcher>()
  readonly #faults: { readonly path: RegExp; readonly fault: Fault }[] = []
  readonly #server: Server
  readonly folder: string
  version = 100
  #expiredBefore = 0

  private constructor(server: Server, folder: string) {
    this.#server = server
    this.folder = folder
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response))
  }

  static async start(): Promise<FakeCluster> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeCluster(server, await mkdtemp(join(tmpdir(), 'fairlead-cluster-')))
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return `http://127.0.0.1:${address.port}`
  }

  async kubeconfig(user: object = {}): Promise<string> {
    const file = join(this.folder, 'kubeconfig')
    const config = {
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: this.url } }],
      users: [{ name: 'me', user }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me', namespace: 'here' } }],
    }
    await writeFile(file, JSON.stringify(config))
    return file
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await once(this.#server.close(), 'close')
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Written as the cluster itself would. */
  put(
    path: string,
    object: { kind: string; metadata: { name: string; namespace?: string; uid?: string; [field: string]: unknown }; [field: string]: unknown },
  ): FakeObject {
    const { namespace = '', name, uid = `uid-${name}` } = object.metadata
    const key = `${path} ${namespace}/${name}`
    const version = ++this.version
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(version) } }
    this.#record(path, this.#objects.has(key) ? 'MODIFIED' : 'ADDED', version, stored)
    this.#objects.set(key, stored)
    return stored
  }

  delete(path: string, namespace: string, name: string): void {
    const key = `${path} ${namespace}/${name}`
    const stored = this.#objects.get(key)
    if (!stored) throw new Error(`there is no ${key}`)
    this.#objects.delete(key)
    const version = ++this.version
    this.#record(path, 'DELETED', version, { ...stored, metadata: { ...stored.metadata, resourceVersion: String(version) } })
  }

  bookmark(): void {
    for (const { response } of this.#watchers) send(response, { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.version) } } })
  }

  /** The next request whose path and query match is answered by `fault`, once. */
  failNext(path: RegExp, fault: Fault): void {
    this.#faults.push({ path, fault })
  }

  get unused(): number {
    return this.#faults.length
  }

  /** What open watches of a resource get besides events. */
  onWatches(path: string, act: (response: ServerResponse) => void): void {
    for (const watcher of this.#watchers) if (watcher.path === path) act(watcher.response)
  }

  watches(path: string): number {
    return [...this.#watchers].filter((watcher) => watcher.path === path).length
  }

  /** History is compacted: a watch from before now is too old. */
  compact(): void {
    this.#history = []
    this.#expiredBefore = this.version
  }

  /** Back to an earlier state: objects and version as they were then. */
  backup(): () => void {
    const [version, objects] = [this.version, new Map(this.#objects)]
    return () => {
      this.version = version
      this.#objects.clear()
      for (const [key, object] of objects) this.#objects.set(key, object)
      this.#history = this.#history.filter((entry) => entry.version <= version)
      this.#server.closeAllConnections()
    }
  }

  #record(path: string, type: string, version: number, object: FakeObject): void {
    this.#history.push({ path, type, version, object })
    for (const watcher of this.#watchers) if (watcher.path === path) send(watcher.response, { type, object })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const seen = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body }
    this.requests.push(seen)
    const at = this.#faults.findIndex(({ path }) => path.test(`${seen.method} ${request.url}`))
    const [fault] = at === -1 ? [] : this.#faults.splice(at, 1)
    if (fault && fault.fault(seen, response) !== false) return
    if (seen.query.get('watch') === 'true') return this.#watch(seen, response)
    if (seen.method === 'GET') return this.#list(seen, response)
    answer(response, 200, seen.body === '' ? {} : JSON.parse(seen.body))
  }

  #list({ path, query }: Seen, response: ServerResponse): void {
    const all = [...this.#objects].filter(([key]) => key.startsWith(`${path} `)).map(([, object]) => object)
    const [at = '0', version = String(this.version)] = (query.get('continue') ?? '').split('@').filter(Boolean)
    const end = Number(at) + Number(query.get('limit') ?? all.length)
    const rest = end < all.length ? { continue: `${end}@${version}` } : {}
    answer(response, 200, { kind: 'List', metadata: { resourceVersion: version, ...rest }, items: all.slice(Number(at), end) })
  }

  #watch({ path, query }: Seen, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion'))
    if (from < this.#expiredBefore) return status(response, 410, 'Expired')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const watcher = { path, response }
    for (const { type, object, version, path: of } of this.#history) if (of === path && version > from) send(response, { type, object })
    // From a version of the future: 200, and silence.
    if (from > this.version) return
    this.#watchers.add(watcher)
    response.once('close', () => this.#watchers.delete(watcher))
  }
}

export function answer(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function status(response: ServerResponse, code: number, reason: string, headers: Record<string, string> = {}): void {
  answer(response, code, { kind: 'Status', code, reason, message: `said ${reason}` }, headers)
}

/** The connection is cut without a word. */
export function reset(_seen: Seen, response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function send(response: ServerResponse, event: object): void {
  response.write(`${JSON.stringify(event)}\n`)
}
