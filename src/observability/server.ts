/** The controller's own HTTP server: metrics and probes. It answers questions and takes no orders. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HttpServer, respond, serveHttp } from './http.ts'

export interface Probes {
  /** Undefined: well. Otherwise what is wrong. */
  healthy(): string | undefined
  ready(): string | undefined
  /** The text of /metrics, in Prometheus' exposition format. */
  metrics(): Promise<string>
}

/** Listens as `serveHttp` does. Rejects when it cannot. */
export function serveProbes(address: string, probes: Probes, names: readonly string[] = []): Promise<HttpServer> {
  return serveHttp(address, { answer: (request, response) => void answer(request, response, probes), names, usualPort: 9440 })
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
