/** Target groups, one ELBv2 call a step. */
import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { codeOf } from '../api/errors.ts'
import { unchanged } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, change, put, remove } from '../read/view-changes.ts'
import { currentLabels } from '../read/lists.ts'
import { tagsOf } from '../marks.ts'
import { first, given } from '../read/from-sdk/require.ts'
import { healthCheckOf, targetGroupPart } from '../read/from-sdk/target-groups.ts'
import type { Call } from '../steps.ts'
import type { GroupHealthCheck } from '../view.ts'
import { type Context, groupNamed, isForeign, isTheSame, patiently, remembered, tagInput, unlessGone } from './change.ts'

/** Idempotent like a load balancer's: one that answers as a target group already in use is taken for what it is, with whatever is in it. */
export async function createTargetGroup(context: Context, call: Call<'target group', 'create'>): Promise<AwsFold> {
  const { account, signal } = context
  const input = {
    Name: call.name,
    Protocol: call.protocol,
    Port: call.port,
    VpcId: account.vpcId,
    TargetType: call.targetType,
    IpAddressType: call.ipAddressType,
    ...healthCheckInput(call.healthCheck),
    Tags: tagInput(context, call),
  }
  try {
    const made = first(
      (await remembered(context, { ...call, kind: 'target group' }, account.api.createTargetGroup(input, signal))).TargetGroups,
      'the target group',
    )
    if ((made.LoadBalancerArns ?? []).length > 0) return await standingGroup(context, call, made)
    const part = targetGroupPart(made, call)
    account.recent.made({ kind: 'target group', id: part.arn, stack: call.mark.stack, tags: tagsOf(account.clusterId, call.mark, call.tags) })
    return put('targetGroups', part.name, { ...part, targets: { source: 'known', targets: [] } })
  } catch (error) {
    if (codeOf(error) !== 'DuplicateTargetGroupName') throw error
    const { TargetGroups } = await account.api.describeTargetGroups({ Names: [call.name] }, signal)
    return standingGroup(context, call, first(TargetGroups, 'the target group'))
  }
}

async function standingGroup({ account, signal }: Context, { name, mark }: Call<'target group', 'create'>, found: TargetGroup): Promise<AwsFold> {
  const arn = found.TargetGroupArn ?? ''
  const labels = (await currentLabels(account, [arn], signal)).get(arn)
  if (labels === undefined || !isTheSame(labels.mark, mark)) throw isForeign(`target group ${name}`)
  account.recent.made({ kind: 'target group', id: arn, stack: mark.stack, tags: tagsOf(account.clusterId, labels.mark, labels.tags) })
  return put('targetGroups', name, targetGroupPart(found, labels))
}

function healthCheckInput({ protocol, port, path, successCodes, ...numbers }: GroupHealthCheck) {
  return {
    HealthCheckProtocol: protocol,
    HealthCheckPort: port,
    ...given('HealthCheckPath', path),
    ...(successCodes === undefined ? {} : { Matcher: { HttpCode: successCodes } }),
    HealthCheckIntervalSeconds: numbers.intervalSeconds,
    HealthCheckTimeoutSeconds: numbers.timeoutSeconds,
    HealthyThresholdCount: numbers.healthyThreshold,
    UnhealthyThresholdCount: numbers.unhealthyThreshold,
  }
}

export async function deleteTargetGroup({ account, view, signal }: Context, { name }: Call<'target group', 'delete'>): Promise<AwsFold> {
  const part = view.targetGroups.get(name)
  if (part === undefined) return unchanged
  await unlessGone(account.api.deleteTargetGroup({ TargetGroupArn: part.arn }, signal))
  account.recent.deleted(part.arn)
  return remove('targetGroups', (_, key) => key === name)
}

export async function setHealthCheck(context: Context, { targetGroup, healthCheck }: Call<'health check', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: TargetGroupArn } = groupNamed(context, targetGroup)
  const asked = account.api.modifyTargetGroup({ TargetGroupArn, ...healthCheckInput(healthCheck) }, signal)
  const found = first((await patiently(context, [TargetGroupArn], asked)).TargetGroups, 'the target group')
  return change('targetGroups', targetGroup, (part) => ({ ...part, healthCheck: healthCheckOf(found) }))
}
