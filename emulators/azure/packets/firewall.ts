/** What the network security groups before a machine let through: that of its subnet, then that of its interface. */
import { isPrivate, isWithin } from '../../cloud/networks.ts'
import { idAt, objectAt, textsAt } from '../schema/json.ts'
import { keyOf } from '../schema/ids.ts'
import { type Document, propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'
import { prefixesOf } from '../types/addresses.ts'
import { type SecurityRule, rulesIn } from '../types/security-groups/rules.ts'
import type { Member } from './members.ts'

/** Where probes come from. */
export const PROBES_FROM = '168.63.129.16'

export interface Arrival {
  readonly from: string
  /** The address on the packet: with floating IP that of the load balancer. */
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** The rule that stops it, as `GROUP/RULE`; undefined: it comes through. */
export function stoppedBy(subscription: Subscription, member: Member, arrival: Arrival): string | undefined {
  for (const group of groupsBefore(subscription, member)) {
    const rule = decidingRule(subscription, group, { member, arrival })
    if (rule !== undefined && !rule.isAllowed) return `${group.name}/${rule.name}`
  }
  return undefined
}

function groupsBefore({ documents }: Subscription, member: Member): readonly Document[] {
  const configuration = documents.element(member.ipConfiguration ?? '')
  const subnet = documents.element(configuration === undefined ? subnetAt({ documents }, member) : (idAt(propertiesOf(configuration), 'subnet') ?? ''))
  const holders = [subnet, configuration?.parent].flatMap((one) => (one === undefined ? [] : [propertiesOf(one)]))
  return holders.flatMap((properties) => documents.get(idAt(properties, 'networkSecurityGroup') ?? '') ?? [])
}

/** The subnet of an address that no interface has. */
function subnetAt({ documents }: Pick<Subscription, 'documents'>, { address, network }: Member): string {
  const subnets = documents.parts(network).filter(({ type }) => type.path === 'virtualNetworks/subnets')
  return subnets.find((one) => prefixesOf(one).some((prefix) => isWithin(address, prefix)))?.id ?? ''
}

interface Case {
  readonly member: Member
  readonly arrival: Arrival
}

function decidingRule(subscription: Subscription, group: Document, of: Case): SecurityRule | undefined {
  return inboundRules(group).find((rule) => matches(subscription, rule, of))
}

const known = new WeakMap<Document, readonly SecurityRule[]>()

/** Own rules and those of every group, the lowest number first. */
function inboundRules(group: Document): readonly SecurityRule[] {
  const all =
    known.get(group) ??
    [...rulesIn(group.body, 'securityRules'), ...rulesIn(group.body, 'defaultSecurityRules')]
      .filter(({ isInbound }) => isInbound)
      .toSorted((a, b) => a.priority - b.priority)
  known.set(group, all)
  return all
}

function matches(subscription: Subscription, rule: SecurityRule, { member, arrival }: Case): boolean {
  if (rule.protocol !== '*' && rule.protocol.toUpperCase() !== arrival.protocol) return false
  const isAddressed = (prefixes: readonly string[], address: string): boolean => prefixes.some((one) => covers(subscription, { prefix: one, address, member }))
  return (
    rule.destinationPorts.some((range) => includes(range, arrival.port)) &&
    isAddressed(rule.sources, arrival.from) &&
    isAddressed(rule.destinations, arrival.to)
  )
}

function includes(range: string, port: number): boolean {
  const [from, to = from] = range.split('-').map(Number)
  return range === '*' || (from !== undefined && to !== undefined && port >= from && port <= to)
}

function covers(
  subscription: Subscription,
  { prefix, address, member }: { readonly prefix: string; readonly address: string; readonly member: Member },
): boolean {
  if (prefix === '*') return true
  if (/^[A-Za-z]/.test(prefix) && !prefix.includes(':')) return hasTag(subscription, prefix.toLowerCase(), { address, member })
  return prefix.includes('/') ? isWithin(address, prefix) : isWithin(address, `${prefix}/${prefix.includes(':') ? 128 : 32}`)
}

function hasTag(subscription: Subscription, tag: string, { address, member }: { readonly address: string; readonly member: Member }): boolean {
  switch (tag) {
    case 'azureloadbalancer':
      return address === PROBES_FROM
    case 'virtualnetwork':
      return spaceOf(subscription, member).some((one) => isWithin(address, one))
    case 'internet':
      return !isPrivate(address) && address !== PROBES_FROM && !spaceOf(subscription, member).some((one) => isWithin(address, one))
    default:
      return (subscription.serviceTags.get(tag) ?? []).some((one) => isWithin(address, one))
  }
}

function spaceOf({ documents }: Subscription, { network }: Member): readonly string[] {
  const document = documents.get(network)
  return document === undefined ? [] : textsAt(objectAt(objectAt(document.body, 'properties'), 'addressSpace'), 'addressPrefixes')
}

/** Is it one of the networks of the subscription that this address is in? */
export function isInNetwork(subscription: Subscription, network: string, address: string): boolean {
  return keyOf(network) !== '' && spaceOf(subscription, { address, network }).some((one) => isWithin(address, one))
}
