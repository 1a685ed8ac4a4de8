/** Where the networks of the cluster are found on this machine: a block of loopback addresses for each set of machines, so that several can run side by side. */
import { createServer, type Server } from 'node:net'

export interface Found {
  readonly ip: string
  readonly port: number
}

export interface Networks {
  /** As `FROM=TO`. */
  readonly networkMap: readonly string[]
  /** The same as a function: an address of the cluster and a port there to those on this machine. */
  readonly foundAt: (ip: string, port: number) => Found
  /** The address of the cluster that one of this machine stands for; undefined: for none. */
  readonly standsFor: (ip: string) => string | undefined
  /** Gives the block back. */
  readonly release: () => Promise<void>
}

const BLOCKS = 16

/** A plain user may not listen below, so pods do it above the ports that systems give to clients (32768 to 60999 on Linux). */
const FIRST_UNPRIVILEGED = 1_024
const RAISED_BY = 64_000

/** No node and no pod has the first address, so that the program that listens there has the block. */
const CLAIM_PORT = 10_256

/** Claims the first block that is free. Throws when all are taken. */
export async function claimNetworks(): Promise<Networks> {
  for (let block = 0; block < BLOCKS; block++) {
    const claim = await claimed(`127.18.${block}.1`)
    if (claim !== 'taken') return networksAt(block, claim)
  }
  throw new Error(`all ${BLOCKS} blocks of loopback addresses for nodes and pods are taken: too many playgrounds run on this machine`)
}

function networksAt(block: number, claim: Server | undefined): Networks {
  const nodes = `127.18.${block}.`
  const pods = `127.${244 - block}.`
  return {
    networkMap: [`10.244.0.0/16=${pods}0.0/16+${RAISED_BY}`, `172.18.0.0/24=${nodes}0/24`],
    foundAt(ip, port) {
      const isPod = ip.startsWith('10.244.')
      return { ip: ip.replace(/^10\.244\./, pods).replace(/^172\.18\.0\./, nodes), port: isPod && port < FIRST_UNPRIVILEGED ? port + RAISED_BY : port }
    },
    standsFor(ip) {
      if (ip.startsWith(pods)) return `10.244.${ip.slice(pods.length)}`
      return ip.startsWith(nodes) ? `172.18.0.${ip.slice(nodes.length)}` : undefined
    },
    release: () => new Promise((resolve) => (claim === undefined ? resolve() : claim.close(() => resolve()))),
  }
}

/** Undefined: this machine has no such address (only Linux has all of 127.0.0.0/8), and the nodes will say so themselves. */
function claimed(address: string): Promise<Server | 'taken' | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined))
    server.listen({ host: address, port: CLAIM_PORT, exclusive: true }, () => resolve(server))
  })
}
