/** What runs on the instances: pods that answer with their name, and what the nodes forward. Set from outside; the cloud only reads it. */

import { canonicalAddress } from './networks.ts'

export interface MachineNode {
  readonly name: string
  readonly providerId?: string
  readonly addresses: readonly string[]
}

/** A port of a node that leads to pods, as kube-proxy opens it. */
export interface NodePort {
  readonly node: MachineNode
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly to: readonly { readonly ip: string; readonly port: number }[]
}

/**
 * An address of a load balancer as kube-proxy opens it on a node once it stands in the status of the Service: packets that come with it are answered there. Only
 * addresses with ipMode `VIP` or none (KEP-1860), and with externalTrafficPolicy Local only on nodes with an endpoint of the Service. `port`: the Service's own.
 */
export interface PublishedPort extends NodePort {
  readonly address: string
}

export interface Machines {
  readonly pods: readonly {
    readonly name: string
    readonly ips: readonly string[]
    readonly ports: readonly number[]
    /** Where it runs: its addresses are on the interface of that instance. */
    readonly node?: MachineNode
  }[]
  readonly nodePorts: readonly NodePort[]
  /** For clouds that leave the address of the load balancer on the packet. */
  readonly published?: readonly PublishedPort[]
  /** What each node answers on a Service's `healthCheckNodePort`. */
  readonly health: readonly { readonly node: MachineNode; readonly port: number; readonly isHealthy: boolean }[]
}

/** Machines by the addresses and ids they are asked for. */
export interface MachineIndex {
  podAt(ip: string, port: number): string | undefined
  nodePort(instance: InstanceKeys, port: number, protocol: 'TCP' | 'UDP'): NodePort | undefined
  publishedPort(instance: InstanceKeys, at: Pick<PublishedPort, 'address' | 'port' | 'protocol'>): PublishedPort | undefined
  health(instance: InstanceKeys, port: number): boolean | undefined
  /** Addresses of the pods on it. */
  podIps(instance: InstanceKeys): readonly string[]
}

/** How an instance is known to the cluster. */
export interface InstanceKeys {
  /** What `idOf` makes of the provider id of its Node. */
  readonly id: string
  readonly privateIp: string
}

/** `idOf`: the instance that a provider id names. By default what stands after the last slash: `aws:///ZONE/i-1`, `gce://PROJECT/ZONE/NAME`. */
export function indexOf(machines: Machines, idOf: (providerId: string) => string = lastPart): MachineIndex {
  const keysOf = (node: MachineNode): readonly string[] => {
    const id = node.providerId === undefined ? '' : idOf(node.providerId)
    return id === '' ? node.addresses : [id, ...node.addresses]
  }
  const pods = new Map<string, string>()
  const nodePorts = new Map<string, NodePort>()
  const published = new Map<string, PublishedPort>()
  const health = new Map<string, boolean>()
  const ipsByNode = new Map<string, readonly string[]>()
  for (const { name, ips, ports } of machines.pods) for (const ip of ips) for (const port of ports) pods.set(`${canonicalAddress(ip)} ${port}`, name)
  for (const { node, ips } of machines.pods) {
    for (const key of node === undefined ? [] : keysOf(node)) ipsByNode.set(key, [...(ipsByNode.get(key) ?? []), ...ips.map(canonicalAddress)])
  }
  for (const one of machines.nodePorts) for (const key of keysOf(one.node)) nodePorts.set(`${key} ${one.port} ${one.protocol}`, one)
  for (const one of machines.published ?? []) for (const key of keysOf(one.node)) published.set(`${key} ${publishedKey(one)}`, one)
  for (const one of machines.health) for (const key of keysOf(one.node)) health.set(`${key} ${one.port}`, one.isHealthy)
  const first = <T>(of: ReadonlyMap<string, T>, { id, privateIp }: InstanceKeys, what: string): T | undefined =>
    of.get(`${id} ${what}`) ?? of.get(`${privateIp} ${what}`)
  return {
    podAt: (ip, port) => pods.get(`${canonicalAddress(ip)} ${port}`),
    nodePort: (instance, port, protocol) => first(nodePorts, instance, `${port} ${protocol}`),
    publishedPort: (instance, at) => first(published, instance, publishedKey(at)),
    health: (instance, port) => first(health, instance, String(port)),
    podIps: ({ id, privateIp }) => ipsByNode.get(id) ?? ipsByNode.get(privateIp) ?? [],
  }
}

function publishedKey({ address, port, protocol }: Pick<PublishedPort, 'address' | 'port' | 'protocol'>): string {
  return `${canonicalAddress(address)} ${port} ${protocol}`
}

const lastPart = (providerId: string): string => providerId.split('/').at(-1) ?? ''

export const NO_MACHINES: Machines = { pods: [], nodePorts: [], health: [] }
