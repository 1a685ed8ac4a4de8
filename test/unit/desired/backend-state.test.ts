import { describe, expect, test } from 'vitest'
import { backendState, type BackendState } from '../../../src/desired/backend-state.ts'
import type { EndpointSlice, Node, Service, ServiceSpec, SliceEndpoint } from '../../../src/model/cluster.ts'
import type { Backends } from '../../../src/model/load-balancer.ts'
import { context, node, service, slice, snapshot, wish } from './given.ts'

const EXCLUDED = { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }
const selecting: Partial<ServiceSpec> = { selector: { app: 'web' } }
const ready = (ip: string, nodeName = 'a'): SliceEndpoint => ({ addresses: [ip], nodeName, conditions: { ready: true, serving: true, terminating: false } })
const unready = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: false, terminating: false } })
const two = [ready('10.1.0.1'), ready('10.1.0.2')]

interface Given {
  readonly service?: Service
  readonly slices?: readonly EndpointSlice[]
  readonly nodes?: readonly Node[]
  /** What remains of the backends after the cloud refused some. */
  readonly taken?: (wanted: Backends) => Backends
}

function stateOf({ service: given = service(selecting), slices = [slice(two)], nodes = [node('a')], taken = (wanted) => wanted }: Given): BackendState {
  const cluster = snapshot({ slices, nodes })
  const made = wish(given, context(), cluster)
  if (made.kind === 'not ours') throw new Error(made.kind)
  return backendState(given, cluster, made, taken(made.kind === 'wanted' ? made.desired.backends : made.backends))
}

describe('why a Service has no backends', () => {
  test.each<readonly [string, Given, BackendState['reason'], RegExp]>([
    ['pods are ready', {}, 'Registered', /^$/],
    ['the selector matches no pod', { slices: [slice([])] }, 'NoPods', /^The selector app=web matches no pod with an address in namespace shop\. Check/],
    ['there is no EndpointSlice yet', { slices: [] }, 'NoPods', /^The selector app=web matches no pod/],
    ['no selector, no endpoints', { service: service(), slices: [] }, 'NoPods', /^The Service has no selector, and no EndpointSlice .* has an endpoint\./],
    [
      'one pod, not ready',
      { slices: [slice([unready('10.1.0.1')])] },
      'NoneReady',
      /^Its only endpoint is not ready\. .*kubectl get pods -n shop -l app=web\.$/,
    ],
    ['pods, none ready', { slices: [slice([unready('10.1.0.1'), unready('10.1.0.2')])] }, 'NoneReady', /^None of its 2 endpoints is ready\./],
    [
      'a pod of two slices is one endpoint',
      { slices: [slice([unready('10.1.0.1'), unready('10.1.0.2')]), slice([unready('10.1.0.2')])] },
      'NoneReady',
      /^None of its 2 /,
    ],
    [
      'another family',
      { slices: [slice([{ addresses: ['2001:db8::1'] }], { addressType: 'IPv6' })] },
      'OtherFamily',
      /^The Service is IPv4, and its 1 endpoint is IPv6\./,
    ],
    ['host names', { slices: [slice([{ addresses: ['a.example'] }], { addressType: 'FQDN' })] }, 'OtherFamily', /is FQDN\./],
    [
      'addresses that are left out',
      { slices: [slice([ready('169.254.169.254'), ready('127.0.0.1')])] },
      'LeftOut',
      /^2 endpoints of its EndpointSlices are all left out because of the address, such as 169\.254\.169\.254: /,
    ],
    [
      'a port name that no slice has',
      {
        service: service({ ...selecting, ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web', nodePort: 30_080 }] }),
        slices: [slice(two, { ports: [{ name: 'metrics', protocol: 'TCP', port: 9 }] })],
      },
      'PortNotFound',
      /^No EndpointSlice with endpoints has a usable port for 80\/TCP, named http: they list metrics \(TCP\)\. Check that a container of the pods has a port named web\.$/,
    ],
    [
      'a target port that no container has',
      { service: service({ ...selecting, ports: [{ port: 80, protocol: 'TCP', targetPort: 'web', nodePort: 30_080 }] }), slices: [slice(two, { ports: [] })] },
      'PortNotFound',
      /they list no port\. Check that a container/,
    ],
    [
      'every node is excluded',
      { nodes: [node('a', EXCLUDED), node('b', EXCLUDED), node('c', { taints: ['ToBeDeletedByClusterAutoscaler'] })] },
      'NodesExcluded',
      /^Traffic goes through nodes\. All 3 nodes are excluded: 2 by the label node\.kubernetes\.io\/exclude-from-external-load-balancers, 1 by the taint ToBeDeletedByClusterAutoscaler\.$/,
    ],
    ['there is no node', { nodes: [] }, 'NodesExcluded', /^The cluster has no nodes\.$/],
    [
      'a node selector that matches none',
      { service: service(selecting, { annotations: { 'fairlead.dev/node-selector': 'pool=edge' } }), nodes: [node('a'), node('b', EXCLUDED)] },
      'NodesExcluded',
      /All 2 nodes are excluded: 1 by the label .*, 1 because the node selector in the annotations of the Service does not match\.$/,
    ],
    [
      'Local, and pods on excluded nodes alone',
      { service: service({ ...selecting, externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 }), nodes: [node('a', EXCLUDED), node('b')] },
      'NodesExcluded',
      /^externalTrafficPolicy is Local, and the nodes of its 2 endpoints are not used/,
    ],
    ['pods as targets need no node', { service: service(selecting, { annotations: { 'fairlead.dev/targets': 'pods' } }), nodes: [] }, 'Registered', /^$/],
    [
      'nodes that the cloud refused',
      {
        taken: (wanted) => ({
          ...wanted,
          ports: Object.fromEntries(Object.entries(wanted.ports).map(([key, port]) => [key, { ...port, withoutNodes: new Set(['a']) }])),
        }),
      },
      'LeftOut',
      /^The provider did not accept any of its backends\./,
    ],
    [
      'an invalid Service whose pods are not ready',
      { service: service(selecting, { annotations: { 'fairlead.dev/scheme': 'x' } }), slices: [slice([unready('10.1.0.1')])] },
      'NoneReady',
      /^Its only endpoint/,
    ],
  ])('%s', (_, given, reason, cause) => {
    const state = stateOf(given)
    expect(state.reason).toBe(reason)
    expect(state.cause).toMatch(cause)
    expect(state.isNone).toBe(reason !== 'Registered')
  })

  test('one port of two is missing in the slices: that port is named, the other has backends', () => {
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30_080 },
      { name: 'admin', port: 81, protocol: 'TCP', targetPort: 'admin', nodePort: 30_081 },
    ] as const
    const state = stateOf({ service: service({ ...selecting, ports }), slices: [slice(two, { ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] })] })
    expect(state).toMatchObject({ reason: 'PortNotFound', isNone: false })
    expect(state.cause).toMatch(
      /^81\/TCP has no backends\. No EndpointSlice with endpoints has a usable port for 81\/TCP, named admin: they list http \(TCP\)\./,
    )
  })
})
