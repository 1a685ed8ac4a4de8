/** What is counted when Prometheus asks. */
import { describe, expect, test } from 'vitest'
import { countReserves } from '../../../src/cli/reserve-counts.ts'
import { countServices } from '../../../src/cli/service-counts.ts'
import { operationReporter } from '../../../src/cli/operation-counts.ts'
import type { Service, Snapshot } from '../../../src/model/cluster.ts'
import { finalizerOf, READY } from '../../../src/model/names.ts'
import { createMetrics } from '../../../src/observability/metrics.ts'
import type { Call } from '../../../src/provider/kit/instrument.ts'
import type { LoadedCloud } from '../../../src/provider/load.ts'
import { ManualClock } from '../../clock.ts'

async function linesOf(metrics: ReturnType<typeof createMetrics>, name: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`))
}

function service(provider: string, condition?: { readonly status: 'True' | 'False'; readonly reason: string; readonly lastTransitionTime: string }): Service {
  return {
    metadata: { finalizers: [finalizerOf(provider)] },
    status: { conditions: condition === undefined ? [] : [{ type: READY, message: '', ...condition }] },
  } as unknown as Service
}

describe('the oldest Service that is not Ready', () => {
  const now = new Date('2026-01-01T12:00:00Z')
  const seconds = async (...services: readonly Service[]): Promise<readonly string[]> => {
    const metrics = createMetrics()
    countServices(metrics, { services: () => services } as unknown as Snapshot, { providers: ['aws', 'local'], now })
    return linesOf(metrics, 'fairlead_oldest_unready_service_seconds')
  }
  const since = (lastTransitionTime: string, reason = 'Refused') => ({ status: 'False' as const, reason, lastTransitionTime })

  test('counts from when its condition changed, for each provider', async () => {
    expect(await seconds(service('aws', since('2026-01-01T11:59:00Z')), service('aws', since('2026-01-01T11:00:00Z')), service('aws'))).toEqual([
      'fairlead_oldest_unready_service_seconds{provider="aws"} 3600',
      'fairlead_oldest_unready_service_seconds{provider="local"} 0',
    ])
  })

  test('is none that is Ready, and none whose owner asked for it', async () => {
    const ready = { status: 'True' as const, reason: 'NoBackends', lastTransitionTime: '2026-01-01T11:00:00Z' }
    expect(
      await seconds(service('aws', ready), ...['Paused', 'PlanOnly', 'Protected'].map((reason) => service('aws', since('2026-01-01T11:00:00Z', reason)))),
    ).toEqual(['fairlead_oldest_unready_service_seconds{provider="aws"} 0', 'fairlead_oldest_unready_service_seconds{provider="local"} 0'])
  })
})

test('what is left of rate limits and pools is reported where there are any', async () => {
  const metrics = createMetrics()
  const [aws, local] = [{ cloud: { name: 'aws' } }, { cloud: { name: 'local' } }] as unknown as readonly [LoadedCloud, LoadedCloud]
  countReserves(metrics, [
    { ...aws, budget: { levels: () => [{ family: 'elb-read', left: 9.5, waiting: 2 }] } },
    { ...local, pools: () => [{ pool: 'default', family: 'IPv4', used: 3, total: 14 }] },
  ])
  expect(await linesOf(metrics, 'fairlead_call_tokens')).toEqual(['fairlead_call_tokens{provider="aws",family="elb-read"} 9.5'])
  expect(await linesOf(metrics, 'fairlead_calls_waiting')).toEqual(['fairlead_calls_waiting{provider="aws",family="elb-read"} 2'])
  expect(await linesOf(metrics, 'fairlead_pool_addresses')).toEqual(['fairlead_pool_addresses{provider="local",pool="default",family="IPv4"} 14'])
  expect(await linesOf(metrics, 'fairlead_pool_addresses_used')).toEqual(['fairlead_pool_addresses_used{provider="local",pool="default",family="IPv4"} 3'])
})

describe('operations of a cloud', () => {
  const world = () => {
    const [metrics, clock] = [createMetrics(), new ManualClock()]
    const report = operationReporter(metrics, clock)
    const reading = { provider: 'gcp', operation: 'apply', verb: 'read', kind: 'forwarding rule' } as const
    const call = (key: string, result: Call['result'], more: Partial<Call> = {}): void =>
      report({ ...reading, step: { verb: 'read', kind: 'forwarding rule', key, serves: [], why: 'it may have ended' }, durationMs: 1, result, ...more })
    return { call, clock, lines: () => linesOf(metrics, 'fairlead_cloud_operations') }
  }
  const counted = (count: number): readonly string[] => [`fairlead_cloud_operations{provider="gcp",kind="forwarding rule"} ${count}`]

  test('are under way while the answer is that they still run', async () => {
    const { call, lines } = world()
    call('a', 'later')
    call('a', 'later')
    call('b', 'later')
    expect(await lines()).toEqual(counted(2))
    call('a', 'ok')
    call('b', 'refused')
    expect(await lines()).toEqual(counted(0))
  })

  test('are not what a write or an inventory has to wait for, nor what is read at once', async () => {
    const { call, lines } = world()
    call('a', 'later', { verb: 'create' })
    call('a', 'later', { operation: 'inventory' })
    call('a', 'ok')
    expect(await lines()).toEqual([])
  })

  test('that are not asked about any more are not counted for ever', async () => {
    const { call, clock, lines } = world()
    call('a', 'later')
    await clock.advance(10 * 60_000 + 1)
    call('b', 'later')
    expect(await lines()).toEqual(counted(1))
  })
})
