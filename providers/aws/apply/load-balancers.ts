/** Load balancers, one ELBv2 call a step. */
import type { LoadBalancer, SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { StepAnswer } from '../../../src/provider/provider.ts'
import * as deep from '../read/details.ts'
import { withoutIds } from '../api/error-text.ts'
import { codeOf } from '../api/errors.ts'
import { allOf, unchanged } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, change, put, remove } from '../read/view-changes.ts'
import { currentLabels, hashIn } from '../read/lists.ts'
import { tagsOf } from '../marks.ts'
import { PROTECTION } from '../names.ts'
import { first, given, oneOf } from '../read/from-sdk/require.ts'
import { loadBalancerPart, zonesOf } from '../read/from-sdk/load-balancers.ts'
import type { Call } from '../steps.ts'
import type { AwsView, LoadBalancerPart } from '../view.ts'
import { balancerNamed, type Context, isForeign, isTheSame, patiently, remembered, securityGroupId, tagInput, unlessGone } from './change.ts'

/**
 * The call is idempotent without a token: the same name with the same settings answers with what is there, made by whom it was. A name of ours holds the
 * cluster and the Stack, so that no other object can be meant; after a name that a user gave, the answer's tags are checked.
 */
export async function createLoadBalancer(context: Context, call: Call<'load balancer', 'create'>): Promise<AwsFold> {
  const { account, signal } = context
  const SecurityGroups = call.securityGroups.map((ref) => securityGroupId(context, ref))
  const input = {
    Name: call.name,
    Type: 'network' as const,
    Scheme: call.scheme,
    IpAddressType: call.ipAddressType,
    SubnetMappings: mappingsOf(call.zones),
    Tags: tagInput(context, call),
    ...(SecurityGroups.length === 0 ? {} : { SecurityGroups }),
    ...(call.sourceNat ? { EnablePrefixForIpv6SourceNat: 'on' as const } : {}),
  }
  try {
    const asked = remembered(context, { ...call, kind: 'load balancer' }, account.api.createLoadBalancer(input, signal))
    const answer = await patiently(context, SecurityGroups, asked)
    const made = first(answer.LoadBalancers, 'the load balancer')
    if (hashIn(call.name) !== account.stackHash(call.mark.stack)) return await standingBalancer(context, call, made)
    const part = loadBalancerPart(made, call)
    account.recent.made({ kind: 'load balancer', id: part.arn, stack: call.mark.stack, tags: tagsOf(account.clusterId, call.mark, call.tags) })
    return put('loadBalancers', part.name, { ...part, zones: zonesOf(made.AvailabilityZones, call.zones) })
  } catch (error) {
    if (codeOf(error) !== 'DuplicateLoadBalancerName') throw error
    const { LoadBalancers } = await account.api.describeLoadBalancers({ Names: [call.name] }, signal)
    return standingBalancer(context, call, first(LoadBalancers, 'the load balancer'))
  }
}

/** What stands under the name: ours by its tags, or not ours to touch. */
async function standingBalancer(context: Context, { name, mark }: Call<'load balancer', 'create'>, found: LoadBalancer): Promise<AwsFold> {
  const arn = found.LoadBalancerArn ?? ''
  const labels = (await currentLabels(context.account, [arn], context.signal)).get(arn)
  if (labels === undefined || !isTheSame(labels.mark, mark)) throw isForeign(`load balancer ${name}`)
  context.account.recent.made({ kind: 'load balancer', id: arn, stack: mark.stack, tags: tagsOf(context.account.clusterId, labels.mark, labels.tags) })
  return put('loadBalancers', name, loadBalancerPart(found, labels))
}

function mappingsOf(zones: Call<'load balancer', 'create'>['zones']): SubnetMapping[] {
  return zones.map(({ subnetId, allocationId, privateIpv4, ipv6 }) => ({
    SubnetId: subnetId,
    ...given('AllocationId', allocationId),
    ...given('PrivateIPv4Address', privateIpv4),
    ...given('IPv6Address', ipv6),
  }))
}

/** Two to four minutes are usual. */
const PROVISIONED_MS = 15_000

/** Resolves once it is active; `later` while it is provisioned, refused where it never will be. */
export async function readBalancer(context: Context, { name }: Call<'load balancer', 'read'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn, mark, tags } = balancerNamed(context, name)
  const asked = account.api.describeLoadBalancers({ LoadBalancerArns: [arn] }, signal)
  const found = first((await patiently(context, [arn], asked)).LoadBalancers, 'the load balancer')
  const seen = loadBalancerPart(found, { mark, tags })
  if (seen.state === 'provisioning') {
    throw new CloudError('later', { reason: 'Waiting', publicMessage: provisioningText(found, name), afterMs: PROVISIONED_MS })
  }
  if (seen.state === 'failed') {
    const because = found.State?.Reason === undefined ? '' : `: ${withoutIds(found.State.Reason)}`
    throw new CloudError('refused', { reason: 'Refused', publicMessage: `AWS could not prepare it${because}; delete it, or the Service, and try again` })
  }
  return change('loadBalancers', name, (part) => ({ ...part, ...seen, mark: part.mark, tags: part.tags }))
}

