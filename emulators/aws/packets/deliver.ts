/** Walks a packet from a client to a pod: the name, the load balancer's firewall, its listener, the targets' health and firewall, and what runs there. */
import { canonicalAddress, familyOf, isPrivate } from '../../cloud/networks.ts'
import type { Delivery, Dropped, Sent } from '../../cloud/packets.ts'
import type { Rotation } from '../../cloud/rotation.ts'
import type { Attachment, Listener, LoadBalancer, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { letsIn } from '../cloud/rules.ts'
import { groupAttribute } from '../elb/attributes.ts'
import { stateOf } from '../elb/balancers.ts'
import { choose } from './choose.ts'
import { addressesOf, isLetIn, podsBehind } from './target.ts'

export function deliver(region: Region, rotation: Rotation, sent: Sent): Delivery {
  const entry = resolve(region, sent)
  if ('dropped' in entry) return entry
  const { balancer } = entry
  const state = stateOf(region, balancer)
  if (state !== 'active' && !(state === 'provisioning' && region.answersWhileProvisioning)) {
    return { at: 'provisioning', dropped: `${balancer.name} is ${state}` }
  }
  const arrival = { protocol: sent.protocol === 'TCP' ? 'tcp' : 'udp', port: sent.port, from: sent.from, fromGroups: [] } as const
  if (balancer.groups.length > 0 && !letsIn(region, balancer.groups, arrival)) {
    return { at: 'firewall', dropped: `no rule of ${balancer.groups.join(', ')} lets ${sent.from} in on ${sent.port}/${sent.protocol}` }
  }
  const listener = balancer.listeners.values().find((one) => one.port === sent.port && carries(one, sent.protocol))
  if (listener === undefined) return { at: 'listener', dropped: `${balancer.name} does not listen on ${sent.port}/${sent.protocol}` }
  return forward(region, rotation, { ...entry, listener, sent })
}

interface Entry {
  readonly balancer: LoadBalancer
  /** Where it comes in; undefined: by name, so in any zone. */
  readonly attachment?: Attachment
}

function resolve(region: Region, { to, from }: Sent): Entry | Dropped {
  const family = familyOf(to)
  const all = [...region.balancers.values()]
  if (family === undefined) {
    const balancer = all.find(({ dnsName }) => dnsName === to.toLowerCase())
    if (balancer === undefined) return { at: 'dns', dropped: `${to} does not resolve` }
    if (familyOf(from) === 'ipv6' && balancer.ipAddressType === 'ipv4') return { at: 'dns', dropped: `${to} has no IPv6 address` }
    return isOutside(balancer, from) ? { at: 'route', dropped: `${balancer.name} is internal, and ${from} is outside` } : { balancer }
  }
  for (const balancer of all) {
    const attachment = balancer.attachments.find(({ interfaceId }) => {
      const at = region.interfaces.get(interfaceId)
      return at !== undefined && [at.publicIp, at.privateIp, at.ipv6].includes(canonicalAddress(to))
    })
    if (attachment === undefined) continue
    return isOutside(balancer, from) ? { at: 'route', dropped: `${balancer.name} is internal, and ${from} is outside` } : { balancer, attachment }
  }
  return { at: 'route', dropped: `no load balancer has the address ${to}` }
}

function isOutside({ scheme }: LoadBalancer, from: string): boolean {
  return scheme === 'internal' && !isPrivate(from)
}

function carries({ protocol }: Listener, sent: 'TCP' | 'UDP'): boolean {
  if (protocol === 'TCP_UDP' || protocol === 'TCP_QUIC') return true
  return sent === 'TCP' ? protocol === 'TCP' || protocol === 'TLS' : protocol === 'UDP' || protocol === 'QUIC'
}

interface Journey extends Entry {
  readonly listener: Listener
  readonly sent: Sent
}

function forward(region: Region, rotation: Rotation, { balancer, attachment, listener, sent }: Journey): Delivery {
  const chosen = choose(region, rotation, { balancer, listener, sent, ...(attachment === undefined ? {} : { zone: attachment.zone }) })
  if (typeof chosen === 'string') return { at: 'health', dropped: chosen }
  const { group, target } = chosen
  const spot = { balancer, group, target }
  const { port } = target
  const sees = keepsClient(group, sent) ? [sent.from] : addressesOf(region, balancer)
  if (!sees.some((address) => isLetIn(region, spot, { sees: address, port, protocol: sent.protocol }))) {
    return { at: 'target firewall', dropped: `no rule of the groups of ${target.id} lets ${balancer.name} in on ${port}/${sent.protocol}` }
  }
  if (keepsClient(group, sent) && isItself(region, group, { id: target.id, from: sent.from })) {
    return { at: 'target', dropped: `${target.id} is asked by its own address, and drops what seems to come from its own address` }
  }
  const pods = podsBehind(region, spot, { port, protocol: sent.protocol })
  const backend = rotation.next(`${group.arn} ${target.id} ${port}`, pods)
  if (backend === undefined) return { at: 'target', dropped: `nothing answers at ${target.id} on ${port}/${sent.protocol}` }
  return { backend, via: [balancer.arn, `${target.id}:${port}`] }
}

/** Source and destination of such a packet would be one and the same (hairpinning). */
function isItself(region: Region, { targetType }: TargetGroup, { id, from }: { readonly id: string; readonly from: string }): boolean {
  return targetType === 'ip' ? id === from : region.instances.get(id)?.privateIp === from
}

/** A client of the other family is translated, and its address not kept. */
function keepsClient(group: TargetGroup, { from }: Sent): boolean {
  return groupAttribute(group, 'preserve_client_ip.enabled') === 'true' && familyOf(from) === group.ipAddressType
}
