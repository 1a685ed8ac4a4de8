/** The other kinds: defaults, rules and subresources. */
import {
  apply,
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINTS,
  EVENTS,
  get,
  jsonPatch,
  LEASES,
  merge,
  NEW_EVENTS,
  NODES,
  PODS,
  post,
  put,
  remove,
  REPLICA_SETS,
  SLICES,
  strategic,
  TABLE,
  type Case,
  type Json,
  type Step,
} from '../case.ts'

const one = (name: string, ...steps: readonly Step[]): Case => ({ name, steps })
const slice = (fields: { readonly [key: string]: Json }): Step =>
  post(SLICES, { metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } }, ...fields })
const addresses = (family: string, ...list: readonly string[]): Step => slice({ addressType: family, endpoints: [{ addresses: list }], ports: [{ port: 80 }] })
const node = (fields: { readonly [key: string]: Json } = {}): Step => post(NODES, { metadata: { name: '{ns}-a' }, ...fields })
const account = post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'default' } })
const podSpec = { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, name: 'http' }] }] }
const pod = (spec: Json = podSpec): Step => post(PODS, { metadata: { name: 'p', labels: { app: 'web' } }, spec })
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } }
const workload = (spec: { readonly [key: string]: Json } = {}): Json => ({
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
})
const event = (fields: { readonly [key: string]: Json }): Json => ({
  metadata: { name: 'web.1' },
  involvedObject: { kind: 'Service', name: 'web', namespace: '{ns}' },
  ...fields,
})
const regarding = (fields: { readonly [key: string]: Json }): Json => ({
  metadata: { name: 'web.2' },
  regarding: { kind: 'Service', name: 'web', namespace: '{ns}' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'fairlead.dev/controller',
  reportingInstance: 'a',
  action: 'Sync',
  reason: 'Synced',
  type: 'Normal',
  ...fields,
})

const applied = (manager: string, spec: { readonly [key: string]: Json }): Step =>
  apply(`${DEPLOYMENTS}/d?fieldManager=${manager}`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'c' }], ...spec } },
    },
  })