/** The same text for as long as it lasts. */
function provisioningText({ CreatedTime }: LoadBalancer, name: string): string {
  const since = CreatedTime === undefined ? '' : `, which was created at ${CreatedTime.toISOString().slice(11, 19)} UTC`
  return `AWS is still provisioning load balancer ${name}${since}: that usually takes two to four minutes, and what comes next needs it active`
}

/**
 * Its listeners go with it. One that is protected though no one here knows it (a process ended right after it had protected it, or it was done by hand) is
 * left, and its attributes are known from then on.
 */
export async function deleteLoadBalancer(context: Context, call: Call<'load balancer', 'delete'>): Promise<StepAnswer<AwsView>> {
  const { account, view, signal } = context
  const part = view.loadBalancers.get(call.name)
  if (part === undefined) return unchanged
  try {
    await unlessGone(account.api.deleteLoadBalancer({ LoadBalancerArn: part.arn }, signal))
  } catch (error) {
    if (codeOf(error) !== 'OperationNotPermitted') throw error
    const attributes = await deep.loadBalancerAttributes(account, part.arn, signal)
    if (attributes[PROTECTION] !== 'true') throw error
    return { fold: change('loadBalancers', call.name, (now) => ({ ...now, attributes })), isUndone: true }
  }
  return withoutBalancer(context, part)
}

function withoutBalancer({ account, view }: Context, { arn, name }: LoadBalancerPart): AwsFold {
  account.recent.deleted(arn)
  for (const listener of view.listeners.values()) if (listener.loadBalancerArn === arn) account.recent.deleted(listener.arn)
  const released = [...view.targetGroups.keys()].map((group) =>
    change('targetGroups', group, (now) => ({ ...now, loadBalancerArns: now.loadBalancerArns.filter((used) => used !== arn) })),
  )
  return allOf(
    remove('loadBalancers', (_, key) => key === name),
    remove('listeners', ({ loadBalancerArn }) => loadBalancerArn === arn),
    ...released,
  )
}

export async function setSubnets(context: Context, { name, zones, sourceNat }: Call<'load balancer subnets', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, name)
  const nat = sourceNat === undefined ? {} : { EnablePrefixForIpv6SourceNat: sourceNat ? ('on' as const) : ('off' as const) }
  const asked = account.api.setSubnets({ LoadBalancerArn, SubnetMappings: mappingsOf(zones), ...nat }, signal)
  const { AvailabilityZones, EnablePrefixForIpv6SourceNat } = await patiently(context, [LoadBalancerArn], asked)
  return change('loadBalancers', name, (part) => ({
    ...part,
    zones: zonesOf(AvailabilityZones, zones),
    sourceNat: EnablePrefixForIpv6SourceNat === undefined ? (sourceNat ?? part.sourceNat) : EnablePrefixForIpv6SourceNat === 'on',
  }))
}

export async function setAddressType(context: Context, { name, ipAddressType }: Call<'load balancer address type', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, name)
  const answer = await patiently(context, [LoadBalancerArn], account.api.setIpAddressType({ LoadBalancerArn, IpAddressType: ipAddressType }, signal))
  const found = oneOf(['ipv4', 'dualstack'], answer.IpAddressType ?? ipAddressType, 'IpAddressType')
  return change('loadBalancers', name, (part) => ({ ...part, ipAddressType: found }))
}

export async function setSecurityGroups(context: Context, call: Call<'load balancer security groups', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, call.name)
  const SecurityGroups = call.securityGroups.map((ref) => securityGroupId(context, ref))
  const input = { LoadBalancerArn, SecurityGroups, ...given('EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic', onOff(call.privateLinkRules)) }
  const answer = await patiently(context, [LoadBalancerArn, ...SecurityGroups], account.api.setSecurityGroups(input, signal))
  const privateLink = answer.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic ?? onOff(call.privateLinkRules)
  return change('loadBalancers', call.name, (part) => ({
    ...part,
    securityGroups: (answer.SecurityGroupIds ?? SecurityGroups).toSorted(),
    ...given('privateLinkRules', privateLink === undefined ? undefined : privateLink === 'on'),
  }))
}

function onOff(value: boolean | undefined): 'on' | 'off' | undefined {
  return value === undefined ? undefined : value ? 'on' : 'off'
}
