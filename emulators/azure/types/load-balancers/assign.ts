/** What the service fills into a load balancer at once: private addresses of frontends, and the two forms of a rule's pools. */
import { keyOf } from '../../schema/ids.ts'
import { type JsonObject, idAt, idsAt, isEqual, objectAt, objectsAt, textAt } from '../../schema/json.ts'
import { propertiesOf } from '../../store/document.ts'
import type { Change } from '../../store/resource-type.ts'
import { claimAddress, nextAddress } from '../addresses.ts'
import { type Named, type PartsMember, membersOf, partsOf, withParts } from './parts.ts'

/** Throws a Refusal where an address cannot be had. */
export function assignLoadBalancer(change: Change): JsonObject {
  return [assignAddresses, assignPools, assignMembers].reduce((body, assign) => assign({ ...change, next: body }), change.next)
}

function mapped({ next }: Change, member: PartsMember, map: (properties: JsonObject, name: string) => JsonObject): JsonObject {
  const parts = objectsAt(objectAt(next, 'properties'), member)
  return withParts(
    next,
    member,
    parts.map((one) => ({ ...one, properties: map(objectAt(one, 'properties'), textAt(one, 'name') ?? '') })),
  )
}

/** The parts of the document as it was, by name in lower case. */
function before({ previous }: Change, member: PartsMember): ReadonlyMap<string, Named> {
  return new Map((previous === undefined ? [] : partsOf(previous.body, member)).map((one) => [one.name.toLowerCase(), one]))
}

function assignAddresses(change: Change): JsonObject {
  const [taken, held] = [new Set<string>(), before(change, 'frontendIPConfigurations')]
  return mapped(change, 'frontendIPConfigurations', (properties, name) => {
    const { privateIPAddress: _, ...rest } = properties
    const address = addressFor(change, { name, properties }, { taken, held: held.get(name.toLowerCase()) })
    if (address === undefined) return rest
    taken.add(address)
    return { ...rest, privateIPAddress: address }
  })
}

function addressFor(
  change: Change,
  { name, properties }: Named,
  { taken, held }: { readonly taken: ReadonlySet<string>; readonly held: Named | undefined },
): string | undefined {
  const { subscription, id } = change
  const subnet = subscription.documents.element(idAt(properties, 'subnet') ?? '')
  if (subnet === undefined) return undefined
  const ask = { subnet, version: textAt(properties, 'privateIPAddressVersion') ?? 'IPv4', owner: `${id}/frontendIPConfigurations/${name}`, taken }
  const asked = textAt(properties, 'privateIPAddress')
  if (textAt(properties, 'privateIPAllocationMethod') === 'Static' && asked !== undefined) return claimAddress(subscription, asked, ask)
  const isSameSubnet = held !== undefined && keyOf(idAt(held.properties, 'subnet') ?? '') === keyOf(subnet.id)
  return (isSameSubnet ? textAt(held.properties, 'privateIPAddress') : undefined) ?? nextAddress(subscription, ask)
}

/** `backendAddressPool` and `backendAddressPools` say the same; where they do not, the one that was changed counts. */
function assignPools(change: Change): JsonObject {
  const rules = before(change, 'loadBalancingRules')
  return mapped(change, 'loadBalancingRules', (properties, name) => {
    const { backendAddressPool: _, backendAddressPools: __, ...rest } = properties
    const [one, many] = [idAt(properties, 'backendAddressPool'), idsAt(properties, 'backendAddressPools')]
    const held = rules.get(name.toLowerCase())?.properties ?? {}
    const isSingleChanged = !isEqual(one, idAt(held, 'backendAddressPool'))
    const pools = one !== undefined && (many.length === 0 || isSingleChanged) ? [one] : many
    if (pools.length === 0) return rest
    return { ...rest, ...(pools.length === 1 ? { backendAddressPool: { id: pools[0] } } : {}), backendAddressPools: pools.map((id) => ({ id })) }
  })
}

/** Members of pools in a PUT of the load balancer as a whole: taken as they stand, unless the options say otherwise. */
function assignMembers(change: Change): JsonObject {
  const { inlineMembers, omittedMembers } = change.subscription.unproven
  if (change.focus !== undefined) return change.next
  const pools = before(change, 'backendAddressPools')
  return mapped(change, 'backendAddressPools', (properties, name) => {
    const pool = pools.get(name.toLowerCase())
    const held = pool === undefined ? [] : objectsAt(pool.properties, 'loadBalancerBackendAddresses')
    const isOmitted = membersOf({ name, properties }).length === 0
    const isKept = isOmitted ? omittedMembers === 'kept' : inlineMembers === 'ignored'
    return isKept ? { ...properties, loadBalancerBackendAddresses: held } : properties
  })
}

/** The address that a public address resource has. */
export function publicAddressOf(change: Pick<Change, 'subscription'>, { properties }: Named): string | undefined {
  const found = change.subscription.documents.element(idAt(properties, 'publicIPAddress') ?? '')
  return found === undefined ? undefined : textAt(propertiesOf(found), 'ipAddress')
}
