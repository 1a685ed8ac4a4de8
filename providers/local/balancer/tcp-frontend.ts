/** The listening side of TCP: accepts the clients that the source ranges admit. What happens to a connection is in its own file. */
import { Server, type Socket } from 'node:net'
import { isExhaustion } from './admission.ts'
import { ignore } from './guard.ts'
import { bindError, type Closable } from './listening.ts'
import type { Host } from './served-frontend.ts'
import { TcpConnection } from './tcp-connection.ts'

const BACKLOG = 4_096

/** Listens on the host's address and port. Rejects with a BindError. */
export function bindTcp(host: Host): Promise<Closable> {
  return new TcpListener(host).open()
}

/** Its listeners are functions of the module: closures of its own for each socket would cost more than Node's server does. */
class TcpListener extends Server {
  readonly #host: Host
  #opening: PromiseWithResolvers<Closable> | undefined

  constructor(host: Host) {
    super({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true })
    this.#host = host
    this.on('listening', onListening)
    this.on('error', onError)
    this.on('connection', onConnection)
  }

  open(): Promise<Closable> {
    const opening = Promise.withResolvers<Closable>()
    this.#opening = opening
    const { address, port } = this.#host.frontend
    try {
      this.listen({ host: address, port, backlog: BACKLOG, ipv6Only: true, exclusive: true })
    } catch (error) {
      this.failed(error as Error)
    }
    return opening.promise
  }

  opened(): void {
    this.#opening?.resolve(this)
    this.#opening = undefined
  }

  failed(error: Error): void {
    const { shared, frontend } = this.#host
    if (this.#opening === undefined) {
      shared.guard.run('listener', () => onServerError(this.#host, error))
      return
    }
    this.#opening.reject(bindError(error, frontend))
    this.#opening = undefined
  }

  accepted(client: Socket): void {
    this.#host.shared.guard.run(
      'connection',
      () => accept(this.#host, client),
      () => client.destroy(),
    )
  }
}

function onListening(this: TcpListener): void {
  this.opened()
}

function onError(this: TcpListener, error: Error): void {
  this.failed(error)
}

function onConnection(this: TcpListener, client: Socket): void {
  this.accepted(client)
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
