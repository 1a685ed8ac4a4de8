/** Events on Nodes: which mark took one out of the load balancers, and that it is back. Pure. */
import { AUTOSCALER_TAINT, EXCLUDE_LABEL, exclusionOf } from '../desired/nodes.ts'
import type { Change } from '../kubernetes/cluster.ts'
import type { EventSubject, ServiceEvent } from '../kubernetes/events.ts'
import type { Node } from '../model/cluster.ts'

const MARKS = { label: `the label ${EXCLUDE_LABEL}`, taint: `the taint ${AUTOSCALER_TAINT}` } as const

/**
 * What a change in the cluster means for a Node as a target of load balancers; undefined where nothing changed for it. A Node that is being deleted gets no
 * event: it is gone before anybody reads it.
 */
export function nodeEventOf(change: Change): { readonly subject: EventSubject; readonly event: ServiceEvent } | undefined {
  if (change.resource !== 'nodes' || change.before === undefined || change.after === undefined) return undefined
  const [before, after] = [exclusionOf(change.before), exclusionOf(change.after)]
  if (before === after || after === 'deleted' || before === 'deleted') return undefined
  const event: ServiceEvent =
    after === undefined
      ? { type: 'Normal', reason: 'NodeIncluded', message: 'Load balancers may send traffic to this node again: the mark that excluded it is gone.' }
      : { type: 'Normal', reason: 'NodeExcluded', message: `Load balancers send no new connections to this node, because of ${MARKS[after]}.` }
  return { subject: subjectOf(change.after), event }
}

function subjectOf({ metadata: { name, uid, resourceVersion } }: Node): EventSubject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid, resourceVersion } }
}
