/**
 * A gate in front of an API server, for one program under test: every request goes through it and is noted, and each can be held on either side: before the
 * server has seen it, or when it is carried out and nobody has heard. So a test knows the moment at which it kills or stops the program.
 */
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { Agent as PlainAgent, createServer, type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { parse, stringify } from 'yaml'

export interface Held {
  /** Resolves when the first request is held. */
  readonly reached: Promise<void>
  /** Lets it pass, and all that come after it. What is held of a client that is gone is not passed on any more. */
  release(): void
}

export interface Gate {
  readonly url: string
  /** Leads through the gate, without credentials: the gate has them. */
  readonly kubeconfigFile: string
  /** `PATCH /api/v1/...?query {body}` of every request, in the order in which they came. */
  readonly passed: readonly string[]
  /** Of those, what changes something: neither reads nor questions about rights. */
  writes(): readonly string[]
  /** Holds every request whose text, as in `passed`, matches. */
  hold(pattern: RegExp, where: 'before' | 'after'): Held
  close(): Promise<void>
}

interface Hold extends Held {
  readonly pattern: RegExp
  readonly where: 'before' | 'after'
  readonly reach: () => void
  readonly released: Promise<void>
}

interface Upstream {
  readonly url: URL
  readonly send: typeof plainRequest
  readonly agent: PlainAgent
  readonly headers: Readonly<Record<string, string>>
}

/** Opens a gate to the server that a kubeconfig leads to, and leaves its own kubeconfig beside it under `name`. */
export async function openGate(kubeconfigFile: string, name: string): Promise<Gate> {
  const upstream = upstreamOf(await readFile(kubeconfigFile, 'utf8'))
  const passed: string[] = []
  const holds = new Set<Hold>()
  const held = async (text: string, where: Hold['where']): Promise<void> => {
    for (const hold of holds) {
      if (hold.where !== where || !hold.pattern.test(text)) continue
      hold.reach()
      await hold.released
    }
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    pass({ request, response, upstream, held, note: (text) => passed.push(text) }).catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = `${kubeconfigFile}-${name}`
  await writeFile(file, kubeconfigFor(url))
  return {
    url,
    kubeconfigFile: file,
    passed,
    writes: () => passed.filter((text) => !text.startsWith('GET ') && !text.includes('/selfsubjectaccessreviews')),
    hold(pattern, where) {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const hold: Hold = { pattern, where, reached: reached.promise, reach: reached.resolve, released: released.promise, release: () => released.resolve() }
      holds.add(hold)
      void released.promise.then(() => holds.delete(hold))
      return hold
    },
    async close() {
      for (const hold of holds) hold.release()
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
      upstream.agent.destroy()
      await rm(file, { force: true })
    },
  }
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly upstream: Upstream
  readonly held: (text: string, where: Hold['where']) => Promise<void>
  readonly note: (text: string) => void
}

async function pass({ request, response, upstream, held, note }: Visit): Promise<void> {
  const { method = 'GET', url: path = '/' } = request
  const body = await buffer(request)
  const text = `${method} ${path} ${body.toString()}`.trim()
  note(text)
  await held(text, 'before')
  if (response.destroyed) return
  const { host: _, authorization: __, ...headers } = request.headers
  const sent = upstream.send(new URL(path, upstream.url), { method, agent: upstream.agent, headers: { ...headers, ...upstream.headers } })
  response.once('close', () => sent.destroy())
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  sent.end(body)
  const [answer] = await answered
  await held(text, 'after')
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.flushHeaders()
  answer.once('error', () => response.destroy())
  answer.pipe(response)
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string } }]
  readonly users: readonly [{ readonly user: { readonly token?: string } }]
}

function upstreamOf(text: string): Upstream {
  const { clusters, users } = parse(text) as Kubeconfig
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  const { token } = users[0].user
  const url = new URL(server)
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  if (url.protocol === 'http:') return { url, send: plainRequest, agent: new PlainAgent({ keepAlive: true }), headers }
  const agent = new SecureAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca: Buffer.from(ca, 'base64') }) })
  return { url, send: secureRequest, agent, headers }
}

function kubeconfigFor(server: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gate', cluster: { server } }],
    users: [{ name: 'gate', user: {} }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate' } }],
    'current-context': 'gate',
  })
}
