/** An address and port that the proxy of a node answers on, and where what comes there goes. */
import type { Found } from './networks.ts'
import type { Given } from './pickers.ts'

/** The other end of a socket. */
export interface Peer {
  readonly address: string
  readonly port: number
}

export type Route =
  | { readonly kind: 'to'; readonly given: Given; /** Where the endpoint sees the connection come from, an address of this machine. */ readonly source: string }
  /** As a port where nothing listens. */
  | { readonly kind: 'refuse' }
  /** No answer at all. */
  | { readonly kind: 'drop' }

export interface Front {
  /** As errors name it: `node node-1, port 30080/TCP`. */
  readonly what: string
  readonly at: Found
  /** Asked for each new connection; `isRetry`: where the endpoint that was named did not answer. */
  route(client: Peer, isRetry: boolean): Route
  /** Whether a flow of datagrams may go on to its endpoint. */
  holds(client: Peer, given: Given): boolean
  /** How many endpoints are tried where one does not answer. */
  readonly tries: () => number
  readonly foundAt: (ip: string, port: number) => Found
  readonly now: () => number
  readonly onError: (message: string) => void
}

export interface Opened {
  close(): void
}

/** In the family of `like`: an IPv6 socket takes IPv4 addresses that are mapped into IPv6. */
export function inFamilyOf(like: string, address: string): string {
  const plain = address.replace(/^::ffff:/, '')
  return like.includes(':') && !plain.includes(':') ? `::ffff:${plain}` : plain
}

/** What a socket sends from unless it is bound: to bind it would take a port that it keeps for a while. */
export function isUsualSource(address: string): boolean {
  return address.replace(/^::ffff:/, '') === '127.0.0.1'
}
