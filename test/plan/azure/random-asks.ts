/** Requests by chance: everything that Azure can be asked for, as far as it belongs together. */
import * as fc from 'fast-check'
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { Backends, HealthCheck, ListenerKey, NodeSet } from '../../../src/model/load-balancer.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import { listenerKeys, maybe } from '../../cloud/random-asks.ts'
import { type Ask, backends, listener, wish } from '../../contract/wish.ts'

export interface AzureAsk extends Omit<Ask, 'backends' | 'listeners'> {
  readonly listeners: readonly ReturnType<typeof listener>[]
  readonly options: AzureOptions
  readonly on: NodeSet
}

const node = (number: number) => ({ name: `node-${number}`, addresses: [`10.0.0.1${number}`, `fd00:db8:1234::1${number}`] })

export function nodes(...numbers: readonly number[]): NodeSet {
  return { nodes: numbers.map(node) }
}

export function backendsOf(keys: readonly ListenerKey[], on: NodeSet): Backends {
  const ports = Object.fromEntries(keys.map((key) => [key, ['10.244.0.1:8080']]))
  return backends(ports, Object.fromEntries(keys.map((key) => [key, 30_000 + Number(key.split('/')[0])])), on)
}

export function want({ on, options, ...ask }: AzureAsk): Desired<AzureOptions> {
  const keys = ask.listeners.map(({ key }) => key)
  return { ...wish({ ...ask, targets: 'nodes', backends: backendsOf(keys, on) }), options }
}

const KUBE_PROXY: HealthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
const CHECKS: readonly HealthCheck[] = [
  KUBE_PROXY,
  { ...KUBE_PROXY, intervalSeconds: 10 },
  { protocol: 'tcp', port: 'traffic', from: 'annotation' },
  { protocol: 'none', port: 'traffic', from: 'annotation' },
]

/** Names of addresses that nothing uses: `reserved-1`, `reserved-2`, as the emulated cloud is seeded. */
export const asks: fc.Arbitrary<AzureAsk> = fc
  .record({
    keys: listenerKeys,
    on: fc.constantFrom(nodes(1), nodes(1, 2), nodes(2, 3)),
    scheme: maybe(fc.constantFrom('internal', 'internet-facing')),
    isDual: fc.constantFrom(false, false, true),
    sourceRanges: maybe(fc.constantFrom(['10.0.0.0/8'], ['10.0.0.0/8', '192.0.2.0/24'])),
    ownRanges: fc.constantFrom(undefined, undefined, ['198.51.100.0/24']),
    addressNames: fc.constantFrom([], [], ['reserved-1'], ['reserved-2']),
    subnets: fc.constantFrom([], ['internal']),
    check: fc.constantFrom(...CHECKS),
    idle: fc.constantFrom(undefined, 240, 600),
    affinity: fc.constantFrom({ kind: 'none' }, { kind: 'client-ip', timeoutSeconds: 600 } as const),
    tcpReset: maybe(fc.boolean()),
    dnsLabel: fc.constantFrom(undefined, undefined, 'shop'),
    tags: fc.constantFrom({}, { team: 'shop' }, { team: 'ops', stage: 'live' }),
    disableFloatingIp: fc.constantFrom(undefined, undefined, true),
    haPorts: fc.constantFrom(undefined, undefined, true),
    serviceTags: fc.constantFrom(undefined, undefined, ['AzureFrontDoor.Backend']),
    denyOthers: maybe(fc.boolean()),
    noSecurityRules: fc.constantFrom(undefined, undefined, undefined, true),
  })
  .map(({ keys, scheme, isDual, sourceRanges, ownRanges, addressNames, subnets, check, idle, tcpReset, dnsLabel, ...rest }): AzureAsk => {
    const isInternal = scheme === 'internal'
    const { on, affinity, tags, ...options } = rest
    const listeners = keys.map((key) => {
      const isAsked = check.port !== 'traffic' || key.endsWith('TCP')
      const own = key === '80/TCP' && ownRanges !== undefined ? { sourceRanges: ownRanges } : {}
      return listener(key, { healthCheck: isAsked ? check : KUBE_PROXY, ...own, ...(idle === undefined ? {} : { idleTimeoutSeconds: idle }) })
    })
    const isShared = addressNames.length > 0 && !isInternal
    return {
      on,
      affinity,
      tags,
      listeners,
      ...(isDual && !isShared ? { families: ['IPv4', 'IPv6'] as const } : {}),
      ...(scheme === undefined ? {} : { scheme, schemeIsExplicit: true }),
      ...(sourceRanges === undefined ? {} : { sourceRanges }),
      ...(isInternal ? { subnets } : { addressNames }),
      ...(tcpReset === undefined ? {} : { tcpReset }),
      ...(dnsLabel === undefined || isInternal || isShared ? {} : { dnsLabel }),
      options: {
        ...(options.disableFloatingIp === true ? { disableFloatingIp: true } : {}),
        ...(options.haPorts === true && isInternal && !isDual ? { haPorts: true } : {}),
        ...(options.serviceTags === undefined ? {} : { serviceTags: options.serviceTags }),
        ...(options.denyOthers === undefined ? {} : { denyOthers: options.denyOthers }),
        ...(options.noSecurityRules === true ? { noSecurityRules: true } : {}),
      },
    }
  })
