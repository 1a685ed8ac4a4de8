/** What must be known to balance on this machine, parsed once. The only file here that asks the machine anything; it binds nothing but a port it gives back at once. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { parseAddress, parseCidr } from '../../src/model/address.ts'
import { DEFAULT_LIMITS, type Limits } from './balancer/data-plane.ts'
import { type NetworkMap, parseNetworkMap } from './balancer/network-map.ts'
import { poolHolds, type Pool } from './pool.ts'

export interface LocalConfig {
  readonly pools: readonly Pool[]
  readonly networkMap: NetworkMap
  /** Added to a published port, it is the port of the socket. */
  readonly portOffset: number
  /** Whether the nodes' kube-proxy answers health checks (port 10256 and `healthCheckNodePort`). */
  readonly kubeProxy: boolean
}

/** As the settings say it. */
export interface LocalSettings {
  /** `[NAME=]CIDR`; none: this machine's default. */
  readonly addressPools: readonly string[]
  /** `FROM=TO` or `FROM=TO+N`. */
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
    kubeProxy,
  }
}

const UNNAMED = 'default'

/** Behind a range: its pool is for Services that name it, or an address of it. */
const ON_REQUEST = '@on-request'

/**
 * `127.0.10.0/24` or `edge=127.0.20.0/24`; ranges of one name are one pool. With `@on-request` behind one of its ranges, the pool is kept out of automatic choice. Throws an Error that names the value and what is allowed.
 */
export function parsePools(values: readonly string[]): readonly Pool[] {
  const pools = new Map<string, string[]>()
  const all: string[] = []
  const onRequest = new Set<string>()
  for (const said of values) {
    const value = said.endsWith(ON_REQUEST) ? said.slice(0, -ON_REQUEST.length) : said
    const [name, text] = value.includes('=') ? [value.slice(0, value.indexOf('=')).trim(), value.slice(value.indexOf('=') + 1)] : [UNNAMED, value]
    const range = parseCidr(text)
    if (range === undefined || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      throw new Error(
        `address pool ${JSON.stringify(said)} is malformed; allowed: a range like 127.0.10.0/24, or with a name before it: edge=127.0.20.0/24, and ${ON_REQUEST} behind it`,
      )
    const other = all.find((known) => overlap(known, range))
    if (other !== undefined) throw new Error(`address pool ${JSON.stringify(said)} overlaps ${other}; allowed: ranges that have no address in common`)
    all.push(range)
    if (value !== said) onRequest.add(name)
    pools.set(name, [...(pools.get(name) ?? []), range])
  }
  return [...pools].map(([name, ranges]) => ({ name, ranges, ...(onRequest.has(name) ? { onRequest: true } : {}) }))
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

/** How many files and sockets this process may have open (Linux); undefined where the system does not say. */
export function descriptorLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? undefined : Number(limit)
  } catch {
    return undefined
  }
}

/** Descriptors left for everything but traffic: the API server's connections, listening sockets, health checks. */
const OWN_DESCRIPTORS = 256

/** As much as the descriptors carry: three quarters for connections, which take two each, the rest for UDP flows. */
export function limitsFor(descriptors: number | undefined): Pick<Limits, 'maxConnections' | 'maxFlows'> {
  const { maxConnections, maxFlows } = DEFAULT_LIMITS
  if (descriptors === undefined) return { maxConnections, maxFlows }
  const usable = Math.max(descriptors / 2, descriptors - OWN_DESCRIPTORS)
  return { maxConnections: Math.min(maxConnections, Math.floor((usable * 3) / 8)), maxFlows: Math.min(maxFlows, Math.floor(usable / 4)) }
}
