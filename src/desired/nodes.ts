/**
 * The nodes a balancer may use: a stable set, as Kubernetes wants it (KEP-3458, v1.30). Readiness is not considered: the balancer's own health check is
 * quicker, and taking a node out kills its connections.
 */
import { matches, type LabelSelector } from '../../annotations/label-selector.ts'
import { parseAddress } from '../model/address.ts'
import type { Node } from '../model/cluster.ts'
import { specialAddress } from '../model/special-address.ts'
import type { ClusterNode, NodeSet } from '../model/load-balancer.ts'

export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'
export const AUTOSCALER_TAINT = 'ToBeDeletedByClusterAutoscaler'
/** Go's strconv.ParseBool; whatever it cannot parse, the empty text too, excludes. */
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

/** A node that is still being set up (taint `uninitialized`) is in: what it lacks, an address or a provider id, its provider sees. */
export function isEligible(node: Node): boolean {
  return exclusionOf(node) === undefined
}

/** Why no load balancer may use a node; undefined: it may be used. */
export function exclusionOf({ metadata, spec }: Node): 'label' | 'taint' | 'deleted' | undefined {
  const excluded = metadata.labels?.[EXCLUDE_LABEL]
  if (metadata.deletionTimestamp !== undefined) return 'deleted'
  if (excluded !== undefined && !FALSE.has(excluded)) return 'label'
  return spec?.taints?.some(({ key }) => key === AUTOSCALER_TAINT) === true ? 'taint' : undefined
}

/** Answers the eligible nodes that a selector names. */
export type NodeSets = (nodes: readonly Node[], selector: LabelSelector | undefined) => NodeSet

/**
 * All Services with one selector get the very same set, and get it again for as long as nothing in it has changed. Remembers the sets of the present
 * nodes, and those of the ones before to compare with.
 */
export function createNodeSets(): NodeSets {
  let present: { readonly nodes: readonly Node[]; readonly sets: Map<string, NodeSet> } = { nodes: [], sets: new Map() }
  let before = new Map<string, NodeSet>()
  const seen = new WeakMap<Node, ClusterNode>()
  const clusterNode = (node: Node): ClusterNode => {
    const known = seen.get(node) ?? Object.freeze(read(node))
    seen.set(node, known)
    return known
  }
  return (nodes, selector) => {
    if (nodes !== present.nodes) {
      // A selector that no Service asked for between two changes stays to be compared with.
      before = new Map([...before, ...present.sets].slice(-MOST_SELECTORS))
      present = { nodes, sets: new Map() }
    }
    const text = selector?.text ?? ''
    const known = present.sets.get(text)
    if (known !== undefined) return known
    const eligible = nodes.filter((node) => isEligible(node) && (selector === undefined || matches(selector, node.metadata.labels)))
    const set = sameOrNew(before.get(text), eligible.map(clusterNode))
    present.sets.set(text, set)
    return set
  }
}

/** Bounds what is remembered of selectors that no Service has any more. */
const MOST_SELECTORS = 1000

function sameOrNew(old: NodeSet | undefined, nodes: readonly ClusterNode[]): NodeSet {
  if (old !== undefined && old.nodes.length === nodes.length && nodes.every((node, i) => isSameNode(node, old.nodes[i]))) return old
  return Object.freeze({ nodes: Object.freeze(nodes) })
}

function isSameNode(a: ClusterNode, b: ClusterNode | undefined): boolean {
  if (a === b) return true
  return (
    a.name === b?.name &&
    a.providerId === b.providerId &&
    a.zone === b.zone &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, i) => address === b.addresses[i])
  )
}

/** A node says of itself where it is; what its machine keeps for itself is never it. */
function usableAddress(text: string): string | undefined {
  const address = parseAddress(text)
  return address === undefined || specialAddress(address) !== undefined ? undefined : address
}

function read({ metadata, spec, status }: Node): ClusterNode {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').flatMap(({ address }) => usableAddress(address) ?? [])
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? metadata.labels?.['failure-domain.beta.kubernetes.io/zone']
  return {
    name: metadata.name,
    ...(spec?.providerID === undefined || spec.providerID === '' ? {} : { providerId: spec.providerID }),
    addresses: Object.freeze(addresses),
    ...(zone === undefined ? {} : { zone }),
  }
}
