/** What runs on the instances: pods that answer with their name, and what the nodes forward. Told from outside; the cloud only asks it. */

import { canonicalAddress } from './cloud/networks.ts'

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

export interface Machines {
  readonly pods: readonly { readonly name: string; readonly ips: readonly string[]; readonly ports: readonly number[] }[]
  readonly nodePorts: readonly NodePort[]
  /** What each node answers on a Service's `healthCheckNodePort`. */
  readonly health: readonly { readonly node: MachineNode; readonly port: number; readonly isHealthy: boolean }[]
}

/** Machines by the addresses and names they are asked for. */
export interface MachineIndex {
  podAt(ip: string, port: number): string | undefined
  nodePort(instance: InstanceKeys, port: number, protocol: 'TCP' | 'UDP'): NodePort | undefined
  health(instance: InstanceKeys, port: number): boolean | undefined
}

/** How an instance is known to the cluster. */
export interface InstanceKeys {
  readonly id: string
  readonly privateIp: string
}

export function indexOf(machines: Machines): MachineIndex {
  const pods = new Map<string, string>()
  const nodePorts = new Map<string, NodePort>()
  const health = new Map<string, boolean>()
  for (const { name, ips, ports } of machines.pods) for (const ip of ips) for (const port of ports) pods.set(`${canonicalAddress(ip)} ${port}`, name)
  for (const one of machines.nodePorts) for (const key of keysOf(one.node)) nodePorts.set(`${key} ${one.port} ${one.protocol}`, one)
  for (const one of machines.health) for (const key of keysOf(one.node)) health.set(`${key} ${one.port}`, one.isHealthy)
  const first = <T>(of: ReadonlyMap<string, T>, { id, privateIp }: InstanceKeys, what: string): T | undefined =>
    of.get(`${id} ${what}`) ?? of.get(`${privateIp} ${what}`)
  return {
    podAt: (ip, port) => pods.get(`${canonicalAddress(ip)} ${port}`),
    nodePort: (instance, port, protocol) => first(nodePorts, instance, `${port} ${protocol}`),
    health: (instance, port) => first(health, instance, String(port)),
  }
}

/** The instance id ends the provider id (`aws:///ZONE/i-...`). */
function keysOf({ providerId, addresses }: MachineNode): readonly string[] {
  const id = providerId?.split('/').at(-1)
  return id === undefined || id === '' ? addresses : [id, ...addresses]
}

export const NO_MACHINES: Machines = { pods: [], nodePorts: [], health: [] }
