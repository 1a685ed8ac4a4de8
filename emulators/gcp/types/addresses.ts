/** Reserved addresses of a region. There is no update: they are inserted and deleted. */
import { type JsonObject, textAt } from '../../cloud/json.ts'
import { familyOf } from '../../cloud/networks.ts'
import { Refusal, invalid, required } from '../compute/refusal.ts'
import { link, number, oneOf, text } from '../schema/field.ts'
import type { Compute } from '../store/compute.ts'
import type { Change, Counted, Resource, ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS, fail } from './common.ts'
import { type Tier, isInSubnetwork, isIpv6, literalOf, newExternal, newInternal, newIpv6, reservationOf, rulesAt } from './ip-addresses.ts'

export const ADDRESSES: ResourceType = {
  collection: COLLECTIONS.address,
  kind: 'address',
  service: 'addresses',
  scope: 'region',
  fields: {
    description: text({ or: '' }),
    address: text(),
    addressType: oneOf(['EXTERNAL', 'INTERNAL'], { or: 'EXTERNAL' }),
    networkTier: oneOf(['PREMIUM', 'STANDARD']),
    purpose: oneOf(['GCE_ENDPOINT', 'SHARED_LOADBALANCER_VIP']),
    ipVersion: oneOf(['IPV4', 'IPV6']),
    ipv6EndpointType: oneOf(['VM', 'NETLB']),
    prefixLength: number(),
    network: link([COLLECTIONS.network]),
    subnetwork: link([COLLECTIONS.subnetwork]),
    ipCollection: link([]),
    status: text({ isReadOnly: true }),
    users: { kind: 'links', to: [], isReadOnly: true },
  },
  methods: ['insert', 'delete', 'setLabels'],
  delay: 'address',
  hasLabels: true,
  checks: [checkTier, checkSubnetwork, checkLiteral],
  assign: ({ next }) => ({
    ...next,
    networkTier: tierOf(next),
    ...(isInternal(next) ? { purpose: textAt(next, 'purpose') ?? 'GCE_ENDPOINT' } : {}),
    ...(textAt(next, 'address') === undefined ? {} : { address: literalKept(textAt(next, 'address') ?? '') }),
  }),
  finish: (compute, resource) => ({ ...resource.body, address: textAt(resource.body, 'address') ?? newAddress(compute, resource) }),
  show: (compute, { body, isReady }) => {
    const address = textAt(body, 'address')
    const users = address === undefined ? [] : rulesAt(compute, address).map(({ path }) => path)
    return { status: isReady ? (users.length > 0 ? 'IN_USE' : 'RESERVED') : 'RESERVING', ...(users.length > 0 ? { users } : {}) }
  },
  quota: countAddresses,
}

export const isInternal = (body: JsonObject): boolean => textAt(body, 'addressType') === 'INTERNAL'

export const tierOf = (body: JsonObject): Tier => (textAt(body, 'networkTier') === 'STANDARD' ? 'STANDARD' : 'PREMIUM')

/** Without the length that clients write after an IPv6 address. */
const literalKept = (address: string): string => address.split('/')[0] ?? address

function newAddress(compute: Compute, { body }: Resource): string {
  const subnetwork = compute.resources.get(textAt(body, 'subnetwork') ?? '')
  const isSix = textAt(body, 'ipVersion') === 'IPV6'
  if (isSix && subnetwork !== undefined) {
    const given = newIpv6(compute, subnetwork, isInternal(body) ? 'INTERNAL' : 'EXTERNAL')
    return given?.split('/')[0] ?? fail('INVALID_USAGE', `Subnetwork '${subnetwork.path}' has no IPv6 range of this kind.`)
  }
  return isInternal(body) && subnetwork !== undefined ? newInternal(compute, subnetwork) : newExternal(compute, tierOf(body))
}

function checkTier({ next }: Change): void {
  if (isInternal(next) && textAt(next, 'networkTier') === 'STANDARD') throw invalid('networkTier', 'STANDARD', 'An internal address is of the premium tier.')
  if (textAt(next, 'ipVersion') === 'IPV6' && textAt(next, 'networkTier') === 'STANDARD') {
    throw invalid('networkTier', 'STANDARD', 'IPv6 is of the premium tier.')
  }
  if (!isInternal(next) && next['purpose'] !== undefined) throw invalid('purpose', next['purpose'], 'Only an internal address has a purpose.')
}

function checkSubnetwork({ next }: Change): void {
  const isSix = textAt(next, 'ipVersion') === 'IPV6'
  if ((isInternal(next) || (isSix && next['address'] === undefined)) && next['subnetwork'] === undefined) throw required('subnetwork')
  if (!isInternal(next) && !isSix && next['subnetwork'] !== undefined) {
    throw invalid('subnetwork', next['subnetwork'], 'An external IPv4 address has no subnetwork.')
  }
}

/** An address in use by a forwarding rule may be reserved; one that is reserved already may not. */
function checkLiteral({ compute, next }: Change): void {
  const address = textAt(next, 'address')
  if (address === undefined) return
  if (familyOf(literalKept(address)) === undefined) throw invalid('address', address, 'Must be a valid IP address.')
  if (reservationOf(compute, address) !== undefined) throw taken(address, isInternal(next))
  const [rule] = rulesAt(compute, address)
  if (isInternal(next)) checkInternal(compute, next, address)
  else if (rule === undefined || textAt(rule.body, 'loadBalancingScheme') !== 'EXTERNAL') {
    throw invalid('address', address, 'Specified IP address is not in use, and cannot be reserved.')
  } else if (tierOf(rule.body) !== tierOf(next)) {
    throw new Refusal('badRequest', `The network tier of external IP is ${tierOf(rule.body)}, that of Address must be the same.`)
  }
}

function checkInternal({ resources }: Compute, next: JsonObject, address: string): void {
  const subnetwork = resources.get(textAt(next, 'subnetwork') ?? '')
  if (subnetwork !== undefined && !isInSubnetwork(address, subnetwork)) {
    throw invalid('address', address, 'Requested internal IP address is outside the network/subnetwork range.')
  }
}

/** 409 of an internal address, 400 of an external one, 412 of an external IPv6 one: as the peer distinguishes them. */
function taken(address: string, isInside: boolean): Refusal {
  if (isInside) return new Refusal('ipInUseByAnotherResource', `IP '${literalOf(address)}' is already being used by another resource.`, { status: 409 })
  return new Refusal('badRequest', 'Specified IP address is in-use and would result in a conflict.', { status: isIpv6(address) ? 412 : 400 })
}

function countAddresses({ compute, project, next }: Change): Counted {
  const [internal, quotas] = [isInternal(next), compute.quotas]
  const used = compute.resources.in(COLLECTIONS.address, { project }).filter((one) => isInternal(one.body) === internal).length
  const limit = internal ? quotas.internalAddresses : quotas.addresses
  return { metric: internal ? 'INTERNAL_ADDRESSES' : 'STATIC_ADDRESSES', limit, used, where: `in region ${compute.region}` }
}
