/**
 * The part of kube-proxy that a balancer in front of nodes depends on, for one node of the playground: node ports, the health check port of a Service
 * with externalTrafficPolicy Local, session affinity, and the proxy's own health on 10256. No cluster IPs, no packet filter.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { createAffinity, isSame } from './affinity.ts'
import type { Networks } from './networks.ts'
import { type Endpoint, endpointsOf, localEndpoints, type ServiceObject, type ServicePort, usable } from './endpoints.ts'

const KUBE_PROXY_HEALTH_PORT = 10_256
const UDP_FLOW_IDLE_MS = 30_000

export interface NodeProxyOptions {
  readonly cluster: ClusterAccess
  readonly node: string
  /** Where this node's ports are opened on this machine. */
  readonly address: string
  /** Where an address of the cluster, and a port there, are found on this machine. */
  readonly foundAt: Networks['foundAt']
  /** 0 to 1. */
  readonly random: () => number
  readonly onError: (message: string) => void
}

export interface NodeProxy {
  /** Opens and closes what Services and endpoints, as they are now, ask for. */
  sync(): void
  close(): Promise<void>
}

interface Opened {
  close(): void
}

export function startNodeProxy(options: NodeProxyOptions): NodeProxy {
  const opened = new Map<string, Opened>()
  const health = openHttp(options, KUBE_PROXY_HEALTH_PORT, () => ({ status: 200, body: { nodeEligible: true } }))
  const sync = (): void => {
    const wanted = new Map(options.cluster.list('services').flatMap((service) => socketsOf(service as unknown as ServiceObject, options)))
    for (const [key, socket] of opened) {
      if (wanted.has(key)) continue
      socket.close()
      opened.delete(key)
    }
    for (const [key, open] of wanted) if (!opened.has(key)) opened.set(key, open())
  }
  sync()
  return {
    sync,
    close() {
      for (const socket of [health, ...opened.values()]) socket.close()
      opened.clear()
      return Promise.resolve()
    },
  }
}

/** What one Service has open on this node. With no endpoint its node port is closed: a client is refused. */
function socketsOf(service: ServiceObject, options: NodeProxyOptions): [string, () => Opened][] {
  const { uid } = service.metadata
  const { type, ports = [], healthCheckNodePort } = service.spec
  if (type !== 'LoadBalancer' && type !== 'NodePort') return []
  const sockets = ports.flatMap((port): [string, () => Opened][] => {
    const { nodePort, protocol = 'TCP' } = port
    if (nodePort === undefined || protocol === 'SCTP' || choices(service, port, options).length === 0) return []
    const open = protocol === 'TCP' ? openTcp : openUdp
    return [[`${uid} ${nodePort}/${protocol} to ${port.name ?? ''}`, () => open(service, port, nodePort, options)]]
  })
  if (healthCheckNodePort === undefined) return sockets
  return [...sockets, [`${uid} ${healthCheckNodePort}/health`, () => openHttp(options, healthCheckNodePort, () => localHealth(service, options))]]
}

function choices(service: ServiceObject, port: ServicePort, { cluster, node }: NodeProxyOptions): readonly Endpoint[] {
  const now = asItIsNow(service, cluster)
  const all = endpointsOf(cluster, now, port)
  return usable(now.spec.externalTrafficPolicy === 'Local' ? localEndpoints(all, node) : all)
}

function asItIsNow(service: ServiceObject, cluster: ClusterAccess): ServiceObject {
  return (cluster.get('services', service.metadata.namespace, service.metadata.name) as ServiceObject | undefined) ?? service
}

/** One answer for each new client of a node port, by all that holds at that moment. */
function chooser(service: ServiceObject, port: ServicePort, options: NodeProxyOptions): (client: string) => Endpoint | undefined {
  const affinity = createAffinity(options.random)
  const { cluster } = options
  return (client) => affinity.choose(client, choices(service, port, options), asItIsNow(service, cluster), cluster.now().getTime())
}

