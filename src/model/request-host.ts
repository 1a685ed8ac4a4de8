/**
 * Whether a request was meant for a server on this machine. A web page may have its own name resolve to a loopback address and read what answers there (DNS
 * rebinding): its requests carry that name in `Host`. Other pages can send requests without reading the answers: those carry `Origin`.
 */
import { cidrContains, parseAddress } from './address.ts'
import { quoted } from './text.ts'

export interface RequestHeaders {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

/**
 * Why a request has to be refused, as a sentence; undefined: it may be answered. `names` are allowed beside `localhost` and addresses. Every address is allowed in
 * `Host`, since a name is what rebinding takes; in `Origin` only loopback ones are. A client that is not a browser sends no `Origin`, and one of HTTP/1.0 no `Host`.
 */
export function hostRefusal({ host, origin }: RequestHeaders, names: readonly string[]): string | undefined {
  const remedy = 'Use localhost or an IP address, or allow the name with --allowed-hosts.'
  if (host !== undefined && !isServedHost(host, names)) return `The Host header ${quoted(host)} does not name this server. ${remedy}`
  if (origin === undefined || isLocalOrigin(origin, names)) return undefined
  return `Requests of web pages from ${quoted(origin)} are not answered. ${remedy}`
}

function isServedHost(host: string, names: readonly string[]): boolean {
  const name = hostName(host)
  return name !== undefined && (parseAddress(name) !== undefined || isNamed(name, names))
}

function isLocalOrigin(origin: string, names: readonly string[]): boolean {
  const url = URL.parse(origin)
  const name = url === null || !/^https?:$/.test(url.protocol) ? undefined : hostName(url.host)
  if (name === undefined) return false
  const address = parseAddress(name)
  return address === undefined ? isNamed(name, names) : isLoopback(address)
}

/** Whether a canonical address is one of this machine alone. */
export function isLoopback(address: string): boolean {
  return address === '::1' || cidrContains('127.0.0.0/8', address)
}

/** Browsers take `localhost` and all names under it as loopback without asking a resolver (RFC 6761, section 6.3). */
function isNamed(name: string, names: readonly string[]): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || names.some((allowed) => canonical(allowed) === name)
}

/** Without port and brackets, in lower case; undefined where it is malformed. */
function hostName(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s/@]+))(?::\d{0,5})?$/.exec(host.trim()) ?? []
  return bracketed ?? (plain === undefined ? undefined : canonical(plain))
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
