/** The listening side of TCP: accepts the clients that the source ranges admit. What happens to a connection is in its own file. */
import { createServer, type Socket } from 'node:net'
import { isExhaustion } from './admission.ts'
import { ignore } from './guard.ts'
import { bindError, type Closable } from './listening.ts'
import type { Host } from './served-frontend.ts'
import { TcpConnection } from './tcp-connection.ts'

const BACKLOG = 4_096

/** Listens on the host's address and port. Rejects with a BindError. */
export function bindTcp(host: Host): Promise<Closable> {
  const { address, port } = host.frontend
  const { guard } = host.shared
  const protect = guard.protect('listener')
  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    protect((client: Socket) =>
      guard.run(
        'connection',
        () => accept(host, client),
        () => client.destroy(),
      ),
    ),
  )
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => reject(bindError(error, host.frontend))
    server.once('error', refused)
    try {
      server.listen({ host: address, port, backlog: BACKLOG, ipv6Only: true, exclusive: true }, () => {
        server.on(
          'error',
          protect((error: Error) => onServerError(host, error)),
        )
        server.off('error', refused)
        resolve({ close: () => void server.close() })
      })
    } catch (error) {
      refused(error as Error)
    }
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
  if (source === undefined || (source !== '' && !selection.admits(source)) || !shared.admission.hasRoom()) {
    client.on('error', ignore)
    client.resetAndDestroy()
    return
  }
  shared.admission.take(host.owner)
  sessions.add(new TcpConnection(host, client, source))
}
