/** What becomes of a packet in the in-memory cloud. */
import { cidrContains } from '../../src/model/address.ts'
import type { Protocol } from '../../src/model/load-balancer.ts'
import type { Address, Group, Rule } from './view.ts'

export interface Packet {
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: Protocol
}

/** `node` where a node is reached, at its `nodePort`, or without one by a packet that is as it was sent; `endpoint` (`ip:port`) where a pod is. */
export type Verdict =
  | { readonly node: string; readonly nodePort?: number; readonly owner: string }
  | { readonly endpoint: string; readonly owner: string }
  | { readonly dropped: string }

export interface Network {
  readonly addresses: Readonly<Record<string, Address>>
  readonly groups: Readonly<Record<string, Group>>
  readonly rules: readonly Rule[]
  readonly isHealthy: (node: string, port: number) => boolean
}

export function deliver({ from, to, port, protocol }: Packet, { addresses, groups, rules, isHealthy }: Network): Verdict {
  const address = Object.values(addresses).find(({ ip }) => ip === to)
  if (address === undefined) return { dropped: `address: nobody has ${to}` }
  const rule = rules.find((candidate) => candidate.address === address.name && candidate.port === port && candidate.protocol === protocol)
  if (rule === undefined) return { dropped: `listener: none for ${port}/${protocol} on ${to}` }
  if (rule.sourceRanges?.some((range) => cidrContains(range, from)) === false) return { dropped: `source ranges: ${from} is in none` }
  const { backends, owner } = rule
  if (backends.kind === 'endpoints') {
    const endpoint = pick(backends.endpoints, from)
    return endpoint === undefined ? { dropped: 'backends: no endpoint' } : { endpoint, owner: owner.uid }
  }
  const { nodePort, healthPort = nodePort } = backends
  const healthy = (groups[backends.group]?.nodes ?? []).filter((name) => healthPort === undefined || isHealthy(name, healthPort))
  const node = pick(healthy, from)
  return node === undefined ? { dropped: 'backends: no healthy node' } : { node, owner: owner.uid, ...(nodePort === undefined ? {} : { nodePort }) }
}

/** The same client comes to the same backend as long as the backends are the same. */
function pick(backends: readonly string[], from: string): string | undefined {
  const sum = Array.from(from, (letter) => letter.charCodeAt(0)).reduce((a, b) => a + b, 0)
  return backends[sum % Math.max(1, backends.length)]
}
