/** The pages of docs/tasks: which capabilities each Service of a page needs. Tables of providers are made from it, and test/cloud/tasks.test.ts applies every Service on every provider. */
import type { Feature } from '../src/provider/capabilities.ts'

export interface Task {
  /** docs/tasks/PAGE.md */
  readonly page: string
  /** Whole Services of the page in their order, by name: what of the capabilities each needs. */
  readonly services: Readonly<Record<string, readonly Feature[]>>
  /** Further columns of the table. */
  readonly also?: readonly Feature[]
  /** What the condition of its Services says where they are taken. Default `Ready`. */
  readonly reason?: 'PlanOnly'
}

export const TASKS: readonly Task[] = [
  { page: 'internal', services: { web: ['internal'] } },
  { page: 'fixed-address', services: { web: ['address-names'], numbered: ['addresses'] } },
  { page: 'source-ranges', services: { web: ['source-ranges', 'source-ranges-per-port'] } },
  { page: 'tls', services: { web: ['tls'] }, also: ['backend-tls'] },
  { page: 'share', services: { web: ['share'], mail: ['share'], shop: ['address-names'] } },
  { page: 'tcp-and-udp', services: { dns: ['same-port-two-protocols'] }, also: ['udp'] },
  { page: 'client-address', services: { web: ['local-traffic-policy'] }, also: ['preserve-client-ip'] },
  { page: 'proxy-protocol', services: { web: ['proxy-protocol-v2'] }, also: ['proxy-protocol-v1'] },
  { page: 'dual-stack', services: { web: ['dual-stack'] }, also: ['ipv6'] },
  { page: 'health-checks', services: { web: ['health-check'] }, also: ['health-check-per-port', 'health-check-none'] },
  { page: 'roll-out', services: { web: ['targets-pods', 'drain-timeout'] } },
  { page: 'session-affinity', services: { web: ['affinity-client-ip'] }, also: ['affinity-timeout'] },
  { page: 'keep-a-balancer', services: { web: ['deletion-protection'] } },
  { page: 'nodes-and-zones', services: { web: ['node-selector'], zonal: [] }, also: ['zonal-affinity', 'cross-zone'] },
  { page: 'plan', services: { web: [] }, reason: 'PlanOnly' },
  { page: 'move', services: {}, also: ['adopt'] },
]

/** The columns of a page's table, each once. */
export function featuresOf({ services, also = [] }: Task): readonly Feature[] {
  return [...new Set([...Object.values(services).flat(), ...also])]
}
