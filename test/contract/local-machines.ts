/** The cluster's machines, real: pods are little servers on loopback that answer with their name, nodes forward their ports, and say how they are. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Machines, NodePort } from '../../emulators/cloud/machines.ts'

interface Running {
  stop(): Promise<void>
}

export class LocalMachines {
  readonly #mapped: (ip: string) => string
  readonly #running = new Map<string, Running>()
  #machines: Machines = { pods: [], nodePorts: [], health: [] }

  /** `mapped`: where an address of the cluster is found on this machine. */
  constructor(mapped: (ip: string) => string) {
    this.#mapped = mapped
  }

  /** Resolves when everything new listens and everything old has ended. */
  async run(machines: Machines): Promise<void> {
    this.#machines = machines
    const wanted = new Map(this.#wanted(machines))
    for (const [key, running] of this.#running) {
      if (wanted.has(key)) continue
      this.#running.delete(key)
      await running.stop()
    }
    for (const [key, start] of wanted) if (!this.#running.has(key)) this.#running.set(key, await start())
  }

  #wanted({ pods, nodePorts, health }: Machines): [string, () => Promise<Running>][] {
    const servers = pods.flatMap(({ name, ips, ports }) =>
      ips.flatMap((ip) =>
        ports.flatMap((port): [string, () => Promise<Running>][] => [
          [`pod ${name} ${ip} ${port}/TCP`, () => startTcp(this.#mapped(ip), port, (socket) => answer(socket, name))],
          [`pod ${name} ${ip} ${port}/UDP`, () => startUdp(this.#mapped(ip), port, () => Promise.resolve(name))],
        ]),
      ),
    )
    const forwarders = nodePorts.flatMap((nodePort) => {
      const { node, port, protocol, to } = nodePort
      const address = this.#mapped(node.addresses[0] ?? '')
      // A node port without endpoints rejects; what it leads to otherwise is looked up anew for each connection.
      return to.length === 0
        ? []
        : [[`node ${node.name} ${port}/${protocol}`, () => this.#forward(address, nodePort)] satisfies [string, () => Promise<Running>]]
    })
    const checks = health.map(({ node, port }): [string, () => Promise<Running>] => [
      `health ${node.name} ${port}`,
      () =>
        startHealth(this.#mapped(node.addresses[0] ?? ''), port, () =>
          this.#machines.health.some((one) => one.node.name === node.name && one.port === port && one.isHealthy),
        ),
    ])
    return [...servers, ...forwarders, ...checks]
  }

  #forward(address: string, { node, port, protocol }: NodePort): Promise<Running> {
    const target = (): { readonly ip: string; readonly port: number } | undefined => {
      const found = this.#machines.nodePorts.find((one) => one.node.name === node.name && one.port === port && one.protocol === protocol)
      const first = found?.to[0]
      return first === undefined ? undefined : { ip: this.#mapped(first.ip), port: first.port }
    }
    if (protocol === 'UDP') return startUdp(address, port, (message) => relayed(message, target()))
    return startTcp(address, port, (client) => {
      const to = target()
      if (to === undefined) {
        client.resetAndDestroy()
        return
      }
      const backend = connect(to.port, to.ip)
      client.pipe(backend).pipe(client)
      for (const [socket, other] of [[client, backend] as const, [backend, client] as const])
        socket.on('error', () => other.destroy()).on('close', () => other.destroy())
    })
  }
}

/** Each line is answered by the pod's name. */
function answer(socket: Socket, name: string): void {
  socket.on('error', () => socket.destroy())
  socket.on('data', () => socket.write(`${name}\n`))
}

async function startTcp(address: string, port: number, accept: (socket: Socket) => void): Promise<Running> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    accept(socket)
  })
  await listening(server, address, port)
  return {
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function startUdp(address: string, port: number, reply: (message: Buffer) => Promise<string | undefined>): Promise<Running> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  let isOpen = true
  socket.on('error', () => undefined)
  socket.on('message', (message, from) => {
    const answered = async (): Promise<void> => {
      const text = await reply(message)
      if (text !== undefined && isOpen) socket.send(text, from.port, from.address)
    }
    void answered()
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  return {
    stop: async () => {
      isOpen = false
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** One datagram on, one answer back. */
async function relayed(message: Buffer, to: { readonly ip: string; readonly port: number } | undefined): Promise<string | undefined> {
  if (to === undefined) return undefined
  const socket = createSocket('udp4')
  try {
    socket.connect(to.port, to.ip)
    await once(socket, 'connect')
    socket.send(message)
    const [reply] = (await once(socket, 'message')) as [Buffer]
    return reply.toString()
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}

async function startHealth(address: string, port: number, isHealthy: () => boolean): Promise<Running> {
  const server = createHttpServer((_, response) => response.writeHead(isHealthy() ? 200 : 503).end())
  await listening(server, address, port)
  return {
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function listening(server: Server, address: string, port: number): Promise<void> {
  server.listen(port, address)
  await once(server, 'listening')
}
