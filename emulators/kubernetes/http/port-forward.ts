/**
 * `pods/NAME/portforward` over a WebSocket, as the kubelet behind a real server speaks it (subprotocol `v4.channel.k8s.io`): for the n-th port channel 2n carries
 * data and channel 2n+1 errors, and the first message of each is the port. Who runs the pods says how one is reached.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { badRequest, notFound } from '../api-error.ts'
import { fieldsAt, textAt } from '../json.ts'
import { find } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import type { Route } from './route.ts'

/** Opens a stream to a TCP port of a pod. Rejects when nothing answers there. */
export type DialPod = (pod: ApiObject, port: number) => Promise<Duplex>

const PROTOCOL = 'v4.channel.k8s.io'

/** The pod that is asked for. Throws an ApiError when there is none, or no node has it. */
export function forwardedPod(resource: Resource, { namespace, name }: Pick<Route, 'namespace' | 'name'>): ApiObject {
  const pod = find(resource, namespace, name)
  if (pod === undefined) throw notFound(resource, name)
  if (textAt(fieldsAt(pod, 'spec'), 'nodeName') === '') throw badRequest(`pod ${name} does not have a host assigned`)
  return pod
}

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

export class PortForwards {
  /** Set by what runs the pods. */
  dial: DialPod = () => Promise.reject(new Error('nothing runs pods here'))
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => PROTOCOL })

  open({ request, socket, head }: Upgrade, pod: ApiObject, ports: readonly number[]): void {
    this.#sockets.handleUpgrade(request, socket, head, (client) => void this.#serve(client, pod, ports))
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate()
  }

  async #serve(client: WebSocket, pod: ApiObject, ports: readonly number[]): Promise<void> {
    client.on('error', () => client.terminate())
    // What arrives before the pod is reached waits in the socket.
    client.pause()
    for (const [i, port] of ports.entries()) for (const channel of [2 * i, 2 * i + 1]) client.send(Buffer.from([channel, port & 0xff, port >> 8]))
    const streams = await Promise.all(ports.map((port, i) => this.#reach(pod, port).catch((error: unknown) => refuse(client, 2 * i + 1, error))))
    client.on('message', (message: Buffer) => {
      const stream = streams[(message[0] ?? 0) / 2]
      if (stream === undefined || stream.write(message.subarray(1))) return
      client.pause()
      stream.once('drain', () => client.resume())
    })
    const end = (): void => streams.forEach((stream) => stream?.destroy())
    client.on('close', end)
    if (client.readyState !== client.OPEN) end()
    client.resume()
    await Promise.all(streams.flatMap((stream, i) => (stream === undefined ? [] : [pass(stream, client, 2 * i)])))
    client.close(1000)
  }

  async #reach(pod: ApiObject, port: number): Promise<Duplex> {
    try {
      return await this.dial(pod, port)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`error forwarding port ${port} to pod ${pod.metadata.name}, uid ${pod.metadata.uid}: ${why}`, { cause: error })
    }
  }
}

/** The ports that are asked for. Throws an ApiError when there is none, or another protocol is wanted than ours. */
export function forwardedPorts({ headers }: IncomingMessage, query: URLSearchParams): readonly number[] {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  if (!offered.includes(PROTOCOL)) throw badRequest(`ports are forwarded over a WebSocket with the subprotocol ${PROTOCOL} alone`)
  const texts = query.getAll('ports').flatMap((text) => text.split(','))
  if (texts.length === 0) throw badRequest('query parameter "port" is required')
  return texts.map((text) => {
    const port = Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badRequest(`invalid port number: ${JSON.stringify(text)}`)
    return port
  })
}

function refuse(client: WebSocket, channel: number, error: unknown): undefined {
  client.send(Buffer.concat([Buffer.from([channel]), Buffer.from(error instanceof Error ? error.message : String(error))]))
}

/** Until the pod ends it, or the client has gone. */
async function pass(stream: Duplex, client: WebSocket, channel: number): Promise<void> {
  try {
    for await (const chunk of stream) {
      await new Promise<void>((done) => client.send(Buffer.concat([Buffer.from([channel]), chunk as Buffer]), () => done()))
    }
  } catch {
    // A connection that breaks off ends as one that is closed: the protocol shows no difference.
  }
}
