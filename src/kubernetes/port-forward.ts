/**
 * A stream to a pod's port through the API server, for where the pod network cannot be reached: the port-forward subresource over a WebSocket
 * (kubernetes/kubernetes pkg/kubelet/server and apimachinery portforward, `v4.channel.k8s.io`: a channel number before each message, 0 for data and 1 for
 * errors; the first message of each channel is the port). TCP only. It chooses no pod and repeats nothing.
 */
import { Duplex } from 'node:stream'
import { type Dispatcher, WebSocket } from 'undici'
import type { Access } from './access.ts'
import { KubernetesError } from './api.ts'
import { dispatcherFor } from './dispatcher.ts'
import type { Transport } from './transport.ts'

export interface ForwardTarget {
  readonly namespace: string
  /** The pod's address; which pod that is the API server is asked. */
  readonly ip: string
  readonly port: number
}

export interface PortForwardOptions {
  readonly access: Access
  readonly transport: Transport
  readonly signal: AbortSignal
}

/** Opens a stream to the target. Rejects with a KubernetesError: 404 when no pod has the address, 0 when the stream could not be opened. */
export type Dial = (target: ForwardTarget) => Promise<Duplex>

/** Pods' names by address, kept for as long as they answer. */
export function portForward({ access, transport, signal }: PortForwardOptions): Dial {
  const names = new Map<string, string>()
  return async ({ namespace, ip, port }) => {
    const known = `${namespace} ${ip}`
    const name = names.get(known) ?? (await podNameAt(transport, { namespace, ip, signal }))
    names.set(known, name)
    try {
      const url = `${access.server.replace(/^http/, 'ws')}/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`
      return await open(url, await access.headers(), dispatcherFor({ tls: await access.tls(), proxy: access.proxy, proxyTunnel: true }))
    } catch (error) {
      names.delete(known)
      throw error instanceof KubernetesError
        ? error
        : new KubernetesError(0, 'NoAnswer', `port-forward to ${namespace}/${name}, port ${port}, failed`, { cause: error })
    }
  }
}

async function podNameAt(transport: Transport, { namespace, ip, signal }: { namespace: string; ip: string; signal: AbortSignal }): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const answer = (await transport.json({ method: 'GET', path, query: { fieldSelector: `status.podIP=${ip}` }, signal })) as {
    readonly items: readonly { readonly metadata: { readonly name: string; readonly deletionTimestamp?: string } }[]
  }
  const pod = answer.items.find(({ metadata }) => metadata.deletionTimestamp === undefined) ?? answer.items[0]
  if (pod === undefined) throw new KubernetesError(404, 'NotFound', `no pod of namespace ${namespace} has the address ${ip}`)
  return pod.metadata.name
}

const [DATA, ERROR] = [0, 1]

async function open(url: string, headers: Readonly<Record<string, string>>, dispatcher: Dispatcher): Promise<Duplex> {
  const socket = new WebSocket(url, { protocols: ['v4.channel.k8s.io'], headers, dispatcher })
  socket.binaryType = 'arraybuffer'
  const stream = streamOver(socket, () => void dispatcher.destroy())
  // Until it is open nothing else has the stream, and an error without a listener would end the process.
  const unheard = (): void => undefined
  stream.on('error', unheard)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', ({ error }) => reject(error instanceof Error ? error : new Error('the WebSocket could not be opened')), { once: true })
  })
  stream.off('error', unheard)
  return stream
}

const MOST_BUFFERED_BYTES = 1_048_576
const LOOK_AGAIN_MS = 5

/** A WebSocket shows how much is left to send, and not when it is sent. What is received cannot be held back at all. */
function whenDrained(socket: WebSocket, done: () => void): void {
  if (socket.bufferedAmount <= MOST_BUFFERED_BYTES || socket.readyState !== WebSocket.OPEN) done()
  else setTimeout(() => whenDrained(socket, done), LOOK_AGAIN_MS)
}

/** The protocol knows no half-closed streams: the end of what is written is not sent, and the end of the connection ends both sides. */
function streamOver(socket: WebSocket, onEnd: () => void): Duplex {
  const announced = new Set<number>()
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      socket.send(Buffer.concat([Buffer.from([DATA]), chunk]))
      whenDrained(socket, done)
    },
    destroy(error, done) {
      socket.close()
      onEnd()
      done(error)
    },
  })
  socket.addEventListener('message', ({ data }) => {
    const message = Buffer.from(data as ArrayBuffer)
    const channel = message[0] ?? DATA
    const isAnnounced = announced.has(channel)
    announced.add(channel)
    if (!isAnnounced) return
    if (channel === ERROR) stream.destroy(new Error(message.subarray(1).toString('utf8')))
    else stream.push(message.subarray(1))
  })
  socket.addEventListener('close', () => {
    if (!stream.destroyed) stream.push(null)
    onEnd()
  })
  socket.addEventListener('error', () => stream.destroy(new Error('the port-forward broke off')))
  return stream
}
