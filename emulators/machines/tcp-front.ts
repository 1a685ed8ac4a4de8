/** A front for TCP: it ends each connection, and opens one of its own to the endpoint that the route names. */
import { connect, createServer, type Socket } from 'node:net'
import { type Front, inFamilyOf, isUsualSource, type Opened, type Route } from './front.ts'

/** When a client's system gives up a connection that is not answered: net.ipv4.tcp_syn_retries=6. */
const GIVEN_UP_AFTER_MS = 127_000

export function openTcpFront(front: Front): Opened {
  const clients = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('error', () => client.destroy())
    lead(client, front, { tries: front.tries(), isRetry: false })
  })
  server.on('error', (error) => front.onError(`${front.what}: ${error.message}`))
  server.listen(front.at.port, front.at.ip)
  return {
    close() {
      server.close()
      for (const client of clients) client.destroy()
    },
  }
}

interface Attempt {
  /** This one included. */
  readonly tries: number
  readonly isRetry: boolean
}

function lead(client: Socket, front: Front, { tries, isRetry }: Attempt): void {
  const route = front.route({ address: client.remoteAddress ?? '', port: client.remotePort ?? 0 }, isRetry)
  if (route.kind === 'refuse') client.resetAndDestroy()
  else if (route.kind === 'drop') ignore(client)
  else join(client, { front, route, tries })
}

/** The system has taken the connection already: what is left of a packet that is dropped is silence. */
function ignore(client: Socket): void {
  client.setTimeout(GIVEN_UP_AFTER_MS, () => client.destroy())
}

interface Joining {
  readonly front: Front
  readonly route: Extract<Route, { readonly kind: 'to' }>
  readonly tries: number
}

function join(client: Socket, { front, route, tries }: Joining): void {
  const { endpoint, end } = route.given
  const { ip, port } = front.foundAt(endpoint.ip, endpoint.port)
  const source = isUsualSource(route.source) ? {} : { localAddress: inFamilyOf(ip, route.source) }
  const backend = connect({ host: ip, port, allowHalfOpen: true, ...source })
  client.once('close', () => backend.destroy())
  let isCounted = true
  // IPVS takes a connection for inactive from the first FIN on, from either end.
  const uncount = (): void => {
    if (isCounted) end(front.now(), true)
    isCounted = false
  }
  for (const [socket, event] of [
    [client, 'end'],
    [backend, 'end'],
    [backend, 'close'],
  ] as const)
    socket.once(event, uncount)
  backend.once('error', () => {
    if (tries <= 1 || client.destroyed) client.destroy()
    else lead(client, front, { tries: tries - 1, isRetry: true })
  })
  backend.once('connect', () => {
    backend.removeAllListeners('error').on('error', () => client.destroy())
    client.pipe(backend).pipe(client)
  })
}
