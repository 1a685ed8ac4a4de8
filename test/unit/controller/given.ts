/** A Service, its wish and where it is, as short as the tables need them. */
import type { ServiceRequest } from '../../../src/desired/service-request.ts'
import type { Service } from '../../../src/model/cluster.ts'
import type { Backends, LoadBalancer } from '../../../src/model/load-balancer.ts'
import type { NamedOwner } from '../../../src/model/owner.ts'
import type { Placement } from '../../../src/controller/stacks/placements.ts'

export const PROVIDER = 'memory'
export const FINALIZER = 'fairlead.dev/load-balancer-memory'
export const owner: NamedOwner = { namespace: 'default', name: 'web', uid: 'uid-web' }

export interface Given {
  readonly uid?: string
  readonly type?: Service['spec']['type']
  readonly class?: string | null
  readonly isDeleting?: boolean
  readonly finalizers?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly ip?: string
  readonly ready?: readonly [status: 'True' | 'False' | 'Unknown', reason: string, message?: string]
}

export function service(given: Given = {}): Service {
  const { uid = owner.uid, type = 'LoadBalancer', isDeleting = false, finalizers = [FINALIZER], annotations = {}, ip, ready } = given
  const loadBalancerClass = given.class === undefined ? `fairlead.dev/${PROVIDER}` : given.class
  return {
    metadata: { ...owner, uid, resourceVersion: '1', finalizers, annotations, ...(isDeleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { type, ...(loadBalancerClass === null ? {} : { loadBalancerClass }) },
    status: {
      ...(ip === undefined ? {} : { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } }),
      ...(ready === undefined
        ? {}
        : {
            conditions: [
              { type: 'fairlead.dev/Ready', status: ready[0], reason: ready[1], message: ready[2] ?? '', lastTransitionTime: '2026-01-01T00:00:00Z' },
            ],
          }),
    },
  }
}

const backends: Backends = { nodes: { nodes: [] }, ports: {} }

export function wanted(settings: Partial<LoadBalancer> = {}, mode: 'apply' | 'pause' | 'plan-only' = 'apply'): ServiceRequest {
  const all = { deletionProtection: false, listeners: [], targets: 'nodes', ...settings } as unknown as LoadBalancer
  return { kind: 'wanted', desired: { settings: all, options: {}, backends }, mode, notes: [], unready: [] }
}

export function malformed(deletionProtection = false): ServiceRequest {
  const problem = { reason: 'Invalid', field: 'fairlead.dev/scheme', value: 'sideways', wrong: 'is not known', allowed: '`internal`' } as const
  return { kind: 'malformed', problems: [problem], backends, mode: 'apply', deletionProtection, notes: [], unready: [] }
}

export const notOurs: ServiceRequest = { kind: 'not ours' }

export function placed(stacks: { home?: string; named?: readonly string[]; held?: readonly string[]; cleared?: readonly string[] }): Placement {
  const { home, named = [], held = [], cleared = [] } = stacks
  return { owner, home, named: new Set(named), held: new Set(held), cleared: new Set(cleared) }
}
