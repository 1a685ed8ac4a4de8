/** EC2, version 2016-11-15: the actions that a load balancer controller calls, by name. */
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { allocateAddress, describeAddresses, releaseAddress } from './addresses.ts'
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './groups.ts'
import { describeInstances, describeNetworkInterfaces } from './instances.ts'
import { describeAvailabilityZones, describeManagedPrefixLists, describeRouteTables, describeSubnets, describeVpcs } from './network.ts'
import { authorizeIngress, describeRules, revokeIngress } from './rules.ts'
import { createTags, deleteTags, describeTags } from './tags.ts'

export const EC2_ACTIONS: Readonly<Record<string, (region: Region, input: Input) => Members>> = {
  DescribeVpcs: describeVpcs,
  DescribeSubnets: describeSubnets,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeRouteTables: describeRouteTables,
  AllocateAddress: allocateAddress,
  DescribeAddresses: describeAddresses,
  ReleaseAddress: releaseAddress,
  DescribeManagedPrefixLists: describeManagedPrefixLists,
  DescribeInstances: describeInstances,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorizeIngress,
  RevokeSecurityGroupIngress: revokeIngress,
  DescribeSecurityGroupRules: describeRules,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
}
