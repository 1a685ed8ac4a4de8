/** Rules of listeners. One of a network load balancer has its default rule alone, which does what the listener does. */
import type { Listener } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { defaultRuleArn, listenerOfRule } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidValue } from '../wire/refusal.ts'
import { showAction } from './actions.ts'
import { listenerAt } from './find.ts'
import { pageSize } from './page-size.ts'

export function describeRules(region: Region, input: Input): Members {
  const [listener, arns] = [input.text('ListenerArn'), input.texts('RuleArns')]
  if ((listener === undefined) === (arns === undefined)) throw invalidValue(`Specify either 'ListenerArn' or 'RuleArns'`)
  const found = listener === undefined ? (arns ?? []).map((arn) => listenerOf(region, arn)) : [listenerAt(region, listener)]
  const page = pageOf(found, { token: input.text('Marker'), size: pageSize(input), keyOf: ({ arn }) => arn, refuses: 'ValidationError' })
  return { Rules: page.items.map(show), NextMarker: page.next }
}

/** The listener of a default rule. Throws `RuleNotFound`. */
export function listenerOf(region: Region, ruleArn: string): Listener {
  if (!ruleArn.includes(':listener-rule/')) throw invalidValue(`'${ruleArn}' is not a valid listener rule ARN`)
  const found = listenerOfRule(region, ruleArn)
  if (found === undefined) throw new Refusal('RuleNotFound', 'One or more rules not found')
  return found
}

function show(listener: Listener): Members {
  return { RuleArn: defaultRuleArn(listener), Priority: 'default', Conditions: [], Actions: [showAction(listener)], IsDefault: true, Transforms: [] }
}
