/** What Azure refuses about pools and their members, whether these are addresses or network interfaces. */
import { familyOf, isWithin } from '../../../cloud/networks.ts'
import { Refusal } from '../../arm/refusal.ts'
import { keyOf } from '../../schema/ids.ts'
import { type JsonObject, idsAt, objectAt, textAt, textsAt } from '../../schema/json.ts'
import { type Document, propertiesOf } from '../../store/document.ts'
import type { Change, Check } from '../../store/resource-type.ts'
import type { Subscription } from '../../store/subscription.ts'
import { PATHS } from '../common.ts'
import { type Named, isInternal, membersOf, networkOf, partsOf, rulesOf } from './parts.ts'

const poolId = (id: string, { name }: Named): string => `${id}/backendAddressPools/${name}`

const membersFit: Check = (change) => {
  const { next, id, subscription } = change
  for (const pool of partsOf(next, 'backendAddressPools')) {
    const members = membersOf(pool)
    const most = subscription.quotas.membersPerPool
    if (members.length > most)
      throw new Refusal(
        'LoadBalancerBackendAddressPoolAddressCountLimitReached',
        `Backend address pool ${poolId(id, pool)} has ${members.length} addresses, and may have ${most}.`,
      )
    if (members.length > 0) checkKind(change, pool)
    checkNames(change, pool, members)
    for (const member of members) checkMember(change, pool, member)
  }
}

function checkKind({ next, id, subscription }: Change, pool: Named): void {
  if (textAt(objectAt(next, 'sku'), 'name') === 'Basic') {
    throw new Refusal(
      'LoadBalancerBackendAddressesNotSupportedForBasicSku',
      `Backend address pool ${poolId(id, pool)} has addresses, which the Basic SKU does not support.`,
    )
  }
  if (interfacesIn(subscription, poolId(id, pool)).length > 0) throw mixed(poolId(id, pool))
}

export const mixed = (pool: string): Refusal =>
  new Refusal(
    'CannotMixIPBasedAddressesAndIPConfigurationsOnLoadBalancerBackendAddressPool',
    `Mixing backend IP configurations and IP-based addresses in the backend address pool ${pool} is not supported.`,
  )

/** IP configurations of machines that name the pool. */
export function interfacesIn({ documents }: Subscription, pool: string): readonly string[] {
  return documents.users(pool).flatMap(({ by }) => (by.type.path === PATHS.ipConfiguration || by.type.path === PATHS.scaleSetIpConfiguration ? [by.id] : []))
}

function checkNames({ id }: Change, pool: Named, members: readonly Named[]): void {
  const names = members.map(({ name }) => name.toLowerCase())
  const double = names.find((one, at) => names.indexOf(one) !== at)
  if (double !== undefined)
    throw new Refusal('DuplicateBackendAddressName', `Backend address pool ${poolId(id, pool)} has two addresses of the name ${double}.`)
}

function checkMember({ id, subscription }: Change, pool: Named, member: Named): void {
  const address = textAt(member.properties, 'ipAddress')
  const of = `${poolId(id, pool)}/loadBalancerBackendAddresses/${member.name}`
  if (address === undefined || familyOf(address) === undefined)
    throw new Refusal('InvalidIPAddressFormat', `The address '${address}' of ${of} is not an IP address.`)
  const network = networkOf(pool, member)
  if (network === undefined)
    throw new Refusal('VirtualNetworkOrSubnetRequiredForBackendAddress', `The backend address ${of} must name a virtual network or a subnet.`)
  const found = subscription.documents.element(network)
  const prefixes = found === undefined ? [] : textsAt(objectAt(propertiesOf(found), 'addressSpace'), 'addressPrefixes')
  if (found !== undefined && !prefixes.some((one) => isWithin(address, one))) {
    throw new Refusal('BackendAddressNotInVirtualNetwork', `The address ${address} of ${of} is not within the address space of ${network}.`)
  }
}

/** Rules that each member is behind, over the load balancers of all pools that have it. */
const rulesPerMemberFit: Check = ({ next, id, subscription }) => {
  const most = subscription.quotas.rulesPerMember
  const others = subscription.documents.all.filter((one) => one.type.path === 'loadBalancers' && keyOf(one.id) !== keyOf(id))
  const counts = new Map<string, number>()
  for (const one of [{ id, body: next }, ...others]) {
    for (const [member, count] of rulesOfMembers(subscription, one)) counts.set(member, (counts.get(member) ?? 0) + count)
  }
  const [member, count] = [...counts].find(([, number]) => number > most) ?? []
  if (member === undefined) return
  throw new Refusal(
    'LoadBalancerRuleCountLimitReachedForNic',
    `The number of load balancing rules, NAT rules and outbound rules of ${member} is ${count}, and may be ${most}.`,
  )
}

function rulesOfMembers(subscription: Subscription, { id, body }: Pick<Document, 'id' | 'body'>): ReadonlyMap<string, number> {
  const perPool = new Map<string, number>()
  const outbound = partsOf(body, 'outboundRules').flatMap(({ properties }) => idsOfPool(properties))
  for (const pool of [...rulesOf(body).flatMap(({ pools }) => pools), ...outbound]) perPool.set(keyOf(pool), (perPool.get(keyOf(pool)) ?? 0) + 1)
  const counts = new Map<string, number>()
  for (const pool of partsOf(body, 'backendAddressPools')) {
    const count = perPool.get(keyOf(poolId(id, pool))) ?? 0
    const members = [
      ...membersOf(pool).map(({ properties }) => textAt(properties, 'ipAddress') ?? ''),
      ...interfacesIn(subscription, poolId(id, pool)).map(keyOf),
    ]
    for (const member of members) counts.set(member, (counts.get(member) ?? 0) + count)
  }
  return counts
}

const idsOfPool = (properties: JsonObject): readonly string[] => {
  const id = textAt(objectAt(properties, 'backendAddressPool'), 'id')
  return [...(id === undefined ? [] : [id]), ...idsAt(properties, 'backendAddressPools')]
}

/** True: it has members, by address or by interface. */
export function hasMembers(subscription: Subscription, { id, body }: Pick<Document, 'id' | 'body'>): boolean {
  return partsOf(body, 'backendAddressPools').some((pool) => membersOf(pool).length > 0 || interfacesIn(subscription, poolId(id, pool)).length > 0)
}

/** True: it has a frontend inside a virtual network. */
export const isInternalBalancer = ({ body }: Pick<Document, 'body'>): boolean => partsOf(body, 'frontendIPConfigurations').some(isInternal)

export const POOL_CHECKS: readonly Check[] = [membersFit, rulesPerMemberFit]
