/** Small worlds to build wishes from: a Service that the API server has defaulted, slices, nodes, and a provider that can do all but what a case says. */
import { NO_ANNOTATIONS } from '../../../annotations/define.ts'
import { buildRequest } from '../../../src/desired/build.ts'
import type { ServiceRequest, RequestContext } from '../../../src/desired/service-request.ts'
import type { EndpointSlice, Node, Pod, Service, ServiceSpec, SliceEndpoint, Snapshot } from '../../../src/model/cluster.ts'
import type { LoadBalancer } from '../../../src/model/load-balancer.ts'
import { problemText } from '../../../src/model/problem.ts'
import { FEATURES, type Capabilities, type Feature } from '../../../src/provider/capabilities.ts'

export function service(spec: Partial<ServiceSpec> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  const given: Service = {
    metadata: { namespace: 'shop', name: 'web', uid: 'uid-1', resourceVersion: '1', ...metadata },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'fairlead.dev/test',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
      sessionAffinity: 'None',
      ...spec,
    },
    status: {},
  }
  return Object.freeze(given)
}

/** With these annotations, `fairlead.dev/` left out of the keys. */
export function saying(words: Readonly<Record<string, string>>, spec: Partial<ServiceSpec> = {}): Service {
  return service(spec, { annotations: Object.fromEntries(Object.entries(words).map(([key, value]) => [`fairlead.dev/${key}`, value])) })
}

export function slice(endpoints: readonly SliceEndpoint[], more: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    metadata: { namespace: 'shop', name: 'web-1', uid: 'slice-1', resourceVersion: '1' },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    ...more,
  }
}

export function node(
  name: string,
  more: { labels?: Record<string, string>; taints?: string[]; addresses?: string[]; deleting?: boolean; providerID?: string } = {},
): Node {
  return {
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      ...(more.labels ? { labels: more.labels } : {}),
      ...(more.deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { ...(more.providerID === undefined ? {} : { providerID: more.providerID }), taints: (more.taints ?? []).map((key) => ({ key })) },
    status: { addresses: (more.addresses ?? ['10.0.0.1']).map((address) => ({ type: 'InternalIP', address })) },
  }
}

interface Shown {
  readonly slices?: readonly EndpointSlice[]
  readonly nodes?: readonly Node[]
  readonly pods?: readonly Pod[]
}

export function snapshot({ slices = [], nodes = [], pods = [] }: Shown = {}): Snapshot {
  return {
    service: () => undefined,
    services: () => [],
    servicesIn: () => [],
    namespace: () => undefined,
    slicesOf: () => slices,
    nodes,
    pod: (uid) => pods.find(({ metadata }) => metadata.uid === uid),
  }
}

/** A provider that can do everything, save what `cannot` gives a reason for. */
export function context(cannot: Partial<Record<Feature, string>> = {}, more: Partial<RequestContext> = {}): RequestContext {
  const capabilities = Object.fromEntries(
    (Object.keys(FEATURES) as Feature[]).map((feature) => {
      const because = cannot[feature]
      return [feature, because === undefined ? { supported: true } : { supported: false, because }]
    }),
  ) as Capabilities
  return {
    provider: { name: 'test', capabilities, annotations: NO_ANNOTATIONS, defaultTargets: 'nodes' },
    defaultClass: false,
    defaultScheme: 'internet-facing',
    sharedKeys: new Set(),
    ...more,
  }
}

export function wish(given: Service, where: RequestContext = context(), cluster: Snapshot = snapshot()): ServiceRequest {
  return buildRequest(given, cluster, where)
}

export function settings(given: Service, where?: RequestContext): LoadBalancer {
  const made = wish(given, where)
  if (made.kind !== 'wanted') throw new Error(`not wanted: ${made.kind === 'malformed' ? problems(given, where).join('; ') : made.kind}`)
  return made.desired.settings
}

/** As they would stand on the Service; none: the wish is good. */
export function problems(given: Service, where?: RequestContext): readonly string[] {
  const made = wish(given, where)
  return made.kind === 'malformed' ? made.problems.map(problemText) : []
}

export function notes(given: Service, where?: RequestContext): readonly string[] {
  const made = wish(given, where)
  return made.kind === 'not ours' ? [] : made.notes
}
