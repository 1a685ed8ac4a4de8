/** Who is behind a rule: members by address and by network interface, in one form. */
import { keyOf } from '../schema/ids.ts'
import { idAt, textAt } from '../schema/json.ts'
import { type Element, propertiesOf } from '../store/document.ts'
import type { Documents } from '../store/documents.ts'
import type { Subscription } from '../store/subscription.ts'
import { PATHS } from '../types/common.ts'
import { type Named, membersOf, networkOf } from '../types/load-balancers/parts.ts'

export interface Member {
  readonly address: string
  /** The virtual network that the address is in. */
  readonly network: string
  /** Of the interface that has the address, where one has. */
  readonly ipConfiguration?: string
  /** What its owner decided of its health. */
  readonly isForced?: 'up' | 'down'
}

/** Members of the pool of this id, those by address in their order. */
export function membersIn(subscription: Subscription, poolId: string): readonly Member[] {
  const pool = subscription.documents.element(poolId)
  if (pool === undefined) return []
  const named = { name: textAt(pool.body, 'name') ?? '', properties: propertiesOf(pool) }
  const interfaces = subscription.documents
    .users(poolId)
    .filter(({ by }) => by.type.path === PATHS.ipConfiguration || by.type.path === PATHS.scaleSetIpConfiguration)
  return [...membersOf(named).map((one) => byAddress(subscription, named, one)), ...interfaces.map(({ by }) => byInterface(by))]
}

function byAddress(subscription: Subscription, pool: Named, member: Named): Member {
  const [address, network] = [textAt(member.properties, 'ipAddress') ?? '', networkOf(pool, member) ?? '']
  const state = textAt(member.properties, 'adminState')
  const holder = configurationAt(subscription, address, network)
  return {
    address,
    network,
    ...(holder === undefined ? {} : { ipConfiguration: holder.id }),
    ...(state === 'Up' ? { isForced: 'up' as const } : state === 'Down' || state === 'Drain' ? { isForced: 'down' as const } : {}),
  }
}

const byInterface = (configuration: Element): Member => ({
  address: textAt(propertiesOf(configuration), 'privateIPAddress') ?? '',
  network: networkOfSubnet(idAt(propertiesOf(configuration), 'subnet')),
  ipConfiguration: configuration.id,
})

export function networkOfSubnet(subnet: string | undefined): string {
  return (subnet ?? '').replace(/\/subnets\/[^/]+$/i, '')
}

/** The IP configuration of an interface that has this address in the network. */
export function configurationAt({ documents }: Subscription, address: string, network: string): Element | undefined {
  const before = known.get(documents)
  const index = before?.changes === documents.changes ? before : { changes: documents.changes, byAddress: configurationsByAddress(documents) }
  known.set(documents, index)
  return index.byAddress.get(`${keyOf(network)} ${address}`)
}

/** Worked out once for many questions. */
const known = new WeakMap<Documents, { readonly changes: number; readonly byAddress: ReadonlyMap<string, Element> }>()

function configurationsByAddress(documents: Documents): ReadonlyMap<string, Element> {
  const holders = documents.all.filter(({ type }) => type.path === PATHS.interface || type.path === 'virtualMachineScaleSets')
  const configurations = holders.flatMap(({ id }) =>
    documents.parts(id).filter(({ type }) => type.path === PATHS.ipConfiguration || type.path === PATHS.scaleSetIpConfiguration),
  )
  return new Map(
    configurations.map((one) => [`${keyOf(networkOfSubnet(idAt(propertiesOf(one), 'subnet')))} ${textAt(propertiesOf(one), 'privateIPAddress')}`, one]),
  )
}
