/** What a target does with a packet: the firewall before it, and what runs on it. Nothing here knows of listeners or health. */
import { letsIn } from '../cloud/rules.ts'
import type { LoadBalancer, Target, TargetGroup } from '../cloud/objects.ts'
import { interfaceAt } from '../cloud/interfaces.ts'
import type { Region } from '../cloud/region.ts'

export interface Packet {
  readonly from: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** Addresses of the load balancer's interfaces, which targets see where the client's own is not kept. */
export function addressesOf(region: Region, { attachments }: LoadBalancer): readonly string[] {
  return attachments.flatMap(({ interfaceId }) => {
    const at = region.interfaces.get(interfaceId)
    return at === undefined ? [] : [at.privateIp, ...(at.ipv6 === undefined ? [] : [at.ipv6])]
  })
}

/** Groups of the target's interface. An address that no interface has is a pod's: it has the groups of the nodes, as pods do that share their node's interface. Undefined: outside the VPC. */
function groupsOf(region: Region, group: TargetGroup, { id, zone }: Target): readonly string[] | undefined {
  if (group.targetType === 'instance') return region.interfaces.get(region.instances.get(id)?.interfaceId ?? '')?.groups ?? []
  if (zone !== undefined) return undefined
  return interfaceAt(region, id)?.groups ?? [...region.instanceGroups]
}

/** May this come from the load balancer to the target? `sees`: the address the target sees. */
export function isLetIn(region: Region, at: Spot, packet: { readonly sees: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' }): boolean {
  const groups = groupsOf(region, at.group, at.target)
  if (groups === undefined) return true
  const protocol = packet.protocol === 'TCP' ? 'tcp' : 'udp'
  return letsIn(region, groups, { protocol, port: packet.port, from: packet.sees, fromGroups: at.balancer.groups })
}

export interface Spot {
  readonly balancer: LoadBalancer
  readonly group: TargetGroup
  readonly target: Target
}

export interface Port {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** Pods that answer at a port of the target: of a node port all that it leads to, of an address its own. */
export function podsBehind(region: Region, { group, target }: Pick<Spot, 'group' | 'target'>, { port, protocol }: Port): readonly string[] {
  if (group.targetType === 'ip') return podAt(region, target.id, port)
  const instance = region.instances.get(target.id)
  if (instance === undefined || instance.state !== 'running') return []
  return (region.machines.nodePort(instance, port, protocol)?.to ?? []).flatMap((to) => podAt(region, to.ip, to.port))
}

function podAt({ machines }: Region, ip: string, port: number): readonly string[] {
  const name = machines.podAt(ip, port)
  return name === undefined ? [] : [name]
}
