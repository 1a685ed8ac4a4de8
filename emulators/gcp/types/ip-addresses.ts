/** Who has which address, and which one is free. Addresses that the cloud gives are of networks kept for documentation and tests. */
import ipaddr from 'ipaddr.js'
import { textAt } from '../../cloud/json.ts'
import { addressAt, canonicalAddress, isWithin, sizeOf } from '../../cloud/networks.ts'
import type { Compute } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'
import type { Resources } from '../store/resources.ts'
import { COLLECTIONS, fail, interfaceOf } from './common.ts'

export type Tier = 'PREMIUM' | 'STANDARD'

const POOLS: Readonly<Record<Tier, string>> = { PREMIUM: '198.18.0.0/16', STANDARD: '198.19.0.0/16' }

/** IPv6 comes as a network: `2001:db8:0:0:0:1:0:0/96`. */
export function literalOf(address: string): string {
  const [first = ''] = address.split('/')
  return canonicalAddress(first)
}

export const isIpv6 = (address: string): boolean => address.includes(':')

interface Holders {
  readonly changes: number
  /** By canonical address. */
  readonly rules: ReadonlyMap<string, readonly Resource[]>
  readonly addresses: ReadonlyMap<string, Resource>
  readonly instances: ReadonlyMap<string, Resource>
}

const known = new WeakMap<Resources, Holders>()

/** Worked out once for many questions. */
function holdersIn(resources: Resources): Holders {
  const before = known.get(resources)
  if (before?.changes === resources.changes) return before
  const by = (collection: string, own: (one: Resource) => string | undefined): readonly (readonly [string, Resource])[] =>
    resources.in(collection).flatMap((one) => {
      const address = own(one)
      return address === undefined ? [] : [[literalOf(address), one] as const]
    })
  const rules = by(COLLECTIONS.rule, ({ body }) => textAt(body, 'IPAddress'))
  const holders: Holders = {
    changes: resources.changes,
    rules: new Map([...Map.groupBy(rules, ([address]) => address)].map(([address, all]) => [address, all.map(([, one]) => one)])),
    addresses: new Map(by(COLLECTIONS.address, ({ body }) => textAt(body, 'address'))),
    instances: new Map(by(COLLECTIONS.instance, (one) => textAt(interfaceOf(one), 'networkIP'))),
  }
  known.set(resources, holders)
  return holders
}

/** Forwarding rules with this address. */
export function rulesAt({ resources }: Compute, address: string): readonly Resource[] {
  return holdersIn(resources).rules.get(literalOf(address)) ?? []
}

/** The reserved address of this number. */
export function reservationOf({ resources }: Compute, address: string): Resource | undefined {
  return holdersIn(resources).addresses.get(literalOf(address))
}

export function instanceAt({ resources }: Compute, address: string): Resource | undefined {
  return holdersIn(resources).instances.get(literalOf(address))
}

function isTaken(compute: Compute, address: string): boolean {
  return rulesAt(compute, address).length > 0 || reservationOf(compute, address) !== undefined || instanceAt(compute, address) !== undefined
}

/** Never one that was given out before. */
export function newExternal(compute: Compute, tier: Tier): string {
  const count = (compute.given.get(tier) ?? 0) + 1
  compute.given.set(tier, count)
  const address = addressAt(POOLS[tier], count)
  return isTaken(compute, address) ? newExternal(compute, tier) : address
}

/** The first two and the last two addresses of a subnetwork are the cloud's. Throws `OperationFailed` when it is full. */
export function newInternal(compute: Compute, subnetwork: Resource): string {
  const range = textAt(subnetwork.body, 'ipCidrRange') ?? ''
  for (let at = 2; at < sizeOf(range) - 2; at++) {
    const address = addressAt(range, at)
    if (!isTaken(compute, address)) return address
  }
  return fail('IP_SPACE_EXHAUSTED', `IP space of '${subnetwork.path}' is exhausted.`)
}

/** A network of 96 bits of the prefix of a subnetwork. Undefined: it has no such prefix. */
export function newIpv6(compute: Compute, subnetwork: Resource, access: 'EXTERNAL' | 'INTERNAL'): string | undefined {
  const prefix = textAt(subnetwork.body, access === 'EXTERNAL' ? 'externalIpv6Prefix' : 'internalIpv6Prefix')
  if (prefix === undefined) return undefined
  const count = (compute.given.get(prefix) ?? 0) + 1
  compute.given.set(prefix, count)
  const address = addressAt(prefix, count * 2 ** 32)
  return isTaken(compute, address) ? newIpv6(compute, subnetwork, access) : `${ipaddr.parse(address).toNormalizedString()}/96`
}

/** Whether an internal address is one that a subnetwork may give. */
export function isInSubnetwork(address: string, { body }: Resource): boolean {
  const range = textAt(body, isIpv6(address) ? 'internalIpv6Prefix' : 'ipCidrRange')
  return range !== undefined && isWithin(literalOf(address), range)
}
