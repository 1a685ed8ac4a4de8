/** Connections to an API server: proven by its certificate, and through a proxy where the kubeconfig names one. */
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { TlsMaterial } from './access.ts'

export interface DispatcherOptions {
  readonly tls: TlsMaterial
  /** `http://`, `https://` or `socks5://`. */
  readonly proxy: string | undefined
  /** A tunnel through the proxy for a server without TLS, too: no proxy passes a change of protocol on. */
  readonly proxyTunnel?: boolean
  readonly connections?: number
  readonly keepAliveTimeout?: number
  readonly headersTimeout?: number
  readonly bodyTimeout?: number
}

const CONNECT_WITHIN_MS = 10_000
/** Load balancers in front of API servers cut what is silent for 60 s. */
const TCP_KEEP_ALIVE_MS = 30_000

/** HTTP/1.1 only: an aborted request then takes its connection along, where an HTTP/2 session that went silent would be used again. */
export function dispatcherFor({ tls, proxy, ...limits }: DispatcherOptions): Dispatcher {
  const connect = { keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS, timeout: CONNECT_WITHIN_MS }
  const options = { ...limits, allowH2: false }
  return proxy === undefined ? new Agent({ ...options, connect: { ...connect, ...tls } }) : new ProxyAgent({ ...options, uri: proxy, connect, requestTls: tls })
}
