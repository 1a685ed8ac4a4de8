/** Each listener of a network load balancer has one rule, its default rule, which can be read and tagged. */
import {
  AddTagsCommand,
  DeleteListenerCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ModifyListenerCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api'
import { expect, test } from 'vitest'
import { type Given, given, outcome, rules } from './given.ts'

const NO_RULE = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/net/web/0/1/2'

async function listener({ make }: Given): Promise<string> {
  return make.listener(await make.balancer(), await make.targetGroup())
}

async function ruleOf({ elb }: Given, ListenerArn: string): Promise<string> {
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }))
  return Rules[0]?.RuleArn ?? ''
}

test("the rule of a listener is its default rule, with the listener's action", async () => {
  const g = await given()
  const target = await g.make.targetGroup()
  const ListenerArn = await g.make.listener(await g.make.balancer(), target)
  const { Rules } = await g.elb.send(new DescribeRulesCommand({ ListenerArn }))
  expect(Rules).toMatchObject([{ Priority: 'default', IsDefault: true, Conditions: [], Actions: [{ Type: 'forward', TargetGroupArn: target }] }])
  expect(Rules?.[0]?.RuleArn).toMatch(/:listener-rule\/net\/web\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
  const other = await g.make.targetGroup({ Name: 'other' })
  await g.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: [{ Type: 'forward', TargetGroupArn: other }] }))
  const { Rules: after } = await g.elb.send(new DescribeRulesCommand({ RuleArns: [Rules![0]!.RuleArn!] }))
  expect(after).toMatchObject([{ Actions: [{ TargetGroupArn: other }] }])
})

test('a rule has tags of its own, beside those of the listener, and they go with it', async () => {
  const g = await given()
  const ListenerArn = await listener(g)
  const rule = await ruleOf(g, ListenerArn)
  await g.elb.send(new AddTagsCommand({ ResourceArns: [rule], Tags: [{ Key: 'team', Value: 'x' }] }))
  const tags = async (): Promise<unknown> => (await g.elb.send(new DescribeTagsCommand({ ResourceArns: [ListenerArn, rule] }))).TagDescriptions
  expect(await tags()).toEqual([
    { ResourceArn: ListenerArn, Tags: [] },
    { ResourceArn: rule, Tags: [{ Key: 'team', Value: 'x' }] },
  ])
  const found = async (): Promise<unknown> =>
    (await g.tagging.send(new GetResourcesCommand({ ResourceTypeFilters: ['elasticloadbalancing:listener-rule'] }))).ResourceTagMappingList
  expect(await found()).toMatchObject([{ ResourceARN: rule }])
  await g.elb.send(new RemoveTagsCommand({ ResourceArns: [rule], TagKeys: ['team'] }))
  expect(await found()).toEqual([])
  await g.elb.send(new AddTagsCommand({ ResourceArns: [rule], Tags: [{ Key: 'team', Value: 'x' }] }))
  await g.elb.send(new DeleteListenerCommand({ ListenerArn }))
  expect(await found()).toEqual([])
  expect(await outcome(g.elb.send(new DescribeTagsCommand({ ResourceArns: [rule] })))).toBe('RuleNotFound')
})

rules('listener rules', [
  ['neither a listener nor rules', ({ elb }) => elb.send(new DescribeRulesCommand({})), 'ValidationError'],
  ['both a listener and rules', async (g) => g.elb.send(new DescribeRulesCommand({ ListenerArn: await listener(g), RuleArns: [NO_RULE] })), 'ValidationError'],
  ['a rule that there is not', ({ elb }) => elb.send(new DescribeRulesCommand({ RuleArns: [NO_RULE] })), 'RuleNotFound'],
  ['tags of a rule that there is not', ({ elb }) => elb.send(new DescribeTagsCommand({ ResourceArns: [NO_RULE] })), 'RuleNotFound'],
  ['a listener that there is not', ({ elb }) => elb.send(new DescribeRulesCommand({ ListenerArn: NO_RULE.replace('-rule', '') })), 'ListenerNotFound'],
  [
    'an ARN of a rule with one digit changed',
    async (g) => {
      const rule = await ruleOf(g, await listener(g))
      return g.elb.send(new DescribeRulesCommand({ RuleArns: [`${rule.slice(0, -1)}${rule.endsWith('0') ? '1' : '0'}`] }))
    },
    'RuleNotFound',
  ],
])
