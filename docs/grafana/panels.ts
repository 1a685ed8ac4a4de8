/** What the dashboard shows: the questions that an operator has, in the order in which they come up. */
import type { ReadyReason } from '../../src/model/reason.ts'
import type { QueriedMetric, Query, Where } from './query.ts'

export interface Panel {
  readonly title: string
  /** What it means, and what to do. */
  readonly text: string
  readonly kind: 'stat' | 'lines' | 'stacked' | 'bars'
  readonly unit: 'short' | 's' | 'ops' | 'bytes' | 'percentunit'
  /** A line for each set of labels that an answer has. */
  readonly queries: readonly Query[]
  /** From this value on it is yellow, and red. `isLow`: below it. */
  readonly limits?: { readonly warn?: number; readonly bad: number; readonly isLow?: true }
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

type Plain = Extract<Query, { kind: 'value' | 'rate' | 'increase' }>

const ask =
  (kind: Plain['kind'], over: Plain['over']) =>
  (metric: QueriedMetric, by: readonly string[] = [], where: readonly Where[] = []): Plain => ({
    kind,
    over,
    metric,
    by,
    ...(where.length === 0 ? {} : { where }),
  })
const sum = ask('value', 'sum')
const most = ask('value', 'max')
const least = ask('value', 'min')
const rate = ask('rate', 'sum')
const increase = ask('increase', 'sum')
const quantiles = (metric: QueriedMetric, ...of: readonly number[]): readonly Query[] => of.map((quantile) => ({ kind: 'quantile', quantile, by: [], metric }))

/** Of the addresses that Services get unasked. */
const POOL_USE: Query = {
  kind: 'ratio',
  by: ['pool', 'family'],
  part: { metric: 'fairlead_pool_addresses_used' },
  whole: { metric: 'fairlead_pool_addresses' },
}

/** It is served, or its owner asked for this. */
const FINE: readonly ReadyReason[] = ['Ready', 'NoBackends', 'Paused', 'PlanOnly', 'Protected']
const REFUSED: readonly ReadyReason[] = ['Invalid', 'Forbidden', 'Conflict', 'Refused', 'Denied', 'LimitReached', 'DoesNotSettle']

const NOW: Row = {
  title: 'Now',
  panels: [
    {
      title: 'Holding the Lease',
      text: '1: one copy works. 0: no change of the cluster reaches the load balancers, which go on as they are.',
      kind: 'stat',
      unit: 'short',
      limits: { bad: 1, isLow: true },
      queries: [sum('fairlead_leader')],
    },
    {
      title: 'Not served as asked',
      text: 'Services. Their condition fairlead.dev/Ready says why, and what to do next. Services that are paused, only planned or protected do not count.',
      kind: 'stat',
      unit: 'short',
      limits: { warn: 1, bad: 10 },
      queries: [sum('fairlead_services', [], [{ label: 'reason', isNot: FINE }])],
    },
    {
      title: 'Longest not Ready',
      text: 'How long the Service that has been not Ready for longest has been so.',
      kind: 'stat',
      unit: 's',
      limits: { warn: 300, bad: 1800 },
      queries: [most('fairlead_oldest_unready_service_seconds')],
    },
    {
      title: 'Orphans',
      text: 'Load balancers whose Service does not exist. `fairlead orphans` lists them and says when each is deleted.',
      kind: 'stat',
      unit: 'short',
      limits: { warn: 1, bad: 10 },
      queries: [sum('fairlead_orphans')],
    },
    {
      title: 'Calls held back',
      text: 'They wait for a rate limit. More than a few for long: the cloud allows fewer calls than the cluster needs.',
      kind: 'stat',
      unit: 'short',
      limits: { warn: 1, bad: 100 },
      queries: [sum('fairlead_calls_waiting')],
    },
    {
      title: 'Fullest address pool',
      text: 'Of the addresses that Services get unasked. At 100 % the next Service has to wait for one.',
      kind: 'stat',
      unit: 'percentunit',
      limits: { warn: 0.8, bad: 0.95 },
      queries: [POOL_USE],
    },
  ],
}

const SERVICES: Row = {
  title: 'Services and their targets',
  panels: [
    {
      title: 'Services by state',
      text: 'By the reason of their condition fairlead.dev/Ready.',
      kind: 'stacked',
      unit: 'short',
      queries: [sum('fairlead_services', ['reason'])],
    },
    {
      title: 'Refused, and why',
      text: 'Invalid, Forbidden, Conflict: the Service has to change. Denied: a permission is missing. LimitReached: a quota is used up.',
      kind: 'stacked',
      unit: 'short',
      queries: [sum('fairlead_services', ['provider', 'reason'], [{ label: 'reason', is: REFUSED }])],
    },
    {
      title: 'Targets by state',
      text: 'As the health checks said when they were last asked. In a cloud they are asked only while a pod waits by a readiness gate.',
      kind: 'stacked',
      unit: 'short',
      queries: [sum('fairlead_targets', ['provider', 'state'])],
    },
    {
      title: 'Addresses of the pools in use',
      text: 'Of the addresses that Services get unasked.',
      kind: 'bars',
      unit: 'percentunit',
      limits: { warn: 0.8, bad: 0.95 },
      queries: [POOL_USE],
    },
  ],
}

const CLOUDS: Row = {
  title: 'Calls to clouds',
  panels: [
    {
      title: 'Calls by operation',
      text: 'A second. At rest there are the inventories alone, every --drift-interval.',
      kind: 'lines',
      unit: 'ops',
      queries: [rate('fairlead_cloud_calls_total', ['operation'])],
    },
    {
      title: 'Calls that did not succeed',
      text: 'later: the cloud is busy, throttles, or an operation still runs. refused: the cloud said no. unclear: no answer. stale: the plan was too old. fault: a mistake of Fairlead.',
      kind: 'lines',
      unit: 'ops',
      queries: [rate('fairlead_cloud_calls_total', ['provider', 'result'], [{ label: 'result', isNot: ['ok'] }])],
    },
    {
      title: 'How long calls take',
      text: 'With the wait for the rate limit.',
      kind: 'lines',
      unit: 's',
      queries: quantiles('fairlead_cloud_call_seconds', 0.5, 0.95),
    },
    {
      title: 'Calls left before the rate limit',
      text: 'By the limit that they count against. Near 0 for long: calls are throttled, by Fairlead itself so that the cloud does not.',
      kind: 'lines',
      unit: 'short',
      queries: [least('fairlead_call_tokens', ['provider', 'family'])],
    },
    {
      title: 'Operations under way',
      text: 'What a cloud has begun and not finished. It serves on as before until then.',
      kind: 'stacked',
      unit: 'short',
      queries: [sum('fairlead_cloud_operations', ['provider', 'kind'])],
    },
    {
      title: 'Corrected, in the last hour',
      text: 'Steps that corrected what was changed outside Fairlead. Many: another program or person works on the same objects.',
      kind: 'lines',
      unit: 'short',
      queries: [increase('fairlead_drift_repaired_total', ['provider'])],
    },
  ],
}

const CONTROLLER: Row = {
  title: 'The controller',
  panels: [
    {
      title: 'How long a turn of a Stack takes',
      text: 'Plan, calls, plan again.',
      kind: 'lines',
      unit: 's',
      queries: quantiles('fairlead_reconcile_seconds', 0.5, 0.95, 0.99),
    },
    {
      title: 'Stacks that wait for their turn',
      text: 'More for long: raise `concurrency`, unless calls wait for a rate limit.',
      kind: 'lines',
      unit: 'short',
      queries: [most('fairlead_queue_depth', ['provider'])],
    },
    {
      title: 'Writes to Kubernetes',
      text: '401 and 403: a right is missing. 409: another writer was quicker, and Fairlead tries again.',
      kind: 'lines',
      unit: 'ops',
      queries: [rate('fairlead_kubernetes_writes_total', ['what', 'result'])],
    },
    {
      title: 'Who holds the Lease',
      text: '1 for the copy that works.',
      kind: 'lines',
      unit: 'short',
      queries: [most('fairlead_leader', ['pod'])],
    },
    {
      title: 'Memory',
      text: 'Resident, of each copy.',
      kind: 'lines',
      unit: 'bytes',
      queries: [most('process_resident_memory_bytes', ['pod'])],
    },
    {
      title: 'CPU',
      text: 'Cores, of each copy.',
      kind: 'lines',
      unit: 'short',
      queries: [rate('process_cpu_seconds_total', ['pod'])],
    },
  ],
}

export const ROWS: readonly Row[] = [NOW, SERVICES, CLOUDS, CONTROLLER]