/** As kube-proxy answers it: terminating endpoints do not count, so that a balancer drains the node. */
function localHealth(service: ServiceObject, { cluster, node }: NodeProxyOptions): { status: number; body: unknown } {
  const ready = (service.spec.ports ?? []).map((port) => localEndpoints(endpointsOf(cluster, service, port), node).filter((endpoint) => endpoint.ready).length)
  const localEndpointCount = Math.max(0, ...ready)
  const { namespace, name } = service.metadata
  return { status: localEndpointCount > 0 ? 200 : 503, body: { service: { namespace, name }, localEndpoints: localEndpointCount, serviceProxyHealthy: true } }
}

function openTcp(service: ServiceObject, port: ServicePort, nodePort: number, options: NodeProxyOptions): Opened {
  const clients = new Set<Socket>()
  const choose = chooser(service, port, options)
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const endpoint = choose(client.remoteAddress ?? '')
    if (endpoint === undefined) {
      client.resetAndDestroy()
      return
    }
    const found = options.foundAt(endpoint.ip, endpoint.port)
    const backend = connect({ host: found.ip, port: found.port, allowHalfOpen: true })
    join(client, backend)
    clients.add(client)
    client.on('close', () => clients.delete(client))
  })
  listen(server, nodePort, options)
  return {
    close() {
      server.close()
      for (const client of clients) client.destroy()
    },
  }
}

function join(client: Socket, backend: Socket): void {
  const cut = (): void => {
    client.destroy()
    backend.destroy()
  }
  client.on('error', cut)
  backend.on('error', cut)
  client.pipe(backend).pipe(client)
}

function openUdp(service: ServiceObject, port: ServicePort, nodePort: number, options: NodeProxyOptions): Opened {
  const family = options.address.includes(':') ? 'udp6' : 'udp4'
  const server = createSocket(family)
  const flows = new Map<string, Flow>()
  const choose = chooser(service, port, options)
  server.on('error', (error) => options.onError(`node ${options.node}, port ${nodePort}/UDP: ${error.message}`))
  server.on('message', (message, from) => {
    const client = `${from.address} ${from.port}`
    const open = choices(service, port, options)
    const known = flows.get(client)
    const flow =
      known !== undefined && open.some((endpoint) => isSame(endpoint, known.endpoint)) ? known : openFlow(server, from, choose(from.address), options)
    if (known !== undefined && known !== flow) known.socket.close()
    if (flow === undefined) return
    if (known !== flow) {
      flows.set(client, flow)
      flow.socket.on('close', () => flows.get(client) === flow && flows.delete(client))
    }
    const found = options.foundAt(flow.endpoint.ip, flow.endpoint.port)
    flow.socket.send(message, found.port, found.ip)
  })
  server.bind(nodePort, options.address)
  return {
    close() {
      server.close()
      for (const { socket } of flows.values()) socket.close()
    },
  }
}

interface Flow {
  readonly socket: Datagrams
  readonly endpoint: Endpoint
}

function openFlow(server: Datagrams, from: { address: string; port: number }, endpoint: Endpoint | undefined, options: NodeProxyOptions): Flow | undefined {
  if (endpoint === undefined) return undefined
  const address = options.foundAt(endpoint.ip, endpoint.port).ip
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const idle = setTimeout(() => socket.close(), UDP_FLOW_IDLE_MS)
  socket.on('message', (answer) => {
    idle.refresh()
    server.send(answer, from.port, from.address)
  })
  // A refusal by the backend comes as an error on the next datagram; the flow goes on, as packets that are lost.
  socket.on('error', () => undefined)
  socket.on('close', () => clearTimeout(idle))
  socket.bind()
  return { socket, endpoint }
}

function openHttp(options: NodeProxyOptions, port: number, answer: () => { status: number; body: unknown }): Opened {
  const server = createHttpServer((_request, response) => {
    const { status, body } = answer()
    response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }).end(JSON.stringify(body))
  })
  listen(server, port, options)
  return {
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function listen(server: Server, port: number, { address, node, onError }: NodeProxyOptions): void {
  server.on('error', (error) => onError(`node ${node}, port ${port}: ${error.message}`))
  server.listen(port, address)
}
