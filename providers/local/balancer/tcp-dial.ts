/** The way to one backend: a socket to an address, or a stream that somebody else opens. It tries once. */
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Target } from './data-plane.ts'

/** The far side of a connection. A socket reads into the gone buffer and hands over what it read; a stream emits it. */
export type Upstream = { readonly kind: 'socket'; readonly stream: Socket } | { readonly kind: 'stream'; readonly stream: Duplex }

export interface DialOptions {
  readonly buffer: Buffer
  /** What a socket read; false makes it stop reading until it is resumed. */
  readonly onRead: (bytes: Buffer) => boolean
  readonly connected: (upstream: Upstream) => void
  readonly failed: (error: Error) => void
}

/** Answers how to give up the attempt: then nothing is called any more. */
export function dial(via: Target['via'], options: DialOptions): () => void {
  return via.kind === 'address' ? dialAddress(via, options) : dialStream(via, options)
}

function dialAddress({ ip, port }: { readonly ip: string; readonly port: number }, { buffer, onRead, connected, failed }: DialOptions): () => void {
  const socket = connect({
    host: ip,
    port,
    allowHalfOpen: true,
    noDelay: true,
    onread: { buffer, callback: (length, bytes) => onRead(Buffer.from(bytes.buffer, bytes.byteOffset, length)) },
  })
  const onError = (error: Error): void => failed(error)
  socket.once('connect', () => {
    socket.off('error', onError)
    connected({ kind: 'socket', stream: socket })
  })
  socket.on('error', onError)
  return () => {
    socket.removeAllListeners('connect')
    socket.off('error', onError)
    socket.on('error', () => undefined)
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

async function awaitStream(open: () => Promise<Duplex>, { connected, failed }: DialOptions, attempt: { readonly isGivenUp: boolean }): Promise<void> {
  let stream: Duplex
  try {
    stream = await open()
  } catch (error) {
    if (!attempt.isGivenUp) failed(error instanceof Error ? error : new Error(String(error)))
    return
  }
  if (!attempt.isGivenUp && !stream.destroyed) return connected({ kind: 'stream', stream })
  stream.on('error', () => undefined)
  stream.destroy()
  if (!attempt.isGivenUp) failed(new Error('the stream was closed before it was used'))
}
