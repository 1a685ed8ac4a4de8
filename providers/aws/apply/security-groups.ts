/** Security groups and their rules, one EC2 call a step. */
import type { IpPermission } from '@aws-sdk/client-ec2'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { codeOf } from '../errors.ts'
import { type AwsFold, changeRules, change, nothing, put, remove, retagged, withoutRules, withRules } from '../folds.ts'
import { readTags, tagsOf } from '../marks.ts'
import { first, pairsOf, recordOf, required } from '../parts/answer.ts'
import { madeRules, permissionsOf, rulesOf, securityGroupPart } from '../parts/rules.ts'
import type { Call, GroupRef } from '../steps.ts'
import type { GroupRule } from '../view.ts'
import { type Context, isForeign, isTheSame, patiently, securityGroupId, tagInput, unlessGone } from './change.ts'

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
export async function addRules(context: Context, { group, rules }: Call<'security group rules', 'create'>): Promise<AwsFold> {
  const { account, signal } = context
  const GroupId = securityGroupId(context, group)
  const wanted = named(context, rules)
  try {
    const asked = account.api.authorizeSecurityGroupIngress({ GroupId, IpPermissions: permissionsOf(wanted, 'with descriptions') }, signal)
    const { SecurityGroupRules: made = [] } = await patiently(context, [GroupId], asked)
    return changeRules(GroupId, withRules(made.length === 0 ? wanted : madeRules(made)))
  } catch (error) {
    if (codeOf(error) !== 'InvalidPermission.Duplicate') throw error
    return standingRules(context, GroupId)
  }
}

export async function removeRules(context: Context, { group, rules }: Call<'security group rules', 'delete'>): Promise<AwsFold> {
  const { account, signal } = context
  const GroupId = securityGroupId(context, group)
  const gone = named(context, rules)
  const IpPermissions: IpPermission[] = permissionsOf(gone, 'by identity')
  try {
    await unlessGone(account.api.revokeSecurityGroupIngress({ GroupId, IpPermissions }, signal))
    return changeRules(GroupId, withoutRules(gone))
  } catch (error) {
    if (codeOf(error) !== 'InvalidPermission.NotFound') throw error
    return standingRules(context, GroupId)
  }
}

/** A rule's source `backend` stands for the cluster's back-end group. */
function named(context: Context, rules: readonly GroupRule[]): readonly GroupRule[] {
  return rules.map((rule) => (rule.source === 'backend' ? { ...rule, source: securityGroupId(context, { backend: true }) } : rule))
}

/** Of an instances' group we look at nothing but the rules that refer to our own groups. */
async function standingRules({ account, view, signal }: Context, id: string): Promise<AwsFold> {
  const found = first((await account.api.describeSecurityGroups({ GroupIds: [id] }, signal)).SecurityGroups, 'the security group')
  const rules = rulesOf(found.IpPermissions)
  const isOwn = view.securityGroups.has(id)
  return changeRules(id, () => (isOwn ? rules : rules.filter(({ source }) => view.securityGroups.has(source))))
}

export async function tagSecurityGroup(context: Context, { group, tags }: Call<'security group tags', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const id = ownGroupId(context, group)
  await patiently(context, [id], account.api.createTags({ Resources: [id], Tags: pairsOf(tags) }, signal))
  account.recent.tagged(id, { set: tags })
  return change('securityGroups', id, retagged(account.clusterId, tags, []))
}

export async function untagSecurityGroup(context: Context, { group, keys }: Call<'security group tags', 'delete'>): Promise<AwsFold> {
  if (keys.length === 0) return nothing
  const { account, signal } = context
  const id = ownGroupId(context, group)
  await patiently(context, [id], account.api.deleteTags({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }, signal))
  account.recent.tagged(id, { removed: keys })
  return change('securityGroups', id, retagged(account.clusterId, {}, keys))
}

function ownGroupId(context: Context, ref: GroupRef): string {
  const id = securityGroupId(context, ref)
  if (context.view.securityGroups.has(id)) return id
  throw new CloudError('refused', { reason: 'Conflict', publicMessage: `security group ${id} is not ours; its tags are left alone` })
}
