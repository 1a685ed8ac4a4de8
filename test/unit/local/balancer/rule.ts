/** Rules and targets of the data plane, for tests and benchmarks: processes without a test runner use it too. */
import type { Rule, Target } from '../../../../providers/local/balancer/data-plane.ts'

export function targetAt(name: string, ip: string, port: number): Target {
  return { name, via: { kind: 'address', ip, port } }
}

/** Without health checks, affinity and PROXY protocol, unless `changes` says otherwise. */
export function ruleFor(targets: readonly Target[], changes: Partial<Rule> = {}): Rule {
  return {
    targets,
    scheduler: 'rr',
    affinity: { kind: 'none' },
    proxyProtocol: 'off',
    healthCheck: { protocol: 'none', port: 'traffic', from: 'traffic port' },
    idleTimeoutSeconds: 3600,
    drainTimeoutSeconds: 30,
    ...changes,
  }
}
