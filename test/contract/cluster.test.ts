/** The machines behind the contract: which published addresses their nodes open, as kube-proxy does. */
import { expect, test } from 'vitest'
import type { Place } from '../../src/model/status.ts'
import { Cluster, STRAY } from './cluster.ts'
import type { Ask } from './wish.ts'

const NODES = ['node-1', 'node-2'].map((name, i) => ({ name, addresses: [`172.30.0.${i + 1}`] }))
const IP = '203.0.113.1'

function clusterWith(ask: Ask, published: readonly Place[]): Cluster {
  const cluster = new Cluster({ targets: 'nodes', nodesReachedBy: 'publishedAddress', nodes: NODES })
  cluster.pod('a', 0)
  cluster.service('web', { listeners: ['80/TCP'], ...ask }, ['a'])
  publish(cluster, published)
  return cluster
}

function publish(cluster: Cluster, published: readonly Place[]): void {
  const web = cluster.services.get('web')
  if (web !== undefined) cluster.services.set('web', { ...web, published })
}

/** `node-1 203.0.113.1 80/TCP to a`. */
function opened(cluster: Cluster): readonly string[] {
  const { published = [], pods } = cluster.machines()
  return published.map(({ node, address, port, protocol, to }) => {
    const names = to.map(({ ip }) => pods.find(({ ips }) => ips.includes(ip))?.name ?? ip)
    return `${node.name} ${address} ${port}/${protocol} to ${names.join(' ')}`.trim()
  })
}

const ON_BOTH = [`node-1 ${IP} 80/TCP to a`, `node-2 ${IP} 80/TCP to a`]

test.each<[string, readonly Place[], readonly string[]]>([
  ['nothing before anything is published', [], []],
  ['an address for which packets arrive unchanged', [{ ip: IP, ipMode: 'VIP' }], ON_BOTH],
  ['no address of a load balancer that sends packets of its own', [{ ip: IP, ipMode: 'Proxy' }], []],
  ['no host name', [{ hostname: 'web.example.com' }], []],
])('nodes open %s', (_, published, expected) => expect(opened(clusterWith({}, published))).toEqual(expected))

test('every port of the Service is open, each for its protocol', () => {
  const cluster = clusterWith({ listeners: ['80/TCP', '53/UDP'] }, [{ ip: IP, ipMode: 'VIP' }])
  expect(opened(cluster)).toEqual([`node-1 ${IP} 80/TCP to a`, `node-2 ${IP} 80/TCP to a`, `node-1 ${IP} 53/UDP to a`, `node-2 ${IP} 53/UDP to a`])
})

test('an address is closed when another is published, and when the Service goes', () => {
  const cluster = clusterWith({}, [{ ip: IP, ipMode: 'VIP' }])
  publish(cluster, [{ ip: '203.0.113.2', ipMode: 'VIP' }])
  expect(opened(cluster).filter((text) => text.includes(IP))).toEqual([])
  expect(opened(cluster)).toHaveLength(2)
  cluster.services.delete('web')
  expect(opened(cluster)).toEqual([])
})

test('with policy Local only nodes with an endpoint open it; with policy Cluster and no endpoint it is open and leads nowhere', () => {
  const place: Place = { ip: IP, ipMode: 'VIP' }
  const local = clusterWith({ externalTrafficPolicy: 'Local' }, [place])
  expect(opened(local)).toEqual([`node-1 ${IP} 80/TCP to a`])
  local.pods.delete('a')
  expect(opened(local)).toEqual([])
  const everywhere = clusterWith({}, [place])
  everywhere.pods.delete('a')
  expect(opened(everywhere)).toEqual([`node-1 ${IP} 80/TCP to`, `node-2 ${IP} 80/TCP to`])
})

test('what is sent through a node that left is answered by a stray pod', () => {
  const cluster = clusterWith({}, [{ ip: IP, ipMode: 'VIP' }])
  cluster.removeNode('node-2')
  expect(opened(cluster)).toEqual([`node-1 ${IP} 80/TCP to a`, `node-2 ${IP} 80/TCP to ${STRAY}`])
})

test('where nodes are reached at the published address, no Service has a node port', () => {
  const cluster = clusterWith({}, [{ ip: IP, ipMode: 'VIP' }])
  const web = cluster.services.get('web')
  expect(cluster.machines().nodePorts).toEqual([])
  expect(web === undefined ? [] : Object.values(cluster.desired(web).backends.ports).map(({ nodePort }) => nodePort)).toEqual([undefined])
})
