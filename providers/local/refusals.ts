/** What the local balancer cannot do for a Service, said so that its author can fix it: what is wrong, what is allowed, what next. Words only, no decisions. */
import { KEYS } from '../../annotations/neutral.ts'
import type { Family } from '../../src/model/address.ts'
import type { ListenerKey } from '../../src/model/load-balancer.ts'
import { ownerName } from '../../src/model/owner.ts'
import type { Problem } from '../../src/model/problem.ts'
import { quoted } from '../../src/model/text.ts'
import type { Holder } from './address-book.ts'
import { type Pool, poolsText } from './pool.ts'

/** `ports[].error` of a Service. */
export const PORT_ERRORS = {
  denied: 'fairlead.dev/PortNotPermitted',
  range: 'fairlead.dev/PortOutOfRange',
  protocol: 'fairlead.dev/ProtocolNotSupported',
} as const

/** An address that a Service asks for, and the field or annotation that does. */
export interface Requested {
  readonly address: string
  readonly field: string
}

function such(example: string | undefined): string {
  return example === undefined ? '' : `, such as ${example}`
}

export function unknownPool(name: string, pools: readonly Pool[]): Problem {
  const names = pools.map((pool) => pool.name).join(', ')
  return { reason: 'Invalid', field: KEYS.addressPool, value: name, wrong: 'names no address pool', allowed: names === '' ? 'none' : names }
}

export function outsidePools({ address, field }: Requested, pools: readonly Pool[], example: string | undefined): Problem {
  const wrong = pools.length === 1 && pools[0] !== undefined ? `is not in address pool ${pools[0].name}` : 'is in no address pool'
  return { reason: 'Invalid', field, value: address, wrong, allowed: `${poolsText(pools)}${such(example)}` }
}

export function addressHeld({ address, field }: Requested, { owner, share }: Holder, example: string | undefined): Problem {
  const wrong = `is held by ${ownerName(owner)}`
  const allowed = example === undefined ? 'another address' : `another address${such(example)}`
  const remedy =
    share === undefined
      ? 'Services of one namespace share an address when both name the same fairlead.dev/share key'
      : `It is shared under the key ${quoted(share)}`
  return { reason: 'Conflict', field, value: address, wrong, allowed, remedy }
}

export function groupElsewhere({ address, field }: Requested, share: string, groupAddress: string): Problem {
  const wrong = `is not the address of share key ${quoted(share)}`
  return { reason: 'Conflict', field, value: address, wrong, allowed: `${groupAddress}, or another share key` }
}

export function groupHeld(address: string, share: string, { owner }: Holder): Problem {
  const wrong = `is at ${address}, which is held by ${ownerName(owner)} as well, under another key or none`
  return { reason: 'Conflict', field: KEYS.share, value: share, wrong, allowed: 'another share key' }
}

export function groupOutsidePool(pool: string, share: string, groupAddress: string): Problem {
  const wrong = `does not hold ${groupAddress}, the address of share key ${quoted(share)}`
  return { reason: 'Conflict', field: KEYS.addressPool, value: pool, wrong, allowed: 'the pool of that address, or another share key' }
}

export function noPoolForFamily(family: Family, pools: readonly Pool[]): Problem {
  const remedy = `Give the balancer a range of ${family} addresses with --address-pool, or choose another ipFamilies`
  return { reason: 'Invalid', field: 'spec.ipFamilies', value: family, wrong: 'is in no address pool', allowed: poolsText(pools), remedy }
}

export function poolEmpty(family: Family, pools: readonly Pool[]): Problem {
  const remedy = 'Give the balancer another range with --address-pool, let Services share an address (fairlead.dev/share), or delete one'
  return { reason: 'LimitReached', field: 'address pool', value: poolsText(pools, family), wrong: `has no free ${family} address left`, remedy }
}

export function portsHeld(listeners: readonly ListenerKey[], holders: readonly Holder['owner'][], address: string): Problem {
  const names = [...new Set(holders.map(ownerName))].toSorted().join(', ')
  const wrong = `${listeners.length === 1 ? 'is' : 'are'} held on ${address} by ${names}`
  return { reason: 'Conflict', field: 'spec.ports', value: listeners.join(', '), wrong, allowed: 'ports that no other Service on this address uses' }
}

export function portsDenied(listeners: readonly ListenerKey[], lowestPort: number): Problem {
  return {
    reason: 'Denied',
    field: 'spec.ports',
    value: listeners.join(', '),
    wrong: `${listeners.length === 1 ? 'is a port' : 'are ports'} this process may not bind`,
    allowed: `ports from ${lowestPort}`,
    remedy: LOW_PORT_REMEDY,
  }
}

export const LOW_PORT_REMEDY =
  'To allow lower ports: sysctl -w net.ipv4.ip_unprivileged_port_start=0, or setcap cap_net_bind_service=+ep on the node program; or move all ports up with --port-offset 8000'

export function portsOutOfRange(listeners: readonly ListenerKey[], offset: number): Problem {
  const wrong = `${listeners.length === 1 ? 'is' : 'are'} beyond 65535 with the port offset of ${offset}`
  return { reason: 'Invalid', field: 'spec.ports', value: listeners.join(', '), wrong, allowed: `ports up to ${65_535 - offset}` }
}

export function protocolsNotServed(listeners: readonly ListenerKey[]): Problem {
  const wrong = `${listeners.length === 1 ? 'uses' : 'use'} SCTP, which the local load balancer does not support`
  return { reason: 'Invalid', field: 'spec.ports', value: listeners.join(', '), wrong, allowed: 'TCP, UDP' }
}
