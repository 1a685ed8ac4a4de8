/** Nodes that no load balancer sends to, for people. Pure. */
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import { nameOf } from '../../api/ids.ts'
import type { GcpView } from '../../view.ts'
import { instanceOf, zoneOf } from './nodes.ts'

/** Of many, so many are named. */
const MOST_NAMES = 3

/** Full sentences. */
export function leftOutNotes({ nodes }: NodeSet, base: GcpView | undefined): readonly string[] {
  const absent = new Set([...(base?.groups.values() ?? [])].flatMap((group) => [...(group.absent ?? [])]))
  const unknown = nodes.filter((node) => absent.has(instanceOf(node) ?? ''))
  const others = nodes.filter((node) => instanceOf(node) === undefined)
  const [first] = unknown
  const instance = first === undefined ? '' : (instanceOf(first) ?? '')
  return [
    ...noteOf(unknown, `Google has no instance ${nameOf(instance)} in ${zoneOf(instance)}`),
    ...noteOf(others, `its spec.providerID is ${others[0]?.providerId ?? 'not set'}, and that of an instance is gce://PROJECT/ZONE/NAME`),
  ]
}

function noteOf(nodes: NodeSet['nodes'], because: string): readonly string[] {
  if (nodes.length === 0) return []
  const names = nodes.slice(0, MOST_NAMES).map(({ name }) => `Node ${name}`)
  const more = nodes.length > MOST_NAMES ? ` and ${nodes.length - MOST_NAMES} more` : ''
  return [`${names.join(', ')}${more} ${nodes.length === 1 ? 'is' : 'are'} left out: ${because}.`]
}
