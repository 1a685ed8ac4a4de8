/** The controller's own HTTP server: metrics and probes. It answers questions and takes no orders. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseAddress, parseListen } from '../model/address.ts'
import { hostRefusal, isLoopback } from '../model/request-host.ts'
import { listen, respond } from './http.ts'

export interface Probes {
  /** Undefined: well. Otherwise what is wrong. */
  healthy(): string | undefined
  ready(): string | undefined
  /** The text of /metrics, in Prometheus' exposition format. */
  metrics(): Promise<string>
}

export interface ProbeServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * Listens on `address` (`host:port`, IPv6 in brackets; without a host on every address, of both families; port 0 takes a free one). Rejects when it cannot.
 * On a loopback address, or where there are `names`, it answers no request for another name. Elsewhere it cannot know the names of the Services before it.
 */
export async function serveProbes(address: string, probes: Probes, names: readonly string[] = []): Promise<ProbeServer> {
  const where = parseListen(address)
  if (where === undefined) throw new RangeError(`${JSON.stringify(address)} is nowhere to listen; allowed: ADDRESS:PORT such as 127.0.0.1:9440 or [::1]:9440`)
  const { host, port } = where
  let isChecked = names.length > 0
  const server = createServer((request, response) => {
    const refusal = isChecked ? hostRefusal(request.headers, host === undefined ? names : [...names, host]) : undefined
    if (refusal === undefined) void answer(request, response, probes)
    else respond(response, 421, refusal)
  })
  await listen(server, host, port)
  const bound = server.address() as AddressInfo
  isChecked ||= isLoopback(parseAddress(bound.address) ?? bound.address)
  const name = host ?? bound.address
  return {
    url: `http://${name.includes(':') ? `[${name}]` : name}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer({ method = 'GET', url = '/' }: IncomingMessage, response: ServerResponse, probes: Probes): Promise<void> {
  const path = url.split('?')[0]
  const judge = (wrong: string | undefined): void => (wrong === undefined ? respond(response, 200, 'ok') : respond(response, 503, wrong))
  if (method !== 'GET' && method !== 'HEAD') return respond(response, 405, 'only GET and HEAD')
  if (path === '/healthz' || path === '/livez') return judge(probes.healthy())
  if (path === '/readyz') return judge(probes.ready())
  if (path !== '/metrics') return respond(response, 404, 'not found')
  try {
    const text = await probes.metrics()
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
  } catch {
    respond(response, 500, 'the metrics could not be collected')
  }
  return undefined
}
