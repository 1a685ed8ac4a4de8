/** What `kubectl get pods` shows. */
import type { ApiObject, Column } from '../../resource.ts'
import { age, ageColumn, nameColumn, textColumn } from '../rules/columns.ts'
import { fieldsAt, listAt, numberAt, textAt, type Fields } from '../rules/draft.ts'

export const POD_COLUMNS: readonly Column[] = [
  nameColumn,
  textColumn('Ready', 0, (pod) => `${statusesOf(pod).filter(isReady).length}/${listAt(fieldsAt(pod, 'spec'), 'containers').length}`),
  textColumn('Status', 0, showStatus),
  textColumn('Restarts', 0, showRestarts),
  ageColumn,
  textColumn('IP', 1, (pod) => textAt(listAt(fieldsAt(pod, 'status'), 'podIPs')[0] ?? {}, 'ip') || '<none>'),
  textColumn('Node', 1, (pod) => textAt(fieldsAt(pod, 'spec'), 'nodeName') || '<none>'),
  textColumn('Nominated Node', 1, (pod) => textAt(fieldsAt(pod, 'status'), 'nominatedNodeName') || '<none>'),
  textColumn('Readiness Gates', 1, showGates),
]

const statusesOf = (pod: ApiObject): Fields[] => listAt(fieldsAt(pod, 'status'), 'containerStatuses')
const isReady = (container: Fields): boolean => container['ready'] === true && fieldsAt(container, 'state')['running'] !== undefined

function showStatus(pod: ApiObject): string {
  const status = fieldsAt(pod, 'status')
  const phase = textAt(status, 'phase')
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  if (pod.metadata.deletionTimestamp !== undefined && !isOver) return 'Terminating'
  // The first container that has something to say speaks for the Pod.
  const said = statusesOf(pod).flatMap(reasonOf)[0]
  return said ?? (textAt(status, 'reason') || phase)
}

function reasonOf(container: Fields): string[] {
  const state = fieldsAt(container, 'state')
  const waiting = textAt(fieldsAt(state, 'waiting'), 'reason')
  if (waiting !== '') return [waiting]
  if (state['terminated'] === undefined) return []
  const ended = fieldsAt(state, 'terminated')
  return [textAt(ended, 'reason') || `ExitCode:${numberAt(ended, 'exitCode')}`]
}

function showRestarts(pod: ApiObject, now: Date): string {
  const restarts = statusesOf(pod).reduce((sum, container) => sum + numberAt(container, 'restartCount'), 0)
  const last = statusesOf(pod)
    .map((container) => textAt(fieldsAt(fieldsAt(container, 'lastState'), 'terminated'), 'finishedAt'))
    .toSorted()
    .at(-1)
  return restarts === 0 || last === undefined || last === '' ? String(restarts) : `${restarts} (${age(last, now)} ago)`
}

function showGates(pod: ApiObject): string {
  const gates = listAt(fieldsAt(pod, 'spec'), 'readinessGates')
  const conditions = listAt(fieldsAt(pod, 'status'), 'conditions')
  const open = gates.filter((gate) => conditions.some((condition) => condition['type'] === gate['conditionType'] && condition['status'] === 'True'))
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`
}
