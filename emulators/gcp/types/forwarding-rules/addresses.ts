/** Which address a forwarding rule takes, and whether it may have it. */
import { type JsonObject, textAt } from '../../../cloud/json.ts'
import { familyOf } from '../../../cloud/networks.ts'
import { Refusal, invalid, notFound, notReady } from '../../compute/refusal.ts'
import { pathIn } from '../../schema/paths.ts'
import type { Compute } from '../../store/compute.ts'
import type { Change, Resource } from '../../store/resource-type.ts'
import { isInternal, tierOf } from '../addresses.ts'
import { COLLECTIONS, fail } from '../common.ts'
import { isInSubnetwork, isIpv6, newExternal, newInternal, newIpv6, reservationOf, rulesAt } from '../ip-addresses.ts'
import { type PortRange, isInternalRule, isPassthrough, portsOf } from './fields.ts'

/** What it is asked to be: a number, or the URL or the name of a reserved address, whose number is taken. Undefined: the cloud chooses. Throws a Refusal. */
export function askedAddress({ compute, next, project, scope }: Pick<Change, 'compute' | 'next' | 'project' | 'scope'>): string | undefined {
  const asked = textAt(next, 'IPAddress')
  if (asked === undefined || asked === '') return undefined
  const [literal = ''] = asked.split('/')
  if (familyOf(literal) !== undefined) return isIpv6(literal) ? `${literal}/96` : literal
  const path = pathIn(asked, project) ?? `projects/${project}/${scope}/${COLLECTIONS.address}/${asked}`
  const found = compute.resources.get(path)
  if (found === undefined) throw notFound(path)
  const address = textAt(found.body, 'address')
  if (!found.isReady || address === undefined) throw notReady(path)
  return isIpv6(address) ? `${address}/96` : address
}

export function checkAddress(change: Change): void {
  const { compute, next, previous } = change
  const address = askedAddress(change)
  if (previous !== undefined || address === undefined) return
  if (isIpv6(address) !== (textAt(next, 'ipVersion') === 'IPV6')) throw invalid('IPAddress', address, 'It is not of the IP version of the forwarding rule.')
  const reserved = reservationOf(compute, address)
  if (isInternalRule(next)) checkInternal(change, address)
  else if (isPassthrough(next)) checkExternal(next, address, reserved)
  const conflict = rulesAt(compute, address).find((one) => clashes(one.body, next))
  if (conflict !== undefined) {
    throw invalid('portRange', textAt(next, 'portRange') ?? '', `Forwarding rule's port range is conflicting with '${conflict.path}' on ${address}.`)
  }
}

function checkExternal(next: JsonObject, address: string, reserved: Resource | undefined): void {
  if (reserved === undefined || isInternal(reserved.body))
    throw invalid('IPAddress', address, 'The specified external IP address is not reserved in the region.')
  const [of, own] = [tierOf(reserved.body), tierOf(next)]
  if (of !== own) throw new Refusal('badRequest', `The network tier of external IP is ${of}, that of Address must be the same.`)
}

function checkInternal({ compute, next }: Change, address: string): void {
  const subnetwork = compute.resources.get(textAt(next, 'subnetwork') ?? '')
  if (subnetwork !== undefined && !isInSubnetwork(address, subnetwork)) {
    throw invalid('IPAddress', address, 'Requested internal IP address is outside the network/subnetwork range.')
  }
}

const isShared = (a: PortRange, b: PortRange): boolean => a.from <= b.to && b.from <= a.to

/** L3_DEFAULT beside a rule for one protocol is no conflict: the narrower one wins. */
function clashes(a: JsonObject, b: JsonObject): boolean {
  return textAt(a, 'IPProtocol') === textAt(b, 'IPProtocol') && portsOf(a).some((one) => portsOf(b).some((other) => isShared(one, other)))
}

/** At the end of the insert: one internal address is one rule's, unless it was reserved to be shared. Throws `OperationFailed`. */
export function takenAddress(compute: Compute, rule: Resource): string {
  const { body } = rule
  const address = textAt(body, 'IPAddress')
  if (address === undefined) return newAddress(compute, body)
  const others = rulesAt(compute, address).filter(({ path }) => path !== rule.path)
  const purpose = textAt(reservationOf(compute, address)?.body ?? {}, 'purpose')
  const most = !isInternalRule(body) ? Infinity : purpose === 'SHARED_LOADBALANCER_VIP' ? compute.quotas.forwardingRulesPerInternalAddress : 1
  if (others.length >= most) fail('IP_IN_USE_BY_ANOTHER_RESOURCE', `IP '${address}' is already being used by another resource.`, 409)
  return address
}

function newAddress(compute: Compute, body: JsonObject): string {
  const subnetwork = compute.resources.get(textAt(body, 'subnetwork') ?? '')
  const isInside = textAt(body, 'loadBalancingScheme')?.startsWith('INTERNAL') === true
  if (textAt(body, 'ipVersion') === 'IPV6' && subnetwork !== undefined) {
    return (
      newIpv6(compute, subnetwork, isInside ? 'INTERNAL' : 'EXTERNAL') ??
      fail('INVALID_USAGE', `Subnetwork '${subnetwork.path}' has no IPv6 range of this kind.`)
    )
  }
  return isInside && subnetwork !== undefined ? newInternal(compute, subnetwork) : newExternal(compute, tierOf(body))
}
