/** The default action of a listener: to forward, to one target group or to several by weight. */
import type { Listener, WeightedGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { bounded } from './checks.ts'
import { targetGroupAt } from './find.ts'

export interface Forward {
  readonly groups: readonly WeightedGroup[]
  readonly isSticky: boolean
}

/** Throws when there is not exactly one action, when it does not forward, or names a group that does not exist. */
export function readForward(region: Region, input: Input): Forward {
  const actions = input.each('DefaultActions') ?? []
  const [action] = actions
  if (action === undefined) throw invalidValue(`'DefaultActions' must have one action`)
  if (actions.length > 1) throw new Refusal('TooManyActions', 'A listener of a network load balancer has exactly one default action')
  const type = action.need('Type')
  if (type !== 'forward') throw new Refusal('InvalidLoadBalancerAction', `Action type '${type}' must be 'forward' on a network load balancer`)
  const forward = action.part('ForwardConfig')
  const weighted = forward?.each('TargetGroups')?.map(readWeighted)
  const single = action.text('TargetGroupArn')
  const groups = weighted ?? (single === undefined ? [] : [{ arn: single, weight: 1 }])
  if (groups.length === 0) throw invalidValue('A forward action must name at least one target group')
  if (single !== undefined && (groups.length > 1 || groups[0]?.arn !== single)) {
    throw invalidConfiguration(`'TargetGroupArn' and 'ForwardConfig' of one action must name the same target group`)
  }
  checkGroups(region, groups)
  return { groups, isSticky: forward?.part('TargetGroupStickinessConfig')?.flag('Enabled') === true }
}

function readWeighted(input: Input): WeightedGroup {
  return { arn: input.need('TargetGroupArn'), weight: bounded(input, 'Weight', { from: 0, to: 999 }) ?? 1 }
}

function checkGroups(region: Region, groups: readonly WeightedGroup[]): void {
  const most = region.quotas.targetGroupsPerAction
  if (groups.length > most) {
    throw new Refusal('TooManyUniqueTargetGroupsPerLoadBalancer', `An action can forward to at most ${most} target groups`)
  }
  if (new Set(groups.map(({ arn }) => arn)).size < groups.length) throw invalidConfiguration('A target group has been specified more than once')
  for (const { arn } of groups) targetGroupAt(region, arn)
}

/** Both forms, whichever was sent. */
export function showAction({ groups, isSticky }: Listener): Members {
  const [only] = groups
  return {
    Type: 'forward',
    TargetGroupArn: groups.length === 1 ? only?.arn : undefined,
    Order: 1,
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: isSticky },
    },
  }
}
