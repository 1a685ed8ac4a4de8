/** What a Service needs of the base, and what a Stack as found uses of it. Pure. */
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import type { Family } from '../../../../src/model/address.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { isSameId } from '../../api/ids.ts'
import type { GcpConfig } from '../../api/config.ts'
import type { GcpView } from '../../view.ts'
import { sharedCheckId } from '../steps/context.ts'
import { checkFor } from '../wanted/health-check.ts'
import { familyOfRule } from '../wanted/sites.ts'
import { instanceOf } from './nodes.ts'

/** Every Stack needs it, so that the planner sees addresses and subnets. */
export const NETWORK = 'network'
export const NODES = 'instance groups'
export const CHECK = 'shared health check'

export const PROBES: Readonly<Record<Family, string>> = { IPv4: 'probes by IPv4', IPv6: 'probes by IPv6' }

export function needsOf({ settings, backends }: Desired<GcpOptions>): readonly string[] {
  const hasNodes = backends.nodes.nodes.some((node) => instanceOf(node) !== undefined)
  const check = checkFor(settings.listeners, settings.externalTrafficPolicy)
  const isShared = check.kind === 'check' && check.isShared
  return [NETWORK, ...(hasNodes ? [NODES] : []), ...(isShared ? [CHECK, ...settings.families.map((family) => PROBES[family])] : [])]
}

/** By what its backend services refer to. */
export function usesOf({ services, rules }: GcpView, config: GcpConfig): readonly string[] {
  if (services.size === 0 && rules.size === 0) return []
  const all = [...services.values()].flatMap(({ document, operation }) => [document, ...(operation?.before === undefined ? [] : [operation.before])])
  const isShared = all.some(({ healthChecks = [] }) => healthChecks.some((check) => isSameId(check, sharedCheckId(config))))
  const families = (['IPv4', 'IPv6'] as const).filter((family) => [...rules.values()].some(({ document }) => familyOfRule(document) === family))
  return [
    NETWORK,
    ...(all.some(({ backends = [] }) => backends.length > 0) ? [NODES] : []),
    ...(isShared ? [CHECK, ...families.map((family) => PROBES[family])] : []),
  ]
}
