/** What may change in a Service, what the server carries over, and what it wipes with the type. */
import { apply, get, jsonPatch, merge, post, put, remove, service, SERVICES, strategic, type Case, type Json, type Step } from '../case.ts'

const WEB = `${SERVICES}/web`
const http = { port: 80 }
const create = (spec: Json, metadata?: { readonly [key: string]: Json }): Step => post(SERVICES, service(spec, metadata))
const from = (name: string, spec: Json, ...steps: readonly Step[]): Case => ({ name, steps: [create(spec), ...steps] })
const balancer = { type: 'LoadBalancer', ports: [http] }
const spec = (change: Json): Step => merge(WEB, { spec: change })

export const SERVICE_UPDATE: readonly Case[] = [
  from('cluster IP to node port and back', { ports: [http] }, spec({ type: 'NodePort' }), spec({ type: 'ClusterIP' })),
  from('cluster IP to a load balancer of a class', { ports: [http] }, spec({ type: 'LoadBalancer', loadBalancerClass: 'a.b/c' })),
  {
    name: 'a load balancer to cluster IP: what is wiped and what stays',
    steps: [
      // Numbers that no server allocates of its own accord, so that the ones allocated last are certainly others.
      create(
        {
          ...balancer,
          ports: [{ port: 80, nodePort: 30_040 }],
          healthCheckNodePort: 30_041,
          externalTrafficPolicy: 'Local',
          loadBalancerClass: 'a.b/c',
          loadBalancerIP: '1.2.3.4',
        },
        { finalizers: ['fairlead.dev/test'] },
      ),
      merge(`${WEB}/status`, {
        status: {
          loadBalancer: { ingress: [{ ip: '1.2.3.4' }] },
          conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
        },
      }),
      spec({ type: 'ClusterIP' }),
      spec({ type: 'LoadBalancer', loadBalancerClass: 'x.y/z' }),
    ],
  },
  from('a load balancer to node port', { ...balancer, externalTrafficPolicy: 'Local' }, spec({ type: 'NodePort' })),
  from('a load balancer to an external name', balancer, spec({ type: 'ExternalName', externalName: 'a.b' })),
  from('an external name to cluster IP', { type: 'ExternalName', externalName: 'a.b' }, spec({ type: 'ClusterIP', ports: [http] })),
  from('a load balancer with source ranges cannot become another type', { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/8'] }, spec({ type: 'ClusterIP' })),
  from('a class does not change', { ...balancer, loadBalancerClass: 'a.b/c' }, spec({ loadBalancerClass: 'x.y/z' })),
  from('a class does not come later', balancer, spec({ loadBalancerClass: 'x.y/z' })),
  from('a class does not go', { ...balancer, loadBalancerClass: 'a.b/c' }, spec({ loadBalancerClass: null })),
  from('a bad class on an update is told twice', { ports: [http] }, spec({ type: 'LoadBalancer', loadBalancerClass: 'a b' })),
  from('a type change with a changed class is refused', { ...balancer, loadBalancerClass: 'a.b/c' }, spec({ type: 'ClusterIP', loadBalancerClass: 'x.y/z' })),
  from('the cluster IP does not change', { ports: [http], clusterIP: '10.96.0.60' }, spec({ clusterIP: '10.96.0.61' })),
  from('the cluster IP does not become None', { ports: [http] }, spec({ clusterIP: 'None' })),
  from('the cluster IP may be left out', { ports: [http] }, put(WEB, service({ ports: [{ port: 81 }] }))),
  from('the family does not change', { ports: [http] }, spec({ ipFamilies: ['IPv6'] })),
  from(
    'one family to two and back by the policy alone',
    { ports: [http] },
    spec({ ipFamilyPolicy: 'RequireDualStack' }),
    spec({ ipFamilyPolicy: 'SingleStack' }),
  ),
  from('two families to one without the policy', { ports: [http], ipFamilyPolicy: 'RequireDualStack' }, spec({ ipFamilies: ['IPv4'] })),
  from('two addresses to one without the policy', { ports: [http], ipFamilyPolicy: 'RequireDualStack' }, spec({ clusterIPs: ['{clusterIP}'] })),
  from('a preference for two families stays as it is', { ports: [http], ipFamilyPolicy: 'PreferDualStack' }, spec({ ports: [{ port: 81 }] })),
  from(
    'node ports are kept by the name of the port',
    { type: 'NodePort', ports: [{ port: 80, name: 'a' }] },
    put(
      WEB,
      service({
        type: 'NodePort',
        ports: [
          { port: 8080, name: 'a' },
          { port: 81, name: 'b' },
        ],
      }),
    ),
  ),
  from('a node port may change', { type: 'NodePort', ports: [http] }, spec({ ports: [{ port: 80, nodePort: 30_020 }] })),
  from('a node port out of range on an update', { type: 'NodePort', ports: [http] }, spec({ ports: [{ port: 80, nodePort: 1 }] })),
  from(
    'node ports are allocated when that is switched on',
    { ...balancer, allocateLoadBalancerNodePorts: false },
    spec({ allocateLoadBalancerNodePorts: true }),
  ),
  from('node ports stay when allocation is switched off', balancer, spec({ allocateLoadBalancerNodePorts: false })),
  from(
    'node ports go when they are taken away with allocation switched off',
    balancer,
    jsonPatch(WEB, [
      { op: 'replace', path: '/spec/allocateLoadBalancerNodePorts', value: false },
      { op: 'remove', path: '/spec/ports/0/nodePort' },
    ]),
  ),
  from('local traffic comes and goes', balancer, spec({ externalTrafficPolicy: 'Local' }), spec({ externalTrafficPolicy: 'Cluster' })),
  from('a health-check node port does not change', { ...balancer, externalTrafficPolicy: 'Local' }, spec({ healthCheckNodePort: 30_021 })),
  from(
    'a port is added and taken away',
    { ports: [{ port: 80, name: 'a' }] },
    strategic(WEB, { spec: { ports: [{ port: 81, name: 'b' }] } }),
    strategic(WEB, { spec: { ports: [{ port: 80, $patch: 'delete' }] } }),
  ),
  from(
    'a strategic patch merges ports by number',
    { ports: [{ port: 80, name: 'a' }] },
    strategic(WEB, { spec: { ports: [{ port: 80, name: 'a', targetPort: 8080 }] } }),
  ),
  from('a merge patch replaces ports', { ports: [{ port: 80, name: 'a' }] }, spec({ ports: [{ port: 81 }] })),
  from(
    'a selector of a strategic patch is merged, and null takes away',
    { ports: [http], selector: { a: 'b', c: 'd' } },
    strategic(WEB, { spec: { selector: { a: null, e: 'f' } } }),
  ),
  from(
    'a JSON patch with a test that fails',
    { ports: [http] },
    jsonPatch(WEB, [
      { op: 'test', path: '/spec/type', value: 'NodePort' },
      { op: 'remove', path: '/spec/type' },
    ]),
  ),
  from('a JSON patch to a place that is not there', { ports: [http] }, jsonPatch(WEB, [{ op: 'remove', path: '/spec/nope' }])),
  from('a JSON patch that is no patch', { ports: [http] }, jsonPatch(WEB, { op: 'remove' })),
  from('a patch of an unknown content type', { ports: [http] }, { ...merge(WEB, {}), type: 'text/plain' }),
  from('a patch that changes nothing keeps the version', { ports: [http] }, spec({ type: 'ClusterIP' }), get(WEB)),
  from(
    'a patch with a stale version',
    { ports: [http] },
    spec({ ports: [{ port: 81 }] }),
    merge(WEB, { metadata: { resourceVersion: '{firstVersion}', labels: { a: 'b' } } }),
  ),
  from('a patch with another uid', { ports: [http] }, merge(WEB, { metadata: { uid: '11111111-1111-4111-8111-111111111111' } })),
  from('a patch to another name', { ports: [http] }, merge(WEB, { metadata: { name: 'other' } })),
  from(
    'an update with a stale version',
    { ports: [http] },
    spec({ ports: [{ port: 81 }] }),
    put(WEB, service({ ports: [http] }, { resourceVersion: '{firstVersion}' })),
  ),
  from('an update with another uid', { ports: [http] }, put(WEB, service({ ports: [http] }, { uid: '11111111-1111-4111-8111-111111111111' }))),
  from('an update with another name', { ports: [http] }, put(WEB, service({ ports: [http] }, { name: 'other' }))),
  from(
    'a status in an update is dropped',
    balancer,
    put(WEB, { ...(service(balancer) as object), status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } }),
  ),
  { name: 'an update of a name that is not there creates it', steps: [put(WEB, service({ ports: [http] }))] },
  { name: 'a patch of a name that is not there', steps: [merge(WEB, { spec: {} })] },
  { name: 'a delete of a name that is not there', steps: [remove(WEB)] },
  { name: 'a delete answers what was there', steps: [create({ ports: [http] }), remove(WEB), get(WEB)] },
  {
    name: 'a deletion waits for a finalizer, takes changes, and takes no new finalizer',
    steps: [
      create({ ports: [http] }, { finalizers: ['fairlead.dev/test'] }),
      remove(WEB),
      merge(WEB, { metadata: { finalizers: ['fairlead.dev/test', 'fairlead.dev/other'] } }),
      spec({ ports: [{ port: 81 }] }),
      remove(WEB),
      merge(WEB, { metadata: { finalizers: null } }),
      get(WEB),
    ],
  },
  { name: 'a delete with a uid that is not its own', steps: [create({ ports: [http] }), remove(WEB, { preconditions: { uid: 'x' } })] },
  { name: 'a delete with a version that is not its own', steps: [create({ ports: [http] }), remove(WEB, { preconditions: { resourceVersion: '1' } })] },
  { name: 'a dry run of a delete', steps: [create({ ports: [http] }), remove(`${WEB}?dryRun=All`), get(WEB)] },
  {
    name: 'server-side apply creates, changes, and drops what is no longer applied',
    steps: [
      apply(`${WEB}?fieldManager=a`, service({ ports: [{ port: 80, name: 'a' }], selector: { a: 'b', c: 'd' } })),
      apply(
        `${WEB}?fieldManager=a`,
        service({
          ports: [
            { port: 80, name: 'a', protocol: 'TCP' },
            { port: 80, name: 'b', protocol: 'UDP' },
          ],
          selector: { a: 'b' },
        }),
      ),
    ],
  },
  {
    name: 'server-side apply meets another manager',
    steps: [
      apply(`${WEB}?fieldManager=a`, service({ ports: [{ port: 80, name: 'a', protocol: 'TCP' }], selector: { a: 'b' } })),
      apply(`${WEB}?fieldManager=b`, service({ ports: [{ port: 80, name: 'a', protocol: 'TCP' }], selector: { a: 'x' } })),
      apply(`${WEB}?fieldManager=b&force=true`, service({ ports: [{ port: 80, name: 'a', protocol: 'TCP' }], selector: { a: 'x' } })),
    ],
  },
  { name: 'server-side apply without a manager', steps: [apply(WEB, service({ ports: [http] }))] },
]
