/** What must be known to balance on this machine, parsed once. The only file here that asks the machine anything; it binds nothing but a port it gives back at once. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { parseAddress, parseCidr } from '../../src/model/address.ts'
import { type NetworkMap, parseNetworkMap } from './balancer/network-map.ts'
import { poolHolds, type Pool } from './pool.ts'

export interface LocalConfig {
  readonly pools: readonly Pool[]
  readonly networkMap: NetworkMap
  /** Added to a published port, it is the port of the socket. */
  readonly portOffset: number
  /** The lowest port that may be bound. */
  readonly lowestPort: number
  /** Whether the nodes' kube-proxy answers health checks (port 10256 and `healthCheckNodePort`). */
  readonly kubeProxy: boolean
}

/** As the settings say it. */
export interface LocalSettings {
  /** `[NAME=]CIDR`; none: this machine's default. */
  readonly addressPools: readonly string[]
  /** `FROM=TO`. */
  readonly networkMap: readonly string[]
  readonly portOffset: number
  readonly kubeProxy?: boolean
}

/** Throws an Error that names the value and what is allowed. */
export async function readLocalConfig({ addressPools, networkMap, portOffset, kubeProxy = true }: LocalSettings): Promise<LocalConfig> {
  return {
    pools: addressPools.length === 0 ? defaultPools(process.platform, hasIpv6()) : parsePools(addressPools),
    networkMap: parseNetworkMap(networkMap),
    portOffset,
    lowestPort: await findLowestPort(),
    kubeProxy,
  }
}

const UNNAMED = 'default'

/** `127.0.10.0/24` or `edge=127.0.20.0/24`; ranges of one name are one pool. Throws an Error that names the value and what is allowed. */
export function parsePools(values: readonly string[]): readonly Pool[] {
  const pools = new Map<string, string[]>()
  const all: string[] = []
  for (const value of values) {
    const [name, text] = value.includes('=') ? [value.slice(0, value.indexOf('=')).trim(), value.slice(value.indexOf('=') + 1)] : [UNNAMED, value]
    const range = parseCidr(text)
    if (range === undefined || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      throw new Error(`address pool ${JSON.stringify(value)} is malformed; allowed: a range like 127.0.10.0/24, or with a name before it: edge=127.0.20.0/24`)
    const other = all.find((known) => overlap(known, range))
    if (other !== undefined) throw new Error(`address pool ${JSON.stringify(value)} overlaps ${other}; allowed: ranges that have no address in common`)
    all.push(range)
    pools.set(name, [...(pools.get(name) ?? []), range])
  }
  return [...pools].map(([name, ranges]) => ({ name, ranges }))
}

/** On Linux all of 127.0.0.0/8 can be bound by anybody; other systems have 127.0.0.1 alone. IPv6 has one loopback address everywhere. */
export function defaultPools(platform: string, ipv6: boolean): readonly Pool[] {
  return [{ name: UNNAMED, ranges: [platform === 'linux' ? '127.0.10.0/24' : '127.0.0.1/32', ...(ipv6 ? ['::1/128'] : [])] }]
}

function overlap(a: string, b: string): boolean {
  const base = (range: string): string => parseAddress(range.slice(0, range.indexOf('/'))) ?? range
  return poolHolds({ name: '', ranges: [a] }, base(b)) || poolHolds({ name: '', ranges: [b] }, base(a))
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1') ?? false)
}

const START_FILE = '/proc/sys/net/ipv4/ip_unprivileged_port_start'

/** The lowest port this process may bind: by the system's rule, unless binding below it works all the same (root, setcap). */
export async function findLowestPort(): Promise<number> {
  const start = readStart()
  return start <= 1 || (await mayBind(start - 1)) ? 1 : start
}

function readStart(): number {
  if (process.platform === 'win32') return 1
  try {
    const start = Number(readFileSync(START_FILE, 'utf8'))
    return Number.isInteger(start) ? start : 1024
  } catch {
    return 1024
  }
}

function mayBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      resolve(error.code === 'EADDRINUSE')
    })
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}
