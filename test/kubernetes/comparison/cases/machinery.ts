/** Lists, watches, tables, discovery, and the errors of the machinery itself. */
import { CONFIG_MAPS, get, merge, METADATA, METADATA_LIST, post, remove, service, SERVICES, SLICES, TABLE, type Case, type Json, type Step } from '../case.ts'

const map = (name: string, labels: { readonly [key: string]: Json } = {}): Step => post(CONFIG_MAPS, { metadata: { name, labels }, data: { a: name } })
const three = [map('a', { tier: 'x' }), map('b', { tier: 'y' }), map('c', { tier: 'x', extra: '' })]
const listing = (name: string, query: string, more: Partial<Step> = {}): Case => ({ name, steps: [...three, get(`${CONFIG_MAPS}${query}`, more)] })
const CORE = [
  'configmaps',
  'endpoints',
  'events',
  'namespaces',
  'nodes',
  'pods',
  'secrets',
  'serviceaccounts',
  'services',
  'services/status',
  'nodes/status',
  'pods/status',
  'pods/binding',
  'pods/portforward',
  'pods/exec',
  'pods/log',
  'namespaces/status',
  'namespaces/finalize',
]

export const MACHINERY: readonly Case[] = [
  listing('a list', ''),
  listing('an empty list', '?labelSelector=tier=z'),
  listing('a list by label', '?labelSelector=tier=x'),
  listing('a list by labels that exist and are in a set', '?labelSelector=extra,tier%20in%20(x,y)'),
  listing('a list by labels that are not in a set', '?labelSelector=tier%20notin%20(x)'),
  listing('a list by a label that is not there', '?labelSelector=!extra'),
  listing('a list by a malformed selector', '?labelSelector=a%20b%20c'),
  listing('a list by name', '?fieldSelector=metadata.name=b'),
  listing('a list by a name that it is not', '?fieldSelector=metadata.name!=b'),
  listing('a list by an unknown field', '?fieldSelector=data.a=b'),
  listing('a page', '?limit=2'),
  { name: 'the next page', steps: [...three, get(`${CONFIG_MAPS}?limit=2`), get(`${CONFIG_MAPS}?limit=2&continue={continue}`)] },
  listing('a page with a selector tells no rest', '?limit=1&labelSelector=tier=x'),
  // A list at version 0 is answered from the real server's watch cache, which may be behind: the one before waits until it is not.
  {
    name: 'version 0 ignores the limit',
    steps: [...three, get(`${CONFIG_MAPS}?resourceVersion={version}&resourceVersionMatch=NotOlderThan`), get(`${CONFIG_MAPS}?limit=1&resourceVersion=0`)],
  },
  listing('a malformed continue token', '?limit=1&continue=nonsense'),
  listing('an exact version without a version', '?resourceVersionMatch=Exact'),
  listing('a match that there is not', '?resourceVersion=1&resourceVersionMatch=Some'),
  listing('a table', '', { accept: TABLE }),
  listing('a table without objects', '?includeObject=None', { accept: TABLE }),
  listing('a table with whole objects', '?includeObject=Object', { accept: TABLE }),
  listing('metadata only', '', { accept: METADATA_LIST }),
  listing('metadata of one', '/a', { accept: METADATA }),
  listing('a watch from now back to the first', '?watch=true&resourceVersion={firstVersion}&timeoutSeconds=30', { events: 2 }),
  listing('a watch from the start', '?watch=true&timeoutSeconds=30', { events: 3 }),
  listing('a watch by label', '?watch=true&labelSelector=tier=x&timeoutSeconds=30', { events: 2 }),
  listing('a watch as a table', '?watch=true&timeoutSeconds=30', { events: 2, accept: TABLE }),
  listing(
    'a watch with the initial events and their end',
    '?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=30',
    { events: 4 },
  ),
  listing('initial events without a match', '?watch=true&sendInitialEvents=true'),
  {
    name: 'a watch tells changes and deletions',
    steps: [
      map('a'),
      merge(`${CONFIG_MAPS}/a`, { data: { a: '2' } }),
      remove(`${CONFIG_MAPS}/a`),
      get(`${CONFIG_MAPS}?watch=true&resourceVersion={firstVersion}&timeoutSeconds=30`, { events: 2 }),
    ],
  },
  {
    name: 'a watch by label tells when an object leaves and comes',
    steps: [
      map('a', { tier: 'x' }),
      merge(`${CONFIG_MAPS}/a`, { metadata: { labels: { tier: 'y' } } }),
      merge(`${CONFIG_MAPS}/a`, { metadata: { labels: { tier: 'x' } } }),
      get(`${CONFIG_MAPS}?watch=true&resourceVersion={firstVersion}&labelSelector=tier=x&timeoutSeconds=30`, { events: 2 }),
    ],
  },
  {
    name: 'a watch by type tells a type change as a deletion',
    steps: [
      post(SERVICES, service({ type: 'LoadBalancer', ports: [{ port: 80 }] })),
      merge(`${SERVICES}/web`, { spec: { type: 'ClusterIP' } }),
      get(`${SERVICES}?watch=true&resourceVersion={firstVersion}&fieldSelector=spec.type=LoadBalancer&timeoutSeconds=30`, { events: 1 }),
    ],
  },
  {
    name: 'Services by type and by address',
    steps: [
      post(SERVICES, service({ type: 'LoadBalancer', ports: [{ port: 80 }] }, { name: 'a' })),
      post(SERVICES, service({ clusterIP: 'None', ports: [{ port: 80 }] }, { name: 'b' })),
      get(`${SERVICES}?fieldSelector=spec.type=LoadBalancer`),
      get(`${SERVICES}?fieldSelector=spec.clusterIP=None`),
    ],
  },
  {
    name: 'the table of Services',
    steps: [
      post(SERVICES, service({ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_030 }], selector: { b: 'c', a: 'b' } }, { name: 'a' })),
      post(SERVICES, service({ clusterIP: 'None' }, { name: 'b' })),
      post(SERVICES, service({ type: 'ExternalName', externalName: 'x.y' }, { name: 'c' })),
      post(
        SERVICES,
        service(
          {
            type: 'LoadBalancer',
            externalIPs: ['203.0.113.9'],
            ports: [
              { port: 80, nodePort: 30_031 },
              { port: 81, name: 'u', protocol: 'UDP', nodePort: 30_032 },
            ].map((port, index) => ({ ...port, name: `p${index}` })),
          },
          { name: 'd' },
        ),
      ),
      merge(`${SERVICES}/d/status`, { status: { loadBalancer: { ingress: [{ hostname: 'b.example.com' }, { ip: '203.0.113.1' }] } } }),
      get(SERVICES, { accept: TABLE }),
    ],
  },
  { name: 'a deletion of many by label', steps: [...three, remove(`${CONFIG_MAPS}?labelSelector=tier=x`), get(CONFIG_MAPS)] },
  { name: 'a resource that there is not', steps: [get('/api/v1/namespaces/{ns}/nothings')] },
  { name: 'a group that there is not', steps: [get('/apis/nothing.example.com/v1/things')] },
  { name: 'an object that there is not', steps: [get(`${SLICES}/nope`)] },
  { name: 'a method that the resource has not', steps: [post(`${CONFIG_MAPS}/a`, {})] },
  { name: 'a content type that is not known', steps: [{ ...map('a'), type: 'text/plain' }] },
  { name: 'an answer in a form that is not known', steps: [...three, get(`${CONFIG_MAPS}/a`, { accept: 'text/html' })] },
  { name: 'the core resources', steps: [get('/api/v1', { only: CORE })] },
  { name: 'the resources of discovery.k8s.io', steps: [get('/apis/discovery.k8s.io/v1')] },
  { name: 'the resources of events.k8s.io', steps: [get('/apis/events.k8s.io/v1')] },
  { name: 'the resources of coordination.k8s.io', steps: [get('/apis/coordination.k8s.io/v1')] },
  {
    name: 'the resources of apps',
    steps: [
      get('/apis/apps/v1', { only: ['deployments', 'deployments/status', 'deployments/scale', 'replicasets', 'replicasets/status', 'replicasets/scale'] }),
    ],
  },
  { name: 'a group on its own', steps: [get('/apis/discovery.k8s.io')] },
  { name: 'health', steps: [get('/healthz'), get('/readyz'), get('/livez')] },
  {
    name: 'who am I',
    steps: [
      post(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { spec: { resourceAttributes: { verb: 'get', resource: 'services', namespace: '{ns}' } } },
        { fields: ['kind', 'apiVersion', 'spec'] },
      ),
    ],
  },
]
