/** Nodes that no load balancer sends to, for people. Pure. */
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import type { EndpointGroupPart, GroupPart } from '../../view.ts'
import { instanceOf } from './nodes.ts'

/** Of many, so many are named. */
const MOST_NAMES = 3

const AGAIN = 'Fairlead tries again when it next reads the project.'

/** Full sentences. `groups`: those that the nodes are to be in. */
export function leftOutNotes({ nodes }: NodeSet, groups: Iterable<GroupPart | EndpointGroupPart>): readonly string[] {
  const leftOut = new Map([...groups].flatMap((group) => [...(group.leftOut ?? [])]))
  const others = nodes.filter((node) => instanceOf(node) === undefined)
  const byCause = Map.groupBy(nodes, (node) => leftOut.get(instanceOf(node) ?? ''))
  return [
    ...[...byCause].flatMap(([because, some]) => (because === undefined ? [] : noteOf(some, because).map((note) => `${note} ${AGAIN}`))),
    ...noteOf(others, `its spec.providerID is ${others[0]?.providerId ?? 'not set'}, and that of an instance is gce://PROJECT/ZONE/NAME`),
  ]
}

function noteOf(nodes: NodeSet['nodes'], because: string): readonly string[] {
  if (nodes.length === 0) return []
  const names = nodes.slice(0, MOST_NAMES).map(({ name }) => `Node ${name}`)
  const more = nodes.length > MOST_NAMES ? ` and ${nodes.length - MOST_NAMES} more` : ''
  return [`${names.join(', ')}${more} ${nodes.length === 1 ? 'is' : 'are'} left out: ${because}.`]
}
