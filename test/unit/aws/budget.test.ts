/** Calls and what they may cost: tokens, repetitions, throttles, and an end in between. */
import { describe, expect, test } from 'vitest'
import { FAMILIES, LIMITS } from '../../../providers/aws/api/calls.ts'
import { awsClient } from '../../../providers/aws/api/client.ts'
import type { Sdk } from '../../../providers/aws/api/sdk.ts'
import { createBudget } from '../../../src/provider/kit/budget.ts'
import { ManualClock, settle } from '../../clock.ts'
import { until } from '../../until.ts'
import { startWorld } from './world.ts'

const signal = AbortSignal.timeout(60_000)

/** A network on which each call is counted, and answered when the test says so. */
function countingSdk(): { readonly sdk: Pick<Sdk, 'send'>; readonly sent: string[] } {
  const sent: string[] = []
  return {
    sent,
    sdk: {
      async send(action) {
        sent.push(action)
        return {}
      },
    },
  }
}

describe('tokens', () => {
  test.each([
    ['describeLoadBalancers', 40, 10],
    ['createListener', 20, 3],
    ['registerTargets', 20, 4],
    ['describeSubnets', 100, 20],
    ['createSecurityGroup', 50, 5],
    ['getResources', 15, 5],
  ] as const)('%s: %i at once, then %i a second', async (action, burst, perSecond) => {
    const clock = new ManualClock()
    const { sdk, sent } = countingSdk()
    const api = awsClient({ sdk, clock, budget: createBudget(LIMITS, clock) })
    const call = api[action] as (input: object, ends: AbortSignal) => Promise<unknown>
    const all = Promise.all(Array.from({ length: burst + 2 * perSecond }, () => call({}, signal)))
    await settle()
    expect(sent).toHaveLength(burst)
    await clock.advance(1_000)
    expect(sent).toHaveLength(burst + perSecond)
    await clock.advance(1_000)
    await all
    expect(sent).toHaveLength(burst + 2 * perSecond)
  })

  test('one family does not wait for another', async () => {
    const { sdk, sent } = countingSdk()
    const clock = new ManualClock()
    const api = awsClient({ sdk, clock, budget: createBudget(LIMITS, clock) })
    const abort = new AbortController()
    const writes = Promise.allSettled(Array.from({ length: 30 }, () => api.createListener({ LoadBalancerArn: 'x', DefaultActions: [] }, abort.signal)))
    await api.describeSubnets({}, signal)
    expect(sent).toContain('describeSubnets')
    abort.abort(new Error('enough'))
    expect((await writes).filter(({ status }) => status === 'rejected')).toHaveLength(10)
  })

  test('every action has its family', () => {
    expect(Object.values(FAMILIES).every((family) => family in LIMITS)).toBe(true)
    expect(Object.entries(FAMILIES).filter(([action, family]) => /^(describe|get)/.test(action) !== /-read$|^tagging$/.test(family))).toEqual([])
  })
})

describe('over the wire', () => {
  const tries = (world: Awaited<ReturnType<typeof startWorld>>, action: string) => world.aws.journal.counts()[action]

  test('a read that failed is made again', async () => {
    const world = await startWorld()
    world.aws.faults.inject({ match: { action: 'DescribeLoadBalancers' }, kind: '500', times: 2 })
    expect((await world.account.api.describeLoadBalancers({}, world.signal)).LoadBalancers).toEqual([])
    expect(tries(world, 'DescribeLoadBalancers')).toBe(3)
  })

  test.each(['500', 'lost'] as const)('a write that may have happened (%s) is unclear, and not made again', async (kind) => {
    const world = await startWorld()
    world.aws.faults.inject({ match: { action: 'CreateTargetGroup' }, kind })
    const made = world.account.api.createTargetGroup({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: world.account.vpcId }, world.signal)
    await expect(made).rejects.toMatchObject({ consequence: 'unclear', reason: 'CloudUnavailable' })
    expect(tries(world, 'CreateTargetGroup')).toBe(1)
    const { TargetGroups } = await world.account.api.describeTargetGroups({}, world.signal)
    expect(TargetGroups).toHaveLength(kind === 'lost' ? 1 : 0)
  })

  test('a throttled write did not happen: it is made again, more slowly', async () => {
    const world = await startWorld()
    world.aws.faults.inject({ match: { action: 'CreateTargetGroup' }, kind: 'throttle' })
    await world.account.api.createTargetGroup({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: world.account.vpcId }, world.signal)
    expect(tries(world, 'CreateTargetGroup')).toBe(2)
  })

  test('EC2 throttles with a 503, and it is the same', async () => {
    const world = await startWorld()
    world.aws.faults.inject({ match: { service: 'ec2', action: 'CreateSecurityGroup' }, kind: 'throttle' })
    const input = { GroupName: 'web', Description: 'web', VpcId: world.account.vpcId }
    expect(await world.account.api.createSecurityGroup(input, world.signal)).toHaveProperty('GroupId')
    expect(tries(world, 'CreateSecurityGroup')).toBe(2)
  })

  test('a refusal is not asked for again', async () => {
    const world = await startWorld()
    const made = world.account.api.createTargetGroup({ Name: 'in--valid', Protocol: 'TCP', Port: 80, VpcId: world.account.vpcId }, world.signal)
    await expect(made).rejects.toMatchObject({ consequence: 'refused' })
    expect(tries(world, 'CreateTargetGroup')).toBe(1)
  })

  test('what is aborted ends at once, with the reason, and is no error of the cloud', async () => {
    const world = await startWorld()
    world.aws.faults.inject({ match: { action: 'DescribeLoadBalancers' }, kind: 'timeout' })
    const abort = new AbortController()
    const ended = world.account.api.describeLoadBalancers({}, abort.signal).catch((error: unknown) => error)
    await until(() => tries(world, 'DescribeLoadBalancers') === 1)
    const reason = new Error('the process ends')
    abort.abort(reason)
    expect(await ended).toBe(reason)
  })

  test("the account's own logs show who called", async () => {
    const world = await startWorld()
    await world.account.api.describeVpcs({}, world.signal)
    expect(world.aws.journal.calls[0]?.userAgent).toContain('fairlead/0.0.0-test')
  })
})
