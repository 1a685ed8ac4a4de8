/** Nodes as a real API server stores them: addresses in any order and number, provider ids of several forms, labels and taints that matter to a balancer. */
import * as fc from 'fast-check'
import type { Node } from '../../../src/model/cluster.ts'
import { address, addressText, ipv4, podIpv6 } from './addresses.ts'

const providerID = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('aws:///eu-west-1a/i-1', 'aws:///eu-west-1b/i-2', 'aws:///eu-west-1a/i-0123456789abcdef0') },
  { weight: 1, arbitrary: fc.constantFrom(undefined, '', 'aws://', 'aws:///x/fargate-10.0.0.1', 'azure:///subscriptions/x', 'kind://docker/kind/node', 'i-1') },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
)

const label = fc.constantFrom(
  {},
  {},
  { 'topology.kubernetes.io/zone': 'a' },
  { 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
  { 'node.kubernetes.io/exclude-from-external-load-balancers': 'false' },
  { pool: 'edge' },
)

const nodeAddress = fc.record({
  type: fc.constantFrom('InternalIP', 'InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS'),
  address: fc.oneof(
    { weight: 4, arbitrary: ipv4 },
    { weight: 2, arbitrary: podIpv6 },
    { weight: 1, arbitrary: address },
    { weight: 1, arbitrary: addressText },
  ),
})

function node(name: string): fc.Arbitrary<Node> {
  return fc
    .record({
      id: providerID,
      labels: label,
      isLeaving: fc.boolean(),
      taints: fc.subarray(['ToBeDeletedByClusterAutoscaler', 'node.cloudprovider.kubernetes.io/uninitialized', 'dedicated']),
      addresses: fc.option(fc.array(nodeAddress, { maxLength: 5 }), { nil: undefined, freq: 8 }),
    })
    .map(({ id, labels, isLeaving, taints, addresses }) =>
      Object.freeze({
        metadata: { name, uid: `uid-${name}`, resourceVersion: '1', labels, ...(isLeaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
        spec: { ...(id === undefined ? {} : { providerID: id }), ...(taints.length === 0 ? {} : { taints: taints.map((key) => ({ key })) }) },
        ...(addresses === undefined ? {} : { status: { addresses } }),
      }),
    )
}

/** Up to three nodes, sorted by name as a snapshot has them. */
export const nodes: fc.Arbitrary<readonly Node[]> = fc.subarray(['node-1', 'node-2', 'node-3']).chain((names) => fc.tuple(...names.map(node)))
