/** All objects of a region in one form, for tests that compare worlds. */
import { balancerAttributes, groupAttributes, listenerAttributes } from '../elb/attributes.ts'
import type { Rule } from './objects.ts'
import type { Region } from './region.ts'
import { ruleKey } from './rules.ts'

export interface CloudObject {
  readonly kind: 'load balancer' | 'listener' | 'target group' | 'security group' | 'rule' | 'network interface'
  /** The id or ARN that the cloud gave. */
  readonly id: string
  /** The name that its owner gave; of what has none, what it hangs on and its key there. */
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** Ids that the cloud gave are replaced by names, so that equal things read equal. Times are left out. */
  readonly settings: Readonly<Record<string, unknown>>
}

export function objectsOf(region: Region): readonly CloudObject[] {
  return [...balancers(region), ...listeners(region), ...targetGroups(region), ...securityGroups(region), ...interfaces(region)].toSorted((a, b) =>
    `${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1,
  )
}

const plain = (tags: ReadonlyMap<string, string>): Readonly<Record<string, string>> => Object.fromEntries([...tags].toSorted(([a], [b]) => (a < b ? -1 : 1)))

const groupName = ({ groups }: Region, id: string): string => groups.get(id)?.name ?? id
const targetGroupName = (region: Region, arn: string): string => region.targetGroups.get(arn)?.name ?? arn

function balancers(region: Region): readonly CloudObject[] {
  return [...region.balancers.values()].map((one) => ({
    kind: 'load balancer',
    id: one.arn,
    name: one.name,
    tags: plain(one.tags),
    settings: {
      scheme: one.scheme,
      ipAddressType: one.ipAddressType,
      sourceNat: one.sourceNat,
      groups: one.groups.map((id) => groupName(region, id)),
      privateLinkEnforcement: one.privateLinkEnforcement,
      subnets: one.attachments.map(({ subnetId, interfaceId, hasChosenIp, sourceNatPrefix }) => ({
        subnetId,
        allocationId: region.interfaces.get(interfaceId)?.allocationId,
        privateIp: hasChosenIp ? region.interfaces.get(interfaceId)?.privateIp : undefined,
        sourceNatPrefix,
      })),
      capacityUnits: one.capacityUnits,
      attributes: balancerAttributes(one),
    },
  }))
}

function listeners(region: Region): readonly CloudObject[] {
  return [...region.listeners.values()].map((one) => ({
    kind: 'listener',
    id: one.arn,
    name: `${region.balancers.get(one.balancerArn)?.name} ${one.port}`,
    tags: plain(one.tags),
    settings: {
      port: one.port,
      protocol: one.protocol,
      forwardsTo: one.groups.map(({ arn, weight }) => ({ group: targetGroupName(region, arn), weight })),
      isSticky: one.isSticky,
      certificate: one.certificate,
      extraCertificates: [...one.extraCertificates].toSorted(),
      sslPolicy: one.sslPolicy,
      alpn: one.alpn,
      ruleTags: one.ruleTags.size === 0 ? undefined : plain(one.ruleTags),
      attributes: listenerAttributes(one),
    },
  }))
}

function targetGroups(region: Region): readonly CloudObject[] {
  return [...region.targetGroups.values()].map((one) => ({
    kind: 'target group',
    id: one.arn,
    name: one.name,
    tags: plain(one.tags),
    settings: {
      protocol: one.protocol,
      port: one.port,
      vpcId: one.vpcId,
      targetType: one.targetType,
      ipAddressType: one.ipAddressType,
      health: one.health,
      targets: [...one.targets.values()]
        .filter(({ leftAt }) => leftAt === undefined)
        .map(({ id, port, zone }) => `${id}:${port}${zone === undefined ? '' : ` ${zone}`}`)
        .toSorted(),
      attributes: groupAttributes(one),
    },
  }))
}

function securityGroups(region: Region): readonly CloudObject[] {
  const named = (rule: Rule): Rule => (rule.source.kind === 'group' ? { ...rule, source: { kind: 'group', id: groupName(region, rule.source.id) } } : rule)
  return [...region.groups.values()].flatMap((one): readonly CloudObject[] => [
    {
      kind: 'security group',
      id: one.id,
      name: one.name,
      tags: plain(one.tags),
      settings: { vpcId: one.vpcId, description: one.description },
    },
    ...[...one.rules.values()].map((rule): CloudObject => ({
      kind: 'rule',
      id: rule.id,
      name: `${one.name} ${ruleKey(named(rule))}`,
      tags: {},
      settings: { group: one.name, rule: ruleKey(named(rule)), description: rule.description },
    })),
  ])
}

/** Those of load balancers that are gone, and hold on to groups and addresses. */
function interfaces(region: Region): readonly CloudObject[] {
  return [...region.interfaces.values()]
    .filter(({ goneAt }) => goneAt !== undefined && goneAt > region.clock.now())
    .map((one) => ({
      kind: 'network interface',
      id: one.id,
      // Without the digits that the cloud gave to the load balancer.
      name: `${one.description.replace(/\/[0-9a-f]{16}$/, '')} ${one.subnetId}`,
      tags: plain(one.tags),
      settings: { groups: one.groups.map((id) => groupName(region, id)), allocationId: one.allocationId },
    }))
}
