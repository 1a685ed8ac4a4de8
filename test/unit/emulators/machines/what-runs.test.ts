/** What an emulated cloud is reported of the machines: the same that the machines do. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../../emulators/kubernetes/resources/index.ts'
import type { Machines } from '../../../../emulators/cloud/machines.ts'
import { whatRuns } from '../../../../emulators/machines/what-runs.ts'

let server: ApiServer

beforeEach(async () => {
  server = await startApiServer({ resources: RESOURCES })
  for (const [i, name] of ['node-1', 'node-2'].entries()) {
    const node = server.cluster.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { providerID: `aws:///eu-west-1a/i-${i + 1}` } })
    server.cluster.patchStatus('nodes', node.metadata, { status: { addresses: [{ type: 'InternalIP', address: `172.18.0.${i + 2}` }] } })
  }
})

afterEach(() => server.close())

function service(spec: object): void {
  server.cluster.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { type: 'LoadBalancer', ...spec },
  })
}

function slice(endpoints: readonly (readonly [ip: string, node: string, ready: boolean])[]): void {
  server.cluster.create('endpointslices', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map(([ip, nodeName, ready]) => ({ addresses: [ip], nodeName, conditions: { ready, serving: ready, terminating: false } })),
  })
}

const forwards = ({ nodePorts }: Machines): readonly string[] =>
  nodePorts.map(({ node, port, to }) => `${node.name}:${port} to ${to.map(({ ip }) => ip).join(' ') || 'nobody'}`)

test('a node port of every node leads to all ready pods', () => {
  service({ ports: [{ port: 80, nodePort: 30_080 }] })
  slice([
    ['10.244.1.2', 'node-1', true],
    ['10.244.2.2', 'node-2', false],
  ])
  expect(forwards(whatRuns(server.cluster))).toEqual(['node-1:30080 to 10.244.1.2', 'node-2:30080 to 10.244.1.2'])
  expect(whatRuns(server.cluster).health).toEqual([])
})

test('with policy Local it leads to the pods of its own node, and the health check port says where there is one', () => {
  service({ ports: [{ port: 80, nodePort: 30_080 }], externalTrafficPolicy: 'Local', healthCheckNodePort: 30_999 })
  slice([['10.244.1.2', 'node-1', true]])
  const { health, ...rest } = whatRuns(server.cluster)
  expect(forwards({ ...rest, health })).toEqual(['node-1:30080 to 10.244.1.2', 'node-2:30080 to nobody'])
  expect(health.map(({ node, port, isHealthy }) => [node.providerId, port, isHealthy])).toEqual([
    ['aws:///eu-west-1a/i-1', 30_999, true],
    ['aws:///eu-west-1a/i-2', 30_999, false],
  ])
})

test('what comes for an address in the status is taken, on the port of the Service; with ipMode Proxy it is not', () => {
  service({ ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false, externalTrafficPolicy: 'Local' })
  slice([['10.244.1.2', 'node-1', true]])
  expect(whatRuns(server.cluster).published).toEqual([])
  const ingress = [{ ip: '203.0.113.1', ipMode: 'VIP' }, { ip: '203.0.113.2', ipMode: 'Proxy' }, { hostname: 'web.example' }]
  server.cluster.patchStatus('services', { name: 'web', namespace: 'default' }, { status: { loadBalancer: { ingress } } })
  const { published = [] } = whatRuns(server.cluster)
  expect(published.map(({ node, address, port, to }) => `${node.name}: ${address}:${port} to ${to.map(({ ip }) => ip).join()}`)).toEqual([
    'node-1: 203.0.113.1:80 to 10.244.1.2',
  ])
})

test('a pod listens on its own ports, and where a Service sends its traffic', () => {
  service({ ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false })
  slice([['10.244.1.2', 'node-1', true]])
  const pod = server.cluster.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-a', namespace: 'default' },
    spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web', ports: [{ containerPort: 9000 }] }] },
  })
  expect(whatRuns(server.cluster).pods).toEqual([])
  server.cluster.patchStatus('pods', pod.metadata, { status: { podIP: '10.244.1.2', podIPs: [{ ip: '10.244.1.2' }] } })
  expect(whatRuns(server.cluster).pods).toMatchObject([{ name: 'web-a', node: { name: 'node-1' }, ips: ['10.244.1.2'], ports: [9000, 8080] }])
  expect(whatRuns(server.cluster).nodePorts).toEqual([])
})
