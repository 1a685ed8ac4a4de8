/** A policy, a namespace and Services, as short as the tables need them. */
import { aws } from '../../../annotations/aws.ts'
import { ANNOTATION_SETS } from '../../../providers/index.ts'
import type { RequestContext } from '../../../src/desired/service-request.ts'
import type { Service, ServiceSpec, Snapshot } from '../../../src/model/cluster.ts'
import { problemText } from '../../../src/model/problem.ts'
import { requestUnder } from '../../../src/policy/apply.ts'
import type { Policy } from '../../../src/policy/policy.ts'
import { readPolicy } from '../../../src/policy/read.ts'
import { context, snapshot } from '../desired/given.ts'

export function policyOf(text: string): Policy {
  const read = readPolicy(text, ANNOTATION_SETS)
  if ('policy' in read) return read.policy
  throw new Error(read.problems.join('\n'))
}

/** Everything that is wrong with a policy. */
export function problemsIn(text: string): readonly string[] {
  const read = readPolicy(text, ANNOTATION_SETS)
  return 'policy' in read ? [] : read.problems
}

export const AWS: RequestContext = { ...context(), provider: { ...context().provider, name: 'aws', annotations: aws } }

export interface Given {
  readonly namespace?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: Partial<ServiceSpec>
  readonly uid?: string
  readonly createdAt?: string
  readonly address?: string
  /** Taken up already, with these defaults kept on it. */
  readonly held?: true | string
  readonly deleting?: true
}

export function serviceOf(given: Given = {}): Service {
  const { namespace = 'team-a', uid = 'uid-1', annotations = {}, spec = {}, createdAt = '2026-01-01T00:00:00Z', address, held, deleting } = given
  return Object.freeze({
    metadata: {
      namespace,
      name: uid,
      uid,
      resourceVersion: '1',
      creationTimestamp: createdAt,
      annotations: { ...annotations, ...(typeof held === 'string' ? { 'fairlead.dev/defaults-aws': held } : {}) },
      ...(held === undefined ? {} : { finalizers: ['fairlead.dev/load-balancer-aws'] }),
      ...(deleting ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'fairlead.dev/aws',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }],
      ipFamilies: ['IPv4'],
      externalTrafficPolicy: 'Cluster',
      ...spec,
    },
    status: address === undefined ? {} : { loadBalancer: { ingress: [{ ip: address }] } },
  } satisfies Service)
}

/** `labels` undefined: those of the namespace are not known. */
export function clusterOf(services: readonly Service[], labels?: Readonly<Record<string, string>>): Snapshot {
  return {
    ...snapshot(),
    services: () => services,
    servicesIn: (namespace) => services.filter(({ metadata }) => metadata.namespace === namespace),
    namespace: (name) => (labels === undefined ? undefined : { metadata: { name, uid: name, resourceVersion: '1', labels } }),
  }
}

/** What a policy has against a Service, as its condition says it; none: it is allowed. */
export function against(policy: Policy | undefined, given: Given, labels?: Readonly<Record<string, string>>): readonly string[] {
  const service = serviceOf(given)
  const wish = requestUnder(policy, service, clusterOf([service], labels), AWS)
  return wish.kind === 'malformed' ? wish.problems.map((problem) => `${problem.reason}: ${problemText(problem)}`) : []
}
