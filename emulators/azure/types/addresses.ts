/** Private addresses in the subnets of virtual networks: which are taken, and which is the next. */
import { addressAt, canonicalAddress, familyOf, isWithin, sizeOf } from '../../cloud/networks.ts'
import { Refusal } from '../arm/refusal.ts'
import { keyOf } from '../schema/ids.ts'
import { textAt, textsAt } from '../schema/json.ts'
import { type Element, propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'

/** Azure keeps the first four addresses of a subnet and its last. */
const RESERVED_FIRST = 4

/** The networks of a subnet. */
export function prefixesOf(subnet: Element): readonly string[] {
  const properties = propertiesOf(subnet)
  const [one, many] = [textAt(properties, 'addressPrefix'), textsAt(properties, 'addressPrefixes')]
  return many.length > 0 ? many : one === undefined ? [] : [one]
}

export interface Ask {
  readonly subnet: Element
  readonly version: string
  /** Of the one that asks: what it has already is its own. */
  readonly owner: string
  /** Taken in the same write. */
  readonly taken: ReadonlySet<string>
}

/** The address as asked for. Throws a Refusal. */
export function claimAddress(subscription: Subscription, address: string, { subnet, owner }: Ask): string {
  if (familyOf(address) === undefined) throw new Refusal('InvalidPrivateIPAddressFormat', `Private static IP address value ${address} is invalid.`)
  const prefix = prefixesOf(subnet).find((one) => isWithin(address, one))
  if (prefix === undefined) {
    throw new Refusal(
      'PrivateIPAddressNotInSubnet',
      `Private static IP address ${address} does not belong to the range of subnet prefix ${prefixesOf(subnet).join(', ')}.`,
    )
  }
  if (isReserved(address, prefix)) {
    throw new Refusal('PrivateIPAddressInReservedRange', `Private static IP address ${address} falls within reserved IP range of subnet prefix ${prefix}.`)
  }
  const holder = holders(subscription, subnet).get(canonicalAddress(address))
  if (holder !== undefined && keyOf(holder) !== keyOf(owner)) {
    throw new Refusal(
      'PrivateIPAddressIsAllocated',
      `IP configuration ${owner} is using the private IP address ${address} which is already allocated to resource ${holder}.`,
    )
  }
  return canonicalAddress(address)
}

/** The lowest free address. Throws a Refusal. */
export function nextAddress(subscription: Subscription, { subnet, version, taken }: Ask): string {
  const held = holders(subscription, subnet)
  for (const prefix of prefixesOf(subnet).filter((one) => familyOf(one.split('/')[0] ?? '') === (version === 'IPv6' ? 'ipv6' : 'ipv4'))) {
    const last = version === 'IPv6' ? 65_536 : sizeOf(prefix) - 1
    for (let at = RESERVED_FIRST; at < last; at++) {
      const address = addressAt(prefix, at)
      if (!held.has(address) && !taken.has(address)) return address
    }
  }
  throw new Refusal(
    'SubnetIsFull',
    `Subnet ${textAt(subnet.body, 'name')} with address prefix ${prefixesOf(subnet).join(', ')} does not have enough capacity for 1 IP addresses.`,
  )
}

/** Addresses that IP configurations have in the subnet, and whose they are. */
export function holders({ documents }: Subscription, subnet: Element): ReadonlyMap<string, string> {
  return new Map(
    documents.users(subnet.id).flatMap(({ by }): readonly (readonly [string, string])[] => {
      const address = textAt(propertiesOf(by), 'privateIPAddress')
      return address === undefined ? [] : [[canonicalAddress(address), by.id]]
    }),
  )
}

export function isReserved(address: string, prefix: string): boolean {
  const first = Array.from({ length: RESERVED_FIRST }, (_, at) => addressAt(prefix, at))
  const last = familyOf(address) === 'ipv4' ? [addressAt(prefix, sizeOf(prefix) - 1)] : []
  return [...first, ...last].includes(canonicalAddress(address))
}
