/** In which subnets a load balancer stands: those the Service names, those it stands in, or those that are found by their tags, one in each zone. */
import { compareText } from '../../../../src/model/order.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { Network, Subnet } from '../../view.ts'

export interface SubnetQuestion {
  readonly network: Network
  readonly clusterName?: string
  readonly scheme: 'internal' | 'internet-facing'
  /** Every subnet has to have IPv6 addresses. */
  readonly needsIpv6: boolean
  /** Subnets that the load balancer is in: it needs no more room there. */
  readonly standing: ReadonlySet<string>
}

export type Chosen = { readonly subnets: readonly Subnet[] } | { readonly problem: Problem }

const CLUSTER_TAG = 'kubernetes.io/cluster/'
const ROLE_TAGS = { 'internet-facing': 'kubernetes.io/role/elb', internal: 'kubernetes.io/role/internal-elb' } as const
/** What an NLB needs in a subnet. */
const FREE_ADDRESSES = 8

/** By id or by the tag `Name`, in the order given. */
export function namedSubnets(names: readonly string[], { network, needsIpv6, standing }: SubnetQuestion): Chosen {
  const refuse = (value: string, wrong: string, allowed?: string): Chosen => ({
    problem: { reason: 'Invalid', field: FIELDS.subnets, value, wrong, ...(allowed === undefined ? {} : { allowed }) },
  })
  const subnets: Subnet[] = []
  for (const name of names) {
    const found = network.subnets.filter((subnet) => subnet.id === name || subnet.name === name)
    const [subnet] = found
    if (subnet === undefined) return refuse(name, `is no subnet of ${network.vpcId}`, 'ids, or values of the tag Name')
    if (found.length > 1) return refuse(name, `is the name of ${found.length} subnets: ${found.map(({ id }) => id).join(', ')}`, 'one of these ids')
    const twin = subnets.find(({ zone }) => zone === subnet.zone)
    if (twin !== undefined) return refuse(names.join(','), `names two subnets of zone ${subnet.zone}: ${twin.id}, ${subnet.id}`, 'one subnet in each zone')
    const other = subnets.find(({ zoneType }) => zoneType !== subnet.zoneType)
    if (other !== undefined) return refuse(names.join(','), `mixes kinds of zones: ${other.zoneType} and ${subnet.zoneType}`, 'subnets of one kind of zone')
    if (needsIpv6 && subnet.ipv6Cidrs.length === 0) return refuse(name, 'has no IPv6 range, which a dual-stack load balancer needs')
    if (subnet.freeAddresses < FREE_ADDRESSES && !standing.has(subnet.id))
      return refuse(name, `has ${subnet.freeAddresses} free addresses, and a load balancer needs ${FREE_ADDRESSES}`)
    subnets.push(subnet)
  }
  return { subnets }
}

/** Of each zone one: before all others one that carries this cluster's tag, then the one with the lowest id. Sorted by id. */
export function discoveredSubnets(question: SubnetQuestion): Chosen {
  const { network, scheme } = question
  const tagged = network.subnets.filter(({ tags }) => ['', '1'].includes(tags[ROLE_TAGS[scheme]] ?? '-'))
  const candidates = tagged.length > 0 ? tagged : network.subnets.filter(({ isPublic }) => isPublic === (scheme === 'internet-facing'))
  const dropped = new Map<string, number>()
  const usable = candidates.filter((subnet) => {
    const because = unusable(subnet, question)
    if (because !== undefined) dropped.set(because, (dropped.get(because) ?? 0) + 1)
    return because === undefined
  })
  if (usable.length === 0) return { problem: noneLeft(question, dropped) }
  const ranked = usable.toSorted((a, b) => Number(isTagged(b, question)) - Number(isTagged(a, question)) || compareText(a.id, b.id))
  const kind = mostCommonZoneType(ranked)
  const zones = new Map<string, Subnet>()
  for (const subnet of ranked) if (subnet.zoneType === kind && !zones.has(subnet.zone)) zones.set(subnet.zone, subnet)
  return { subnets: [...zones.values()].toSorted((a, b) => compareText(a.id, b.id)) }
}

/** Zones of the region before local and wavelength ones: an NLB stands in one kind alone. */
function mostCommonZoneType(subnets: readonly Subnet[]): string | undefined {
  return subnets.some(({ zoneType }) => zoneType === 'availability-zone') ? 'availability-zone' : subnets[0]?.zoneType
}

function isTagged({ tags }: Subnet, { clusterName }: SubnetQuestion): boolean {
  return clusterName !== undefined && `${CLUSTER_TAG}${clusterName}` in tags
}

function unusable(subnet: Subnet, question: SubnetQuestion): string | undefined {
  const isForeign = Object.keys(subnet.tags).some((key) => key.startsWith(CLUSTER_TAG)) && !isTagged(subnet, question)
  if (isForeign && question.clusterName !== undefined) return `tagged for another cluster (${CLUSTER_TAG}...)`
  if (subnet.freeAddresses < FREE_ADDRESSES) return `with fewer than ${FREE_ADDRESSES} free addresses`
  if (question.needsIpv6 && subnet.ipv6Cidrs.length === 0) return 'without an IPv6 range'
  return undefined
}

function noneLeft({ network, scheme }: SubnetQuestion, dropped: ReadonlyMap<string, number>): Problem {
  const reasons = [...dropped].map(([because, count]) => `${count} ${because}`).toSorted()
  const left =
    reasons.length > 0
      ? `: ${reasons.join('; ')}`
      : `: none of its ${network.subnets.length} subnets is tagged ${ROLE_TAGS[scheme]} or ${scheme === 'internal' ? 'private' : 'public'}`
  return {
    reason: 'Invalid',
    field: FIELDS.subnets,
    wrong: `is not said, and ${network.vpcId} has no subnet for ${scheme === 'internal' ? 'an internal' : 'an internet-facing'} load balancer${left}`,
    allowed: 'ids or names of subnets',
    remedy: `Tag subnets ${ROLE_TAGS[scheme]}=1, or name some in ${FIELDS.subnets}.`,
  }
}
