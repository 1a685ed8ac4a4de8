/**
 * `pods/NAME/portforward` over a WebSocket, as the kubelet behind a real server speaks it (subprotocol `v4.channel.k8s.io`): for the n-th port channel 2n carries
 * data and channel 2n+1 errors, and the first message of each is the port. Who runs the pods says how one is reached.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { badRequest } from '../api-error.ts'
import type { ApiObject } from '../resource.ts'
import { Channels, sendOn, type Upgrade } from './channels.ts'
import { type DialPod, refuseWithoutNode } from './pod-access.ts'

const MOST_IN_MESSAGE = 100 * 1024 * 1024

export class PortForwards {
  readonly #dial: DialPod
  readonly #channels = new Channels({ protocols: ['v4.channel.k8s.io'], what: 'ports are forwarded', mostInMessage: MOST_IN_MESSAGE })

  constructor(dial: DialPod) {
    this.#dial = dial
  }

  /** What to do with the connection. Throws an ApiError when the request is refused. */
  accept(pod: ApiObject, request: IncomingMessage, query: URLSearchParams): (upgrade: Upgrade) => void {
    refuseWithoutNode(pod)
    this.#channels.refuse(request)
    const ports = portsIn(query)
    return (upgrade) => this.#channels.open(upgrade, (client) => void this.#serve(client, pod, ports))
  }

  close(): void {
    this.#channels.close()
  }

  async #serve(client: WebSocket, pod: ApiObject, ports: readonly number[]): Promise<void> {
    // What arrives before the pod is reached waits in the socket.
    client.pause()
    for (const [i, port] of ports.entries()) for (const channel of [2 * i, 2 * i + 1]) void sendOn(client, channel, Buffer.from([port & 0xff, port >> 8]))
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
      return await this.#dial(pod, port)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`error forwarding port ${port} to pod ${pod.metadata.name}, uid ${pod.metadata.uid}: ${why}`, { cause: error })
    }
  }
}

/** The ports that are asked for. Throws an ApiError when there is none. */
function portsIn(query: URLSearchParams): readonly number[] {
  const texts = query.getAll('ports').flatMap((text) => text.split(','))
  if (texts.length === 0) throw badRequest('query parameter "port" is required')
  return texts.map((text) => {
    const port = Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badRequest(`invalid port number: ${JSON.stringify(text)}`)
    return port
  })
}

function refuse(client: WebSocket, channel: number, error: unknown): undefined {
  void sendOn(client, channel, error instanceof Error ? error.message : String(error))
}

/** Until the pod ends it, or the client has gone. */
async function pass(stream: Duplex, client: WebSocket, channel: number): Promise<void> {
  try {
    for await (const chunk of stream) await sendOn(client, channel, chunk as Buffer)
  } catch {
    // A connection that breaks off ends as one that is closed: the protocol shows no difference.
  }
}
