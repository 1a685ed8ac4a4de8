/** A front for UDP: the datagrams of a client go to one endpoint until the flow is idle or the endpoint goes. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { type Front, inFamilyOf, isUsualSource, type Opened } from './front.ts'
import type { Given } from './pickers.ts'

const IDLE_MS = 30_000
/** Each has a socket. Datagrams of more clients are lost. */
const MOST_FLOWS = 4_096

export function openUdpFront(front: Front): Opened {
  const server = createSocket(typeOf(front.at.ip))
  const flows = new Map<string, Flow>()
  server.on('error', (error) => front.onError(`${front.what}: ${error.message}`))
  server.on('message', (message, from) => {
    const flow = flowOf(flows, { front, server, from })
    if (flow === undefined) return
    const { ip, port } = front.foundAt(flow.given.endpoint.ip, flow.given.endpoint.port)
    flow.send(message, port, ip)
  })
  server.bind(front.at.port, front.at.ip)
  return {
    close() {
      server.close()
      for (const flow of flows.values()) flow.close()
      flows.clear()
    },
  }
}

interface Flow {
  readonly given: Given
  send(message: Buffer, port: number, ip: string): void
  close(): void
}

interface Coming {
  readonly front: Front
  readonly server: Socket
  readonly from: RemoteInfo
}

function flowOf(flows: Map<string, Flow>, coming: Coming): Flow | undefined {
  const { front, from } = coming
  const key = `${from.address} ${from.port}`
  const known = flows.get(key)
  if (known !== undefined && front.holds(from, known.given)) return known
  known?.close()
  flows.delete(key)
  const route = flows.size < MOST_FLOWS ? front.route(from, false) : undefined
  if (route?.kind !== 'to') return undefined
  const flow = createFlow(coming, route, () => flows.get(key) === flow && flows.delete(key))
  flows.set(key, flow)
  return flow
}

function createFlow({ front, server, from }: Coming, { given, source }: { readonly given: Given; readonly source: string }, onEnd: () => void): Flow {
  const { ip: target } = front.foundAt(given.endpoint.ip, given.endpoint.port)
  const socket = createSocket(typeOf(target))
  let isOver = false
  const close = (): void => {
    if (isOver) return
    isOver = true
    clearTimeout(idle)
    given.end(front.now(), false)
    onEnd()
    socket.close()
  }
  const idle = setTimeout(close, IDLE_MS)
  socket.on('message', (answer) => {
    idle.refresh()
    server.send(answer, from.port, from.address)
  })
  // A refusal by the backend comes as an error on the next datagram; the flow goes on, as packets that are lost.
  socket.on('error', () => undefined)
  socket.bind(isUsualSource(source) ? {} : { address: inFamilyOf(target, source) })
  return {
    given,
    send(message, port, ip) {
      idle.refresh()
      socket.send(message, port, ip)
    },
    close,
  }
}

function typeOf(ip: string): 'udp4' | 'udp6' {
  return ip.includes(':') ? 'udp6' : 'udp4'
}
