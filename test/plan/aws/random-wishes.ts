/** Wishes by chance: everything that an NLB can be asked for, as far as it belongs together. */
import * as fc from 'fast-check'
import { listenerKeys, maybe, NEUTRAL_SETTINGS } from '../../cloud/random-asks.ts'
import { listener } from '../../contract/wish.ts'
import { type AwsAsk, instance, nodes, subnet } from './build.ts'

export const LAND = {
  subnets: [subnet('a', { ipv6Cidrs: ['2001:db8:a::/64'] }), subnet('b', { ipv6Cidrs: ['2001:db8:b::/64'] }), subnet('a', { id: 'subnet-a2', tags: {} })],
  instances: [1, 2, 3].map((number) => instance(`i-${number}`)),
}

export const asks = fc
  .record({
    ...NEUTRAL_SETTINGS,
    keys: listenerKeys,
    on: fc.constantFrom(nodes(1), nodes(1, 2), nodes(2, 3)),
    isPods: fc.boolean(),
    isDual: fc.constantFrom(false, false, true),
    tls: maybe(fc.constantFrom(['arn:a'], ['arn:a', 'arn:b'], ['arn:b'])),
    idle: maybe(fc.constantFrom(60, 600)),
    subnets: fc.constantFrom([], [], ['subnet-a'], ['subnet-a2'], ['subnet-b', 'subnet-a2']),
    eips: fc.constantFrom(0, 0, 1, 2, 3),
    groups: fc.constantFrom('ours', 'ours', 'own', 'own and backend', 'none'),
    capacityUnits: maybe(fc.constantFrom(10, 20)),
    privateLinkRules: maybe(fc.boolean()),
    icmpPathMtu: fc.boolean(),
  })
  .map(
    ({
      keys: names,
      isPods,
      isDual,
      tls,
      idle,
      scheme,
      eips,
      groups,
      capacityUnits,
      privateLinkRules,
      icmpPathMtu,
      sourceRanges,
      crossZone,
      drainTimeoutSeconds,
      ...ask
    }) => {
      const listeners = names.map((key) => {
        const isTcp = key.endsWith('TCP')
        const check = isPods
          ? ({ protocol: 'tcp', port: isTcp ? 'traffic' : 8080, from: 'annotation' } as const)
          : ({ protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const)
        return listener(key, {
          healthCheck: check,
          ...(isTcp && tls !== undefined && key !== '80/TCP' ? { tls: { certificates: tls, alpn: idle === 60 ? ['h2'] : [] } } : {}),
          ...(idle !== undefined && key === '80/TCP' ? { idleTimeoutSeconds: idle } : {}),
        })
      })
      const isOurs = groups === 'ours'
      const has = <T extends object>(isThere: boolean, part: T): Partial<T> => (isThere ? part : {})
      return {
        ...ask,
        listeners,
        ...has(isPods, { pods: Object.fromEntries(names.map((key) => [key, ['10.244.0.1:8080', '[fd00::1]:8080']])) }),
        ...(isDual ? { families: ['IPv4', 'IPv6'] as const } : {}),
        ...(scheme === undefined ? {} : { scheme, schemeIsExplicit: true }),
        ...(sourceRanges === undefined || !isOurs ? {} : { sourceRanges }),
        ...(crossZone === undefined ? {} : { crossZone }),
        ...(drainTimeoutSeconds === undefined ? {} : { drainTimeoutSeconds }),
        addressNames: [[], ['eipalloc-1'], ['eipalloc-1', 'eipalloc-2'], ['eipalloc-2', 'eipalloc-1']][eips] ?? [],
        securityGroups: groups.startsWith('own') ? ['sg-111'] : [],
        options: {
          ...has(groups === 'none', { noSecurityGroups: true }),
          ...has(groups === 'own and backend', { manageBackendRules: true }),
          ...has(isOurs && icmpPathMtu, { icmpPathMtu: true }),
          ...(capacityUnits === undefined ? {} : { capacityUnits }),
          ...(privateLinkRules === undefined || groups === 'none' ? {} : { privateLinkRules }),
        },
      } satisfies AwsAsk
    },
  )
