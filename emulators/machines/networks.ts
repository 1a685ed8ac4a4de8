/** Where the networks of the cluster are found on this machine: a block of loopback addresses for each set of machines, so that several can run side by side. */
import { createServer, type Server } from 'node:net'

export interface Found {
  readonly ip: string
  readonly port: number
}

export interface Networks {
  /** Of nodes and pods, as `FROM=TO`. */
  readonly networkMap: readonly string[]
  /** Of cluster IPs, in the same form. */
  readonly clusterIpMap: readonly string[]
  /** Without IPv6 sockets pods and cluster IPs are of IPv4 alone. */
  readonly hasIpv6: boolean
  /** An address of the cluster and a port there to those on this machine. */
  readonly foundAt: (ip: string, port: number) => Found
  /** The address of the cluster that one of this machine stands for; undefined: for none. */
  readonly standsFor: (ip: string) => string | undefined
  /** Gives the block back. */
  readonly release: () => Promise<void>
}

const BLOCKS = 16

/** A plain user may not listen below, so pods and cluster IPs do it above the ports that systems give to clients (32768 to 60999 on Linux). */
const FIRST_UNPRIVILEGED = 1_024
const RAISED_BY = 64_000

/** No node and no pod has the first address, so that the program that listens there has the block. */
const CLAIM_PORT = 10_256

/** Claims the first block that is free. Throws when all are taken. */
export async function claimNetworks(): Promise<Networks> {
  for (let block = 0; block < BLOCKS; block++) {
    const claim = await claimed(`127.18.${block}.1`)
    if (claim !== 'taken') return networksAt(block, claim, await hasIpv6Sockets(`::ffff:127.18.${block}.1`))
  }
  throw new Error(`all ${BLOCKS} blocks of loopback addresses for nodes and pods are taken: too many playgrounds run on this machine`)
}

interface Network {
  /** What its addresses begin with. */
  readonly from: string
  readonly to: string
  /** As routes have it. */
  readonly route: string
}

function networksAt(block: number, claim: Server | undefined, hasIpv6: boolean): Networks {
  const nodes: Network = { from: '172.18.0.', to: `127.18.${block}.`, route: `172.18.0.0/24=127.18.${block}.0/24` }
  const both = (v4: Network, v6: Network): readonly Network[] => (hasIpv6 ? [v4, v6] : [v4])
  const pods = both(wide('10.244.', 244 - block), narrow('fd00:244::', 64 - block))
  const clusterIps = both(wide('10.96.', 96 - block), narrow('fd00:96::', 80 - block))
  const raised = [...pods, ...clusterIps]
  return {
    networkMap: [...pods, nodes].map(({ route }) => route),
    clusterIpMap: clusterIps.map(({ route }) => route),
    hasIpv6,
    foundAt(ip, port) {
      const network = raised.find(({ from }) => ip.startsWith(from))
      if (network === undefined) return { ip: ip.startsWith(nodes.from) ? `${nodes.to}${ip.slice(nodes.from.length)}` : ip, port }
      return { ip: addressIn(network, ip), port: port < FIRST_UNPRIVILEGED ? port + RAISED_BY : port }
    },
    standsFor(ip) {
      const plain = ip.replace(/^::ffff:/, '')
      const network = [...raised, nodes].find(({ to }) => plain.startsWith(to))
      return network === undefined ? undefined : `${network.from}${hostIn(network, plain)}`
    },
    release: () => new Promise((resolve) => (claim === undefined ? resolve() : claim.close(() => resolve()))),
  }
}

/** A /16 of IPv4. */
function wide(from: string, second: number): Network {
  return { from, to: `127.${second}.`, route: `${from}0.0/16=127.${second}.0.0/16+${RAISED_BY}` }
}

/** A /112 of IPv6. Loopback has one IPv6 address alone, so that these are IPv4 addresses mapped into IPv6 (RFC 4291, 2.5.5.2), for IPv6 sockets. */
function narrow(from: string, second: number): Network {
  return { from, to: `127.${second}.`, route: `${from}/112=::ffff:127.${second}.0.0/112+${RAISED_BY}` }
}

function addressIn({ from, to }: Network, ip: string): string {
  const host = ip.slice(from.length)
  if (!from.includes(':')) return `${to}${host}`
  const number = Number.parseInt(host || '0', 16)
  return `::ffff:${to}${number >> 8}.${number & 0xff}`
}

function hostIn({ from, to }: Network, plain: string): string {
  const host = plain.slice(to.length)
  if (!from.includes(':')) return host
  const [high = 0, low = 0] = host.split('.').map(Number)
  return (high * 256 + low).toString(16)
}

/** Undefined: this machine has no such address (only Linux has all of 127.0.0.0/8), and the nodes will say so themselves. */
function claimed(address: string): Promise<Server | 'taken' | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined))
    server.listen({ host: address, port: CLAIM_PORT, exclusive: true }, () => resolve(server))
  })
}

/** A system may come without IPv6. */
function hasIpv6Sockets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: address, port: 0, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
