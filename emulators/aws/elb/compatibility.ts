/** Which listeners, target groups and load balancers go together. */
import type { Listener, LoadBalancer, Protocol, TargetGroup } from '../cloud/objects.ts'
import { Refusal, invalidConfiguration } from '../wire/refusal.ts'

/** Protocols of target groups that a listener of the protocol may forward to: AWS, "Listeners for your Network Load Balancers". */
const GOES_TO: Readonly<Record<Protocol, readonly Protocol[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
}

const isUdp = (protocol: Protocol): boolean => protocol === 'UDP' || protocol === 'TCP_UDP'
const isQuic = (protocol: Protocol): boolean => protocol === 'QUIC' || protocol === 'TCP_QUIC'

export interface Pairing {
  readonly balancer: LoadBalancer
  readonly protocol: Protocol
  readonly group: TargetGroup
}

/** May a listener of this protocol, on this load balancer, forward to this group? */
export function checkPairing({ balancer, protocol, group }: Pairing): void {
  if (!GOES_TO[protocol].includes(group.protocol)) {
    throw new Refusal(
      'IncompatibleProtocols',
      `The protocol '${group.protocol}' of the target group '${group.arn}' does not go with the listener protocol '${protocol}'`,
    )
  }
  if (group.vpcId !== balancer.vpcId) throw invalidConfiguration(`The target group '${group.arn}' is not in the VPC of the load balancer '${balancer.arn}'`)
  if (group.users.values().some(({ balancerArn }) => balancerArn !== balancer.arn)) {
    throw new Refusal('TargetGroupAssociationLimit', `The target group '${group.arn}' cannot be associated with more than one load balancer`)
  }
  if (group.ipAddressType === 'ipv6' && balancer.ipAddressType !== 'dualstack') {
    throw invalidConfiguration(`The IPv6 target group '${group.arn}' needs a dualstack load balancer`)
  }
  checkUdpOnDualstack(balancer, { protocol, group })
}

/** UDP over IPv6 needs addresses to translate clients to, and targets that speak IPv6. */
export function checkUdpOnDualstack(
  { ipAddressType, sourceNat }: Pick<LoadBalancer, 'ipAddressType' | 'sourceNat'>,
  { protocol, group }: Pick<Pairing, 'protocol' | 'group'>,
): void {
  if (ipAddressType !== 'dualstack' || !isUdp(protocol)) return
  if (sourceNat !== 'on') throw invalidConfiguration(`A ${protocol} listener on a dualstack load balancer needs 'EnablePrefixForIpv6SourceNat' to be 'on'`)
  if (group.ipAddressType !== 'ipv6') throw invalidConfiguration(`A ${protocol} listener on a dualstack load balancer needs an IPv6 target group`)
}

/** QUIC's own limits: one such listener, none beside UDP, not with IPv6, not with security groups. */
export function checkQuic(balancer: LoadBalancer, { protocol, besides }: { readonly protocol: Protocol; readonly besides?: Listener }): void {
  const others = [...balancer.listeners].filter((one) => one !== besides)
  if (isUdp(protocol) && others.some((one) => isQuic(one.protocol))) throw invalidConfiguration(`A ${protocol} listener cannot be beside a QUIC listener`)
  if (!isQuic(protocol)) return
  if (balancer.ipAddressType === 'dualstack') throw invalidConfiguration('QUIC listeners are not supported on dualstack load balancers')
  if (balancer.hasGroups) throw invalidConfiguration('QUIC listeners are not supported on load balancers with security groups')
  if (others.some((one) => isQuic(one.protocol))) throw invalidConfiguration('A load balancer can have at most one QUIC or TCP_QUIC listener')
  if (others.some((one) => isUdp(one.protocol))) throw invalidConfiguration(`A ${protocol} listener cannot be beside a UDP or TCP_UDP listener`)
}
