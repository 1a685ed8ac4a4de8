/** The way to one backend: a socket to an address, or a stream that another part opens. It tries once. */
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Target } from './data-plane.ts'
import { ignore, type Protect } from './guard.ts'

/** The far side of a connection. A socket reads into the gone buffer and hands over what it read; a stream emits it. */
export type Upstream = { readonly kind: 'socket'; readonly stream: Socket } | { readonly kind: 'stream'; readonly stream: Duplex }

export interface DialOptions {
  readonly buffer: Buffer
  /** Ends the connection that the attempt is for, when something throws. */
  readonly protect: Protect
  /** What a socket read; false makes it stop reading until it is resumed. */
  readonly onRead: (bytes: Buffer) => boolean
  readonly connected: (upstream: Upstream) => void
  readonly failed: (error: Error) => void
}

/** Answers how to cancel the attempt: then nothing is called any more. Nothing is called before it returns. */
export function dial(via: Target['via'], options: DialOptions): () => void {
  try {
    return via.kind === 'address' ? dialAddress(via, options) : dialStream(via, options)
  } catch (error) {
    const next = setImmediate(options.protect(() => options.failed(error instanceof Error ? error : new Error(String(error)))))
    return () => clearImmediate(next)
  }
}

function dialAddress({ ip, port }: { readonly ip: string; readonly port: number }, { buffer, protect, onRead, connected, failed }: DialOptions): () => void {
  const read = protect((length: number, bytes: Uint8Array) => onRead(Buffer.from(bytes.buffer, bytes.byteOffset, length)))
  const socket = connect({
    host: ip,
    port,
    allowHalfOpen: true,
    noDelay: true,
    onread: { buffer, callback: (length, bytes) => read(length, bytes) ?? false },
  })
  const onError = protect(failed)
  socket.once(
    'connect',
    protect(() => {
      socket.on('error', ignore)
      socket.off('error', onError)
      connected({ kind: 'socket', stream: socket })
    }),
  )
  socket.on('error', onError)
  return () => {
    socket.removeAllListeners('connect')
    socket.on('error', ignore)
    socket.off('error', onError)
    socket.destroy()
  }
}

function dialStream({ dial: open }: { readonly dial: () => Promise<Duplex> }, options: DialOptions): () => void {
  const attempt = { isGivenUp: false }
  void awaitStream(open, options, attempt)
  return () => {
    attempt.isGivenUp = true
  }
}

async function awaitStream(open: () => Promise<Duplex>, { protect, connected, failed }: DialOptions, attempt: { readonly isGivenUp: boolean }): Promise<void> {
  let stream: Duplex
  try {
    stream = await open()
  } catch (error) {
    if (!attempt.isGivenUp) protect(failed)(error instanceof Error ? error : new Error(String(error)))
    return
  }
  if (!attempt.isGivenUp && !stream.destroyed) return protect(connected)({ kind: 'stream', stream })
  stream.on('error', ignore)
  stream.destroy()
  if (!attempt.isGivenUp) protect(failed)(new Error('the stream was closed before it was used'))
}
