/** Security groups and their rules, one EC2 call a step. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { codeOf } from '../api/errors.ts'
import { unchanged } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, changeRules, change, put, remove, retagged, withoutRules, withRules } from '../read/view-changes.ts'
import { readTags, tagsOf } from '../marks.ts'
import { first, recordOf, required } from '../read/from-sdk/require.ts'
import { madeRules, permissionsOf, ruleKey, rulesOf, securityGroupPart } from '../read/from-sdk/rules.ts'
import type { Call, GroupRef } from '../steps.ts'
import type { GroupRule } from '../view.ts'
import { type Context, isForeign, isTheSame, patiently, removeInput, securityGroupId, setInput, tagInput, unlessGone } from './change.ts'

export async function createSecurityGroup(context: Context, call: Call<'security group', 'create'>): Promise<AwsFold> {
  const { account, signal } = context
  const { name, description, mark, tags } = call
  const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags: tagInput(context, call) }]
  try {
    const answer = await account.api.createSecurityGroup({ GroupName: name, Description: description, VpcId: account.vpcId, TagSpecifications }, signal)
    const id = required(answer.GroupId, 'GroupId')
    account.recent.made({ kind: 'security group', id, stack: mark.stack, tags: tagsOf(account.clusterId, mark, tags) })
    return put('securityGroups', id, { mark, tags, id, name, rules: [] })
  } catch (error) {
    if (codeOf(error) !== 'InvalidGroup.Duplicate') throw error
    return standingGroup(context, call)
  }
}

/** Names of groups are the VPC's own, so that one of another cluster can be in the way. */
async function standingGroup({ account, signal }: Context, { name, mark }: Call<'security group', 'create'>): Promise<AwsFold> {
  const Filters = [
    { Name: 'vpc-id', Values: [account.vpcId] },
    { Name: 'group-name', Values: [name] },
  ]
  const found = (await account.api.describeSecurityGroups({ Filters }, signal)).SecurityGroups?.[0]
  const labels = readTags(account.clusterId, recordOf(found?.Tags))
  if (found === undefined || labels === undefined || !isTheSame(labels.mark, mark)) throw isForeign(`security group ${name}`)
  const part = securityGroupPart(found, labels)
  return put('securityGroups', part.id, part)
}

export async function deleteSecurityGroup({ account, signal }: Context, { id }: Call<'security group', 'delete'>): Promise<AwsFold> {
  await unlessGone(account.api.deleteSecurityGroup({ GroupId: id }, signal))
  account.recent.deleted(id)
  return remove('securityGroups', (_, key) => key === id)
}

/** All or none: where one of the rules is there already, none is added, and the group is read, so that the next plan has the rest. */
export async function addRules(context: Context, { group, rules }: Call<'security group rules', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const GroupId = securityGroupId(context, group)
  const wanted = named(context, rules)
  try {
    const asked = account.api.authorizeSecurityGroupIngress({ GroupId, IpPermissions: permissionsOf(wanted) }, signal)
    const { SecurityGroupRules: made = [] } = await patiently(context, [GroupId], asked)
    return changeRules(GroupId, withRules(made.length === 0 ? wanted : madeRules(made)))
  } catch (error) {
    if (codeOf(error) !== 'InvalidPermission.Duplicate') throw error
    const shown = await standingRules(context, GroupId)
    return changeRules(GroupId, () => shown)
  }
}

/**
 * With their descriptions as they were found: EC2 does not need them, and what stands in for it may look for them. Of rules that are not found, those that the
 * group still shows are asked for once more, as it shows them.
 */
export async function removeRules(context: Context, { group, rules }: Call<'obsolete security group rules', 'update'>): Promise<AwsFold> {
  const GroupId = securityGroupId(context, group)
  const gone = named(context, rules)
  if (await revoke(context, GroupId, gone)) return changeRules(GroupId, withoutRules(gone))
  const shown = await standingRules(context, GroupId)
  const left = shown.filter((rule) => gone.some((one) => ruleKey(one) === ruleKey(rule)))
  if (left.length > 0 && !(await revoke(context, GroupId, left))) throw notFoundThoughShown(GroupId, left)
  return changeRules(GroupId, () => withoutRules(left)(shown))
}

/** Whether they are gone; false: EC2 does not find one of them, and removed none. */
async function revoke({ account, signal }: Context, GroupId: string, rules: readonly GroupRule[]): Promise<boolean> {
  try {
    await unlessGone(account.api.revokeSecurityGroupIngress({ GroupId, IpPermissions: permissionsOf(rules) }, signal))
    return true
  } catch (error) {
    if (codeOf(error) !== 'InvalidPermission.NotFound') throw error
    return false
  }
}

function notFoundThoughShown(group: string, rules: readonly GroupRule[]): CloudError {
  const [{ protocol, from, to, source }] = rules as [GroupRule]
  const others = rules.length === 1 ? '' : ` (and ${rules.length - 1} more)`
  const publicMessage =
    `EC2 shows the rule ${protocol} ${from}-${to} from ${source}${others} in security group ${group}, and answers that it does not exist when asked to remove it; ` +
    'remove it by hand'
  return new CloudError('refused', { reason: 'Refused', publicMessage })
}

/** A rule's source `backend` stands for the cluster's back-end group. */
function named(context: Context, rules: readonly GroupRule[]): readonly GroupRule[] {
  return rules.map((rule) => (rule.source === 'backend' ? { ...rule, source: securityGroupId(context, { backend: true }) } : rule))
}

/** Of an instances' group we read only the rules that refer to our own groups. */
async function standingRules({ account, view, signal }: Context, id: string): Promise<readonly GroupRule[]> {
  const found = first((await account.api.describeSecurityGroups({ GroupIds: [id] }, signal)).SecurityGroups, 'the security group')
  const rules = rulesOf(found.IpPermissions)
  const isOwn = view.securityGroups.has(id)
  return isOwn ? rules : rules.filter(({ source }) => view.securityGroups.has(source))
}

export async function tagSecurityGroup(context: Context, { group, tags }: Call<'security group tags', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const id = ownGroupId(context, group)
  await patiently(context, [id], account.api.createTags({ Resources: [id], Tags: setInput(tags) }, signal))
  account.recent.tagged(id, { set: tags })
  return change('securityGroups', id, retagged(account.clusterId, tags, []))
}

export async function untagSecurityGroup(context: Context, { group, keys }: Call<'obsolete security group tags', 'update'>): Promise<AwsFold> {
  if (keys.length === 0) return unchanged
  const { account, signal } = context
  const id = ownGroupId(context, group)
  await patiently(context, [id], account.api.deleteTags({ Resources: [id], Tags: removeInput(keys).map((Key) => ({ Key })) }, signal))
  account.recent.tagged(id, { removed: keys })
  return change('securityGroups', id, retagged(account.clusterId, {}, keys))
}

function ownGroupId(context: Context, ref: GroupRef): string {
  const id = securityGroupId(context, ref)
  if (context.view.securityGroups.has(id)) return id
  throw new CloudError('refused', { reason: 'Conflict', publicMessage: `security group ${id} is not ours; its tags are left alone` })
}
