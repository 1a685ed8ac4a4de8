/** A load balancer's place in each zone: which addresses it has there, and how it comes from the places it has to those it shall have. */
import { cidrContains } from '../../../../src/model/address.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { Subnet, ZoneMapping } from '../../view.ts'
import { isAllocationId } from './reserved-addresses.ts'
import type { SharedSettings } from '../accept/shared-settings.ts'

export type Zones = { readonly zones: readonly ZoneMapping[] } | { readonly problem: Problem }

type Addresses = Pick<SharedSettings, 'addressNames' | 'privateIpv4Addresses' | 'ipv6Addresses'>

/** Reserved addresses by the order of the subnets; private ones by the subnet that holds them. */
export function zonesOf(subnets: readonly Subnet[], scheme: 'internal' | 'internet-facing', ipAddressType: 'ipv4' | 'dualstack', said: Addresses): Zones {
  const problem = addressesProblem(subnets, scheme, ipAddressType, said)
  if (problem !== undefined) return { problem }
  const { addressNames = [], privateIpv4Addresses = [], ipv6Addresses = [] } = said
  const zones: ZoneMapping[] = []
  for (const [i, subnet] of subnets.entries()) {
    const { id, zone, cidr, ipv6Cidrs } = subnet
    const privates = privateIpv4Addresses.filter((address) => cidrContains(cidr, address))
    const sixes = ipv6Addresses.filter((address) => ipv6Cidrs.some((range) => cidrContains(range, address)))
    if (privateIpv4Addresses.length > 0 && privates.length !== 1)
      return { problem: notOneEach(FIELDS.privateIpv4Addresses, privateIpv4Addresses, `${id} (${cidr})`) }
    if (ipv6Addresses.length > 0 && sixes.length !== 1) return { problem: notOneEach(FIELDS.ipv6Addresses, ipv6Addresses, `${id} (${ipv6Cidrs.join(', ')})`) }
    const [allocationId, privateIpv4, ipv6] = [addressNames[i], privates[0], sixes[0]]
    zones.push({
      zone,
      subnetId: id,
      ...(allocationId === undefined ? {} : { allocationId }),
      ...(privateIpv4 === undefined ? {} : { privateIpv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
    })
  }
  return { zones: zones.toSorted((a, b) => compareText(a.zone, b.zone)) }
}

function addressesProblem(subnets: readonly Subnet[], scheme: string, ipAddressType: string, said: Addresses): Problem | undefined {
  const { addressNames, privateIpv4Addresses, ipv6Addresses } = said
  const refuse = (field: string, values: readonly string[], wrong: string, allowed?: string): Problem => ({
    reason: 'Invalid',
    field,
    value: values.join(','),
    wrong,
    ...(allowed === undefined ? {} : { allowed }),
  })
  if (addressNames !== undefined) {
    if (scheme === 'internal') return refuse(FIELDS.addressNames, addressNames, 'is not available for internal load balancers', FIELDS.privateIpv4Addresses)
    const stray = addressNames.find((name) => !isAllocationId(name))
    if (stray !== undefined)
      return refuse(
        FIELDS.addressNames,
        [stray],
        'is not an allocation id of an Elastic IP address',
        'ids such as eipalloc-0123456789abcdef0, or tag:KEY=VALUE',
      )
  }
  if (privateIpv4Addresses !== undefined && scheme !== 'internal')
    return refuse(FIELDS.privateIpv4Addresses, privateIpv4Addresses, 'can be had by an internal load balancer alone', FIELDS.addressNames)
  if (ipv6Addresses !== undefined && ipAddressType !== 'dualstack')
    return refuse(FIELDS.ipv6Addresses, ipv6Addresses, 'can be had by a dual-stack load balancer alone')
  const listed = [
    [FIELDS.addressNames, addressNames],
    [FIELDS.privateIpv4Addresses, privateIpv4Addresses],
    [FIELDS.ipv6Addresses, ipv6Addresses],
  ] as const
  for (const [field, values] of listed) {
    if (values === undefined || (values.length === subnets.length && new Set(values).size === values.length)) continue
    const ids = subnets.map(({ id }) => id).join(', ')
    return refuse(field, values, `is not one for each of the ${subnets.length} subnets of the load balancer (${ids})`, `${subnets.length} different ones`)
  }
  return undefined
}

function notOneEach(field: string, values: readonly string[], subnet: string): Problem {
  return {
    reason: 'Invalid',
    field,
    value: values.join(','),
    wrong: `does not hold exactly one address of subnet ${subnet}`,
    allowed: 'one address in each subnet',
  }
}

/** Whether a place will do as it is. AWS also shows addresses that it chose itself, except the allocation of a reserved one. */
export function isSamePlace(wanted: ZoneMapping, found: ZoneMapping): boolean {
  return (
    wanted.subnetId === found.subnetId &&
    wanted.allocationId === found.allocationId &&
    (wanted.privateIpv4 === undefined || wanted.privateIpv4 === found.privateIpv4) &&
    (wanted.ipv6 === undefined || wanted.ipv6 === found.ipv6)
  )
}

/** One SetSubnets: the full list, and the zones that have no address after it and had one before. */
export interface Leg {
  readonly zones: readonly ZoneMapping[]
  readonly without: readonly string[]
}

/**
 * The way from one list to another: new zones first, then zone by zone those whose subnet or address is another, since AWS swaps neither within a zone. The last
 * zone is never taken away. Undefined: there is no way, and another load balancer is needed.
 */
export function routeOf(found: readonly ZoneMapping[], wanted: readonly ZoneMapping[]): readonly Leg[] | undefined {
  const goal = new Map(wanted.map((place) => [place.zone, place]))
  const now = new Map(found.map((place) => [place.zone, place]))
  const legs: Leg[] = []
  const add = (): void => {
    const fresh = wanted.filter((place) => !now.has(place.zone) && isFree(place, now))
    if (fresh.length === 0) return
    for (const place of fresh) now.set(place.zone, place)
    legs.push({ zones: sorted(now), without: [] })
  }
  const remove = (zones: readonly string[]): boolean => {
    if (zones.length >= now.size) return false
    for (const zone of zones) now.delete(zone)
    legs.push({ zones: sorted(now), without: zones })
    return true
  }
  add()
  for (const { zone } of sorted(now)) {
    const [here, there] = [now.get(zone), goal.get(zone)]
    if (here === undefined || there === undefined || isSamePlace(there, here)) continue
    if (!remove([zone])) return undefined
    add()
  }
  const left = [...now.keys()].filter((zone) => !goal.has(zone))
  if (left.length > 0 && !remove(left)) return undefined
  add()
  return [...goal].every(([zone, place]) => {
    const here = now.get(zone)
    return here !== undefined && isSamePlace(place, here)
  })
    ? legs
    : undefined
}

/** Whether no other zone holds the addresses that this place needs. */
function isFree({ allocationId, privateIpv4, ipv6 }: ZoneMapping, now: ReadonlyMap<string, ZoneMapping>): boolean {
  return ![...now.values()].some(
    (other) =>
      (allocationId !== undefined && other.allocationId === allocationId) ||
      (privateIpv4 !== undefined && other.privateIpv4 === privateIpv4) ||
      (ipv6 !== undefined && other.ipv6 === ipv6),
  )
}

function sorted(places: ReadonlyMap<string, ZoneMapping>): readonly ZoneMapping[] {
  return [...places.values()].toSorted((a, b) => compareText(a.zone, b.zone))
}
