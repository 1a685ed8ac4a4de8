/** The listening side of TCP: lets in whom the source ranges admit. What happens to a connection is in its own file. */
import { createServer, type Socket } from 'node:net'
import { bindError, type Closable } from './listening.ts'
import type { Host } from './served-frontend.ts'
import { isExhaustion } from './shared.ts'
import { TcpConnection } from './tcp-connection.ts'

const BACKLOG = 4_096

/** Listens on the host's address and port. Rejects with a BindError. */
export function bindTcp(host: Host): Promise<Closable> {
  const { address, port } = host.frontend
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => accept(host, client))
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(bindError(error, host.frontend)))
    server.listen({ host: address, port, backlog: BACKLOG, ipv6Only: true, exclusive: true }, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => onServerError(host, error))
      resolve({ close: () => void server.close() })
    })
  })
}

/** Node goes on accepting after a failed accept; only a lack of file descriptors calls for something. */
function onServerError({ shared, frontend }: Host, error: Error): void {
  if (isExhaustion(error)) shared.admission.exhausted(shared.clock.now())
  else shared.log.warn('a connection could not be accepted', { frontend: frontend.key, error: error.message })
}

/** What is not admitted is reset before a byte of it is read. A client that is gone already has no address. */
function accept(host: Host, client: Socket): void {
  const { selection, shared, sessions } = host
  const source = selection.needsSource ? client.remoteAddress : ''
  if (source === undefined || (source !== '' && !selection.admits(source))) {
    client.on('error', () => undefined)
    client.resetAndDestroy()
    return
  }
  shared.admission.take()
  sessions.add(new TcpConnection(host, client, source))
}
