/** The firewall rules that a Service is to have at its addresses. Pure. */
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import { type Family, familyOf } from '../../../../src/model/address.ts'
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import type { GcpConfig } from '../../api/config.ts'
import type { Firewall } from '../../api/documents.ts'
import { idIn } from '../../api/ids.ts'
import { firewallName, type Naming } from '../../names.ts'
import { allowing, denying, openingsFor, type OpenPort } from '../wanted/firewall.ts'

export interface WantedFirewall {
  readonly id: string
  readonly body: Firewall
}

export interface FirewallsRequest {
  readonly naming: Naming
  readonly settings: Pick<Desired<GcpOptions>['settings'], 'sourceRanges'>
  readonly listeners: readonly Listener[]
  /** Canonical. */
  readonly addresses: readonly string[]
  /** Of which family forwarding rules forward more than the listeners. */
  readonly filtered: ReadonlySet<Family>
}

/** Where nothing but our rules decides, what they do not allow is denied: other rules of the network may let it in. */
export function wantedFirewalls(request: FirewallsRequest, config: GcpConfig): readonly WantedFirewall[] {
  const { naming, settings, listeners, addresses, filtered } = request
  const { network, firewallTargets: targets } = config
  const families = (['IPv4', 'IPv6'] as const).filter((family) => addresses.some((address) => familyOf(address) === family))
  const at = (family: Family) => ({ network, targets, addresses: addresses.filter((address) => familyOf(address) === family) })
  const idOf = (family: Family, purpose: Parameters<typeof firewallName>[1]['purpose']): string =>
    firewallId(config, firewallName(naming, { family, network, purpose }))
  const openings = openingsFor({
    ports: listeners.flatMap(portOf),
    families,
    ...(settings.sourceRanges === undefined ? {} : { sourceRanges: settings.sourceRanges }),
  })
  const closed = families.filter((family) => filtered.has(family) || restricts(settings, listeners))
  return [
    ...openings.map((opening) => ({ id: idOf(opening.family, { of: opening.of }), body: allowing(opening, at(opening.family)) })),
    ...closed.map((family) => ({ id: idOf(family, 'deny'), body: denying(family, at(family)) })),
  ]
}

/** Whether not everybody may connect. */
export function restricts({ sourceRanges }: FirewallsRequest['settings'], listeners: readonly Listener[]): boolean {
  return sourceRanges !== undefined || listeners.some((listener) => listener.sourceRanges !== undefined)
}

/** In the project of the network. */
export function firewallId({ networkProject }: GcpConfig, name: string): string {
  return idIn(networkProject, 'global', 'firewalls', name)
}

function portOf({ key, port, protocol, sourceRanges }: Listener): readonly OpenPort[] {
  return protocol === 'SCTP' ? [] : [{ key, port, protocol, ...(sourceRanges === undefined ? {} : { sourceRanges }) }]
}
