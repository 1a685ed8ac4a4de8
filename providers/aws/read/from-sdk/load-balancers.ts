/** A load balancer as ELBv2 shows it, in our words. */
import type { AvailabilityZone, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import { parseAddress } from '../../../../src/model/address.ts'
import type { Labels } from '../../marks.ts'
import type { LoadBalancerPart, ZoneMapping } from '../../view.ts'
import { given, oneOf, required } from './require.ts'

export function loadBalancerPart(found: LoadBalancer, { mark, tags }: Labels): LoadBalancerPart {
  const securityGroups = (found.SecurityGroups ?? []).toSorted()
  const privateLink = found.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
  return {
    mark,
    tags,
    name: required(found.LoadBalancerName, 'LoadBalancerName'),
    arn: required(found.LoadBalancerArn, 'LoadBalancerArn'),
    dnsName: required(found.DNSName, 'DNSName').toLowerCase(),
    // Left out in the answer, it is what the API takes where none is sent.
    scheme: oneOf(['internal', 'internet-facing'], found.Scheme ?? 'internet-facing', 'Scheme'),
    state: oneOf(['provisioning', 'active', 'active_impaired', 'failed'], found.State?.Code, 'State'),
    ipAddressType: oneOf(['ipv4', 'dualstack'], found.IpAddressType ?? 'ipv4', 'IpAddressType'),
    vpcId: required(found.VpcId, 'VpcId'),
    securityGroups,
    zones: zonesOf(found.AvailabilityZones),
    sourceNat: found.EnablePrefixForIpv6SourceNat === 'on',
    // On unless switched off, and without meaning where there are no groups.
    ...given('privateLinkRules', securityGroups.length === 0 ? undefined : privateLink !== 'off'),
  }
}

/**
 * `asked`: what was sent. The answer to a change may come before the addresses are taken, and then shows none: what it does not show of a zone is what
 * was asked for in it.
 */
export function zonesOf(found: readonly AvailabilityZone[] | undefined, asked: readonly Omit<ZoneMapping, 'zone'>[] = []): readonly ZoneMapping[] {
  const zones = (found ?? []).map(({ ZoneName, SubnetId, LoadBalancerAddresses = [] }): ZoneMapping => {
    const subnetId = required(SubnetId, 'SubnetId')
    const sent = asked.find((zone) => zone.subnetId === subnetId)
    const allocationId = LoadBalancerAddresses.find((address) => address.AllocationId !== undefined)?.AllocationId ?? sent?.allocationId
    const privateIpv4 = LoadBalancerAddresses.find((address) => address.PrivateIPv4Address !== undefined)?.PrivateIPv4Address ?? sent?.privateIpv4
    const ipv6 = LoadBalancerAddresses.find((address) => address.IPv6Address !== undefined)?.IPv6Address ?? sent?.ipv6
    return {
      zone: required(ZoneName, 'ZoneName'),
      subnetId,
      ...given('allocationId', allocationId),
      ...given('privateIpv4', privateIpv4),
      ...given('ipv6', ipv6 === undefined ? undefined : (parseAddress(ipv6) ?? ipv6)),
    }
  })
  return zones.toSorted((a, b) => (a.zone < b.zone ? -1 : 1))
}