export const KINDS: readonly Case[] = [
  one(
    'a slice',
    slice({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true }, nodeName: 'n', zone: 'z' }],
      ports: [{ port: 80 }, { name: 'u', port: 53, protocol: 'UDP', appProtocol: 'dns' }],
    }),
  ),
  one('a slice without endpoints and ports', slice({ addressType: 'IPv6', endpoints: [] })),
  one('a slice of names warns', slice({ addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com'] }], ports: null })),
  one('a slice without address type', slice({ endpoints: [] })),
  one('a slice of an unknown type', slice({ addressType: 'IPX', endpoints: [] })),
  one('loopback, link-local and unspecified endpoints', addresses('IPv4', '127.0.0.1', '169.254.1.1', '0.0.0.0', '224.0.0.1')),
  one('loopback and link-local IPv6 endpoints', addresses('IPv6', '::1', 'fe80::1', '::', 'ff02::1')),
  one('an IPv6 endpoint in an IPv4 slice', addresses('IPv4', 'fd00::1')),
  one('an IPv4 endpoint in an IPv6 slice', addresses('IPv6', '10.1.2.3')),
  one('an IPv6 endpoint in an odd form', addresses('IPv6', 'fd00:0:0::1')),
  one('an endpoint that is no address', addresses('IPv4', 'x', '010.1.2.3')),
  one('an endpoint without addresses', slice({ addressType: 'IPv4', endpoints: [{ addresses: [] }] })),
  one(
    'bad ports, node and host names of a slice',
    slice({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'], nodeName: 'A_', hostname: 'a.b' }],
      ports: [
        { name: 'A', protocol: 'X' },
        { name: 'A', appProtocol: 'a/b/c' },
      ],
    }),
  ),
  one(
    'a slice counts its generations',
    addresses('IPv4', '10.1.2.3'),
    merge(`${SLICES}/web-1`, { metadata: { annotations: { a: 'b' } } }),
    merge(`${SLICES}/web-1`, { endpoints: [] }),
    merge(`${SLICES}/web-1`, { addressType: 'IPv6' }),
  ),
  one(
    'the table of slices',
    slice({ addressType: 'IPv4', endpoints: [1, 2, 3, 4, 5].map((host) => ({ addresses: [`10.1.1.${host}`] })), ports: [{ port: 80 }] }),
    get(SLICES, { accept: TABLE }),
  ),
  one(
    'Endpoints warn',
    post(ENDPOINTS, { metadata: { name: 'web' }, subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] }),
    get(`${ENDPOINTS}/web`),
    get(ENDPOINTS, { accept: TABLE }),
  ),
  one(
    'Endpoints that are none',
    post(ENDPOINTS, {
      metadata: { name: 'web' },
      subsets: [{ addresses: [{ ip: '127.0.0.1' }, { ip: 'x' }], ports: [{ port: 0 }, { port: 80, protocol: 'X' }] }, {}],
    }),
  ),
  one(
    'a node',
    node({
      metadata: { name: '{ns}-a', labels: { 'node-role.kubernetes.io/worker': '' } },
      spec: { podCIDR: '10.244.0.0/24', providerID: 'x://y' },
      status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], capacity: { cpu: '2' }, conditions: [{ type: 'Ready', status: 'True' }] },
    }),
    get(`${NODES}/{ns}-a`, { accept: TABLE }),
  ),
  one(
    'a status write of a node',
    node(),
    merge(`${NODES}/{ns}-a/status`, { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: 'm' }] } }),
    merge(`${NODES}/{ns}-a`, { spec: { unschedulable: true } }),
    get(`${NODES}/{ns}-a`, { accept: TABLE }),
  ),
  one('a provider id does not change', node({ spec: { providerID: 'a' } }), merge(`${NODES}/{ns}-a`, { spec: { providerID: 'b' } })),
  one('nodes that can be scheduled on', node(), get(`${NODES}?fieldSelector=spec.unschedulable=false,metadata.name={ns}-a`)),
  one('a pod', account, pod(), get(`${PODS}/p`, { accept: TABLE })),
  one('a pod without containers', account, pod({ containers: [] })),
  one(
    'a pod that is wrong in many ways',
    account,
    pod({
      automountServiceAccountToken: false,
      restartPolicy: 'Sometimes',
      containers: [{ name: 'C', ports: [{ containerPort: 70_000, name: 'UP', protocol: 'X' }] }],
    }),
  ),
  one(
    'a pod with probes, environment and resources',
    account,
    pod({
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'c',
          image: 'a/b:latest',
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          readinessProbe: { httpGet: { port: 80 } },
          livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 3 },
        },
      ],
    }),
  ),
  one(
    'a pod on a node: bound once, ready, and deleted in its time',
    account,
    pod(),
    post(`${PODS}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }),
    get(`${PODS}/p`),
    post(`${PODS}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'm' } }),
    strategic(`${PODS}/p/status`, {
      status: { phase: 'Running', podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }], conditions: [{ type: 'Ready', status: 'True' }] },
    }),
    get(`${PODS}?fieldSelector=spec.nodeName=n,status.phase=Running`),
    remove(`${PODS}/p`),
    remove(`${PODS}/p`, { gracePeriodSeconds: 0 }),
    get(`${PODS}/p`),
  ),
  one(
    'a port-forward is no plain request, and wants a pod on a node',
    account,
    get(`${PODS}/p/portforward?ports=80`),
    pod(),
    get(`${PODS}/p/portforward?ports=80`),
    post(`${PODS}/p/portforward?ports=80`, undefined),
    put(`${PODS}/p/portforward`, {}),
    remove(`${PODS}/p/portforward`),
  ),
  one('a pod on no node is deleted at once', account, pod(), remove(`${PODS}/p`), get(`${PODS}/p`)),
  one('an image may change', account, pod(), strategic(`${PODS}/p`, { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } })),
  one(
    'a second address of one family for a pod',
    account,
    pod(),
    merge(`${PODS}/p/status`, { status: { podIPs: [{ ip: '10.1.1.1' }, { ip: '10.1.1.2' }] } }),
    merge(`${PODS}/p/status`, { status: { podIP: 'x' } }),
  ),
  one('a namespace', post('/api/v1/namespaces', { metadata: { name: '{ns}-x' } }), get('/api/v1/namespaces/{ns}-x', { accept: TABLE })),
  one(
    'a namespace is going',
    post('/api/v1/namespaces', { metadata: { name: '{ns}-x' } }),
    remove('/api/v1/namespaces/{ns}-x'),
    post('/api/v1/namespaces/{ns}-x/configmaps', { metadata: { name: 'a' } }),
    post('/api/v1/namespaces/{ns}-x/events', { metadata: { name: 'a' }, involvedObject: { namespace: '{ns}-x' } }),
    put('/api/v1/namespaces/{ns}-x/finalize', { metadata: { name: '{ns}-x' }, spec: { finalizers: [] } }),
    get('/api/v1/namespaces/{ns}-x'),
  ),
  one('a namespace that stays', remove('/api/v1/namespaces/default')),
  one('a namespace with a bad name', post('/api/v1/namespaces', { metadata: { name: 'A_' } })),
  one('a config map', post(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' }, binaryData: { b: 'AAEC' } }), get(`${CONFIG_MAPS}/a`, { accept: TABLE })),
  one('a config map with bad keys', post(CONFIG_MAPS, { metadata: { name: 'a' }, data: { 'a b': 'v' }, binaryData: { '..': 'AAEC' } })),
  one(
    'a config map that is fixed',
    post(CONFIG_MAPS, { metadata: { name: 'a' }, immutable: true, data: { k: 'v' } }),
    merge(`${CONFIG_MAPS}/a`, { data: { k: 'w' } }),
    merge(`${CONFIG_MAPS}/a`, { immutable: false }),
    merge(`${CONFIG_MAPS}/a`, { metadata: { labels: { a: 'b' } } }),
  ),
  one(
    'server-side apply: a member that is emptied stays, one that is dropped goes',
    applied('m', { volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }], securityContext: { runAsUser: 1 } }),
    applied('m', { volumes: [{ name: 'v', emptyDir: {} }], securityContext: {} }),
    applied('m', { volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }], securityContext: { runAsUser: 1 } }),
    applied('m', { volumes: [{ name: 'v' }] }),
    applied('m', {}),
  ),
  one(
    'server-side apply: an empty member stays for as long as somebody owns it',
    applied('a', { volumes: [{ name: 'v', emptyDir: {} }] }),
    applied('b', { volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }] }),
    applied('b', {}),
    applied('a', {}),
  ),
  one(
    'server-side apply: an empty member that has no default',
    applied('a', { dnsConfig: { nameservers: ['10.0.0.1'] }, affinity: { nodeAffinity: {} } }),
    applied('a', { dnsConfig: {}, affinity: { nodeAffinity: {} } }),
    applied('b', { dnsConfig: { nameservers: ['10.0.0.1'] }, affinity: {} }),
    applied('b', { affinity: {} }),
    applied('a', { affinity: {} }),
    applied('a', {}),
    applied('b', {}),
  ),
  one(
    'server-side apply: maps that are emptied',
    apply(`${CONFIG_MAPS}/a?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v' } }),
    apply(`${CONFIG_MAPS}/a?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: {} }, data: {} }),
    apply(`${CONFIG_MAPS}/a?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  ),
  one(
    'a config map by server-side apply',
    apply(`${CONFIG_MAPS}/a?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v', l: 'w' } }),
    apply(`${CONFIG_MAPS}/a?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } }),
  ),
  one(
    'a config map by JSON patch',
    post(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } }),
    jsonPatch(`${CONFIG_MAPS}/a`, [
      { op: 'add', path: '/data/l', value: 'w' },
      { op: 'copy', from: '/data/k', path: '/data/m' },
      { op: 'move', from: '/data/k', path: '/data/n' },
    ]),
  ),
  one(
    'a secret',
    post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 'a' }, stringData: { a: 'b' }, data: { c: 'ZA==' } }),
    merge('/api/v1/namespaces/{ns}/secrets/a', { type: 'x' }),
    get('/api/v1/namespaces/{ns}/secrets', { accept: TABLE }),
  ),
  one(
    'a secret for TLS without a key',
    post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 'a' }, type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
  ),
  one(
    'a service account',
    account,
    get('/api/v1/namespaces/{ns}/serviceaccounts', { accept: TABLE }),
    remove('/api/v1/namespaces/{ns}/serviceaccounts/default'),
  ),
  one(
    'a lease',
    post(LEASES, {
      metadata: { name: 'a' },
      spec: {
        holderIdentity: 'x',
        leaseDurationSeconds: 15,
        renewTime: '2026-01-01T00:00:00.000000Z',
        acquireTime: '2026-01-01T00:00:00.123456Z',
        leaseTransitions: 0,
      },
    }),
    get(LEASES, { accept: TABLE }),
    put(`${LEASES}/a`, { metadata: { name: 'a', resourceVersion: '{version}' }, spec: { holderIdentity: '', leaseDurationSeconds: 1 } }),
  ),
  one('a lease with milliseconds', post(LEASES, { metadata: { name: 'a' }, spec: { renewTime: '2026-01-01T00:00:00.000Z' } })),
  one('a lease of no time', post(LEASES, { metadata: { name: 'a' }, spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })),
  one('a lease is not overwritten blindly', post(LEASES, { metadata: { name: 'a' } }), put(`${LEASES}/a`, { metadata: { name: 'a' } })),
  one(
    'an event of core',
    post(
      EVENTS,
      event({
        reason: 'R',
        message: 'm',
        type: 'Normal',
        source: { component: 'x' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        count: 1,
      }),
    ),
    get(`${NEW_EVENTS}/web.1`),
    merge(`${EVENTS}/web.1`, { count: 2, lastTimestamp: '2026-01-01T00:01:00Z' }),
  ),
  one('an event of core in another namespace', post(EVENTS, event({ involvedObject: { kind: 'Service', name: 'web', namespace: 'default' } }))),
  one('an event of core with a long message', post(EVENTS, event({ message: 'x'.repeat(1100), reason: 'R' }))),
  one(
    'an event of events.k8s.io',
    post(NEW_EVENTS, regarding({ note: 'm' })),
    get(`${EVENTS}/web.2`),
    get(EVENTS, { accept: TABLE }),
    merge(`${NEW_EVENTS}/web.2`, { series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } }),
    merge(`${NEW_EVENTS}/web.2`, { note: 'other' }),
  ),
  one(
    'an event of events.k8s.io with too much',
    post(NEW_EVENTS, regarding({ note: 'x'.repeat(1025), action: '', type: 'Some', reason: 'x'.repeat(129), reportingController: 'a b' })),
  ),
  one(
    'events of one object',
    post(EVENTS, event({ reason: 'A' })),
    post(EVENTS, event({ metadata: { name: 'other.1' }, involvedObject: { kind: 'Pod', name: 'p', namespace: '{ns}' }, reason: 'B' })),
    get(`${EVENTS}?fieldSelector=involvedObject.name=web,involvedObject.kind=Service`),
  ),
  one(
    'a deployment',
    post(DEPLOYMENTS, workload()),
    get(`${DEPLOYMENTS}/web`, { accept: TABLE }),
    merge(`${DEPLOYMENTS}/web`, { spec: { replicas: 3 } }),
    merge(`${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } }),
  ),
  one(
    'a deployment is scaled',
    post(DEPLOYMENTS, workload()),
    get(`${DEPLOYMENTS}/web/scale`),
    merge(`${DEPLOYMENTS}/web/scale`, { spec: { replicas: 2 } }),
    put(`${DEPLOYMENTS}/web/scale`, { metadata: { name: 'web', namespace: '{ns}' }, spec: { replicas: 4 } }),
    get(`${DEPLOYMENTS}/web`),
  ),
  one('a deployment whose selector does not fit', post(DEPLOYMENTS, workload({ selector: { matchLabels: { app: 'x' } }, replicas: -1 }))),
  one('a deployment without selector', post(DEPLOYMENTS, workload({ selector: null }))),
  one(
    'the selector of a deployment does not change',
    post(DEPLOYMENTS, workload()),
    merge(`${DEPLOYMENTS}/web`, { spec: { selector: { matchLabels: { b: 'c' } }, template: { metadata: { labels: { b: 'c' } } } } }),
  ),
  one(
    'the status of a deployment',
    post(DEPLOYMENTS, workload()),
    merge(`${DEPLOYMENTS}/web/status`, { status: { replicas: 1, readyReplicas: 1, observedGeneration: 1 }, spec: { replicas: 9 } }),
  ),
  one('a deployment that recreates', post(DEPLOYMENTS, workload({ strategy: { type: 'Recreate' } }))),
  one(
    'a replica set',
    post(REPLICA_SETS, workload()),
    get(`${REPLICA_SETS}/web`, { accept: TABLE }),
    get(`${REPLICA_SETS}/web/scale`),
    remove(`${REPLICA_SETS}/web`),
  ),
  one(
    'the image of a deployment by strategic patch',
    post(DEPLOYMENTS, workload()),
    strategic(`${DEPLOYMENTS}/web`, { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } }),
  ),
]
