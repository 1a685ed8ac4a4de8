/** Wishes, made short: for tests that speak to the core without a cluster. */
import { type Backends, type Listener, listenerKey, type LoadBalancer, type NodeSet, type Protocol } from '../../src/model/load-balancer.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Desired } from '../../src/provider/provider.ts'

export function service(name: string): NamedOwner {
  return { namespace: 'default', name, uid: `uid-${name}` }
}

export function nodes(...names: readonly string[]): NodeSet {
  return { nodes: names.map((name, i) => ({ name, addresses: [`10.0.0.${i + 1}`] })) }
}

export interface WishOptions {
  readonly settings?: Partial<LoadBalancer>
  /** Where the pods are: `10.1.0.1` and so on. */
  readonly pods?: readonly string[]
  readonly protocol?: Protocol
  readonly nodes?: NodeSet
}

const twoNodes = nodes('node-a', 'node-b')

/** A wish for listeners on these ports, with node ports 30000 above them. */
export function wish(
  ports: readonly number[],
  { settings = {}, pods = ['10.1.0.1', '10.1.0.2'], protocol = 'TCP', nodes: nodeSet = twoNodes }: WishOptions = {},
): Desired<unknown> {
  return {
    settings: {
      scheme: 'internet-facing',
      schemeIsExplicit: false,
      families: ['IPv4'],
      needsAllFamilies: true,
      addresses: [],
      addressNames: [],
      subnets: [],
      targets: 'pods',
      listeners: ports.map((port) => listener(port, protocol)),
      affinity: { kind: 'none' },
      securityGroups: [],
      externalTrafficPolicy: 'Cluster',
      tags: {},
      deletionProtection: false,
      ...settings,
    },
    options: {},
    backends: backends(ports, { pods, protocol, nodes: nodeSet }),
  }
}

export function backends(ports: readonly number[], { pods = [], protocol = 'TCP', nodes: nodeSet = twoNodes }: WishOptions = {}): Backends {
  const endpoints = (port: number): Backends['ports'][`${number}/TCP`] => ({
    nodePort: 30_000 + port,
    endpoints: pods.map((ip) => ({ ip, port: 8000 + port })),
  })
  return { nodes: nodeSet, ports: Object.fromEntries(ports.map((port) => [listenerKey(port, protocol), endpoints(port)])) }
}

function listener(port: number, protocol: Protocol): Listener {
  const healthCheck = { protocol: 'tcp', port: 'traffic', from: 'traffic port' } as const
  return { key: listenerKey(port, protocol), port, protocol, name: '', proxyProtocol: 'off', backendProtocol: 'tcp', healthCheck }
}
