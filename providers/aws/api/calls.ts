/** The calls to AWS that we make, and no others: one function an action. What has to be granted to the controller is read off this list. */
import type * as Ec2 from '@aws-sdk/client-ec2'
import type * as Elb from '@aws-sdk/client-elastic-load-balancing-v2'
import type * as Tagging from '@aws-sdk/client-resource-groups-tagging-api'
import type { Limit } from '../../../src/provider/kit/budget.ts'

/** Takes a token from the budget first, and throws a CloudError. Reads are repeated where that may help, writes only where nothing happened. */
export type Call<Input, Output> = (input: Input, signal: AbortSignal) => Promise<Output>

export interface AwsApi {
  readonly describeLoadBalancers: Call<Elb.DescribeLoadBalancersCommandInput, Elb.DescribeLoadBalancersCommandOutput>
  readonly describeLoadBalancerAttributes: Call<Elb.DescribeLoadBalancerAttributesCommandInput, Elb.DescribeLoadBalancerAttributesCommandOutput>
  readonly describeCapacityReservation: Call<Elb.DescribeCapacityReservationCommandInput, Elb.DescribeCapacityReservationCommandOutput>
  readonly describeTargetGroups: Call<Elb.DescribeTargetGroupsCommandInput, Elb.DescribeTargetGroupsCommandOutput>
  readonly describeTargetGroupAttributes: Call<Elb.DescribeTargetGroupAttributesCommandInput, Elb.DescribeTargetGroupAttributesCommandOutput>
  readonly describeTargetHealth: Call<Elb.DescribeTargetHealthCommandInput, Elb.DescribeTargetHealthCommandOutput>
  readonly describeListeners: Call<Elb.DescribeListenersCommandInput, Elb.DescribeListenersCommandOutput>
  readonly describeListenerAttributes: Call<Elb.DescribeListenerAttributesCommandInput, Elb.DescribeListenerAttributesCommandOutput>
  readonly describeListenerCertificates: Call<Elb.DescribeListenerCertificatesCommandInput, Elb.DescribeListenerCertificatesCommandOutput>
  readonly describeTags: Call<Elb.DescribeTagsCommandInput, Elb.DescribeTagsCommandOutput>
  readonly createLoadBalancer: Call<Elb.CreateLoadBalancerCommandInput, Elb.CreateLoadBalancerCommandOutput>
  readonly deleteLoadBalancer: Call<Elb.DeleteLoadBalancerCommandInput, Elb.DeleteLoadBalancerCommandOutput>
  readonly modifyLoadBalancerAttributes: Call<Elb.ModifyLoadBalancerAttributesCommandInput, Elb.ModifyLoadBalancerAttributesCommandOutput>
  readonly setSubnets: Call<Elb.SetSubnetsCommandInput, Elb.SetSubnetsCommandOutput>
  readonly setSecurityGroups: Call<Elb.SetSecurityGroupsCommandInput, Elb.SetSecurityGroupsCommandOutput>
  readonly setIpAddressType: Call<Elb.SetIpAddressTypeCommandInput, Elb.SetIpAddressTypeCommandOutput>
  readonly modifyCapacityReservation: Call<Elb.ModifyCapacityReservationCommandInput, Elb.ModifyCapacityReservationCommandOutput>
  readonly createTargetGroup: Call<Elb.CreateTargetGroupCommandInput, Elb.CreateTargetGroupCommandOutput>
  readonly deleteTargetGroup: Call<Elb.DeleteTargetGroupCommandInput, Elb.DeleteTargetGroupCommandOutput>
  readonly modifyTargetGroup: Call<Elb.ModifyTargetGroupCommandInput, Elb.ModifyTargetGroupCommandOutput>
  readonly modifyTargetGroupAttributes: Call<Elb.ModifyTargetGroupAttributesCommandInput, Elb.ModifyTargetGroupAttributesCommandOutput>
  readonly createListener: Call<Elb.CreateListenerCommandInput, Elb.CreateListenerCommandOutput>
  readonly deleteListener: Call<Elb.DeleteListenerCommandInput, Elb.DeleteListenerCommandOutput>
  readonly modifyListener: Call<Elb.ModifyListenerCommandInput, Elb.ModifyListenerCommandOutput>
  readonly modifyListenerAttributes: Call<Elb.ModifyListenerAttributesCommandInput, Elb.ModifyListenerAttributesCommandOutput>
  readonly addListenerCertificates: Call<Elb.AddListenerCertificatesCommandInput, Elb.AddListenerCertificatesCommandOutput>
  readonly removeListenerCertificates: Call<Elb.RemoveListenerCertificatesCommandInput, Elb.RemoveListenerCertificatesCommandOutput>
  readonly addTags: Call<Elb.AddTagsCommandInput, Elb.AddTagsCommandOutput>
  readonly removeTags: Call<Elb.RemoveTagsCommandInput, Elb.RemoveTagsCommandOutput>
  readonly registerTargets: Call<Elb.RegisterTargetsCommandInput, Elb.RegisterTargetsCommandOutput>
  readonly deregisterTargets: Call<Elb.DeregisterTargetsCommandInput, Elb.DeregisterTargetsCommandOutput>
  readonly describeVpcs: Call<Ec2.DescribeVpcsCommandInput, Ec2.DescribeVpcsCommandOutput>
  readonly describeSubnets: Call<Ec2.DescribeSubnetsCommandInput, Ec2.DescribeSubnetsCommandOutput>
  readonly describeAvailabilityZones: Call<Ec2.DescribeAvailabilityZonesCommandInput, Ec2.DescribeAvailabilityZonesCommandOutput>
  readonly describeAddresses: Call<Ec2.DescribeAddressesCommandInput, Ec2.DescribeAddressesCommandOutput>
  readonly describeRouteTables: Call<Ec2.DescribeRouteTablesCommandInput, Ec2.DescribeRouteTablesCommandOutput>
  readonly describeInstances: Call<Ec2.DescribeInstancesCommandInput, Ec2.DescribeInstancesCommandOutput>
  readonly describeSecurityGroups: Call<Ec2.DescribeSecurityGroupsCommandInput, Ec2.DescribeSecurityGroupsCommandOutput>
  readonly createSecurityGroup: Call<Ec2.CreateSecurityGroupCommandInput, Ec2.CreateSecurityGroupCommandOutput>
  readonly deleteSecurityGroup: Call<Ec2.DeleteSecurityGroupCommandInput, Ec2.DeleteSecurityGroupCommandOutput>
  readonly authorizeSecurityGroupIngress: Call<Ec2.AuthorizeSecurityGroupIngressCommandInput, Ec2.AuthorizeSecurityGroupIngressCommandOutput>
  readonly revokeSecurityGroupIngress: Call<Ec2.RevokeSecurityGroupIngressCommandInput, Ec2.RevokeSecurityGroupIngressCommandOutput>
  readonly createTags: Call<Ec2.CreateTagsCommandInput, Ec2.CreateTagsCommandOutput>
  readonly deleteTags: Call<Ec2.DeleteTagsCommandInput, Ec2.DeleteTagsCommandOutput>
  readonly getResources: Call<Tagging.GetResourcesCommandInput, Tagging.GetResourcesCommandOutput>
}

/**
 * Of an account and region, shared with every other program there. Sources: "Request throttling for the Elastic Load Balancing API" and "Request throttling
 * for the Amazon EC2 API" for reads; the writes' are what the AWS Load Balancer Controller limits itself to. For the tagging API nothing that binds is
 * published: it is a cautious guess.
 */
export const LIMITS = {
  'elb-read': { perSecond: 10, burst: 40 },
  'elb-targets': { perSecond: 4, burst: 20 },
  'elb-write': { perSecond: 3, burst: 20 },
  'ec2-read': { perSecond: 20, burst: 100 },
  'ec2-write': { perSecond: 5, burst: 50 },
  tagging: { perSecond: 5, burst: 15 },
} as const satisfies Record<string, Limit>

export type Family = keyof typeof LIMITS

export const FAMILIES: Readonly<Record<keyof AwsApi, Family>> = {
  describeLoadBalancers: 'elb-read',
  describeLoadBalancerAttributes: 'elb-read',
  describeCapacityReservation: 'elb-read',
  describeTargetGroups: 'elb-read',
  describeTargetGroupAttributes: 'elb-read',
  describeTargetHealth: 'elb-read',
  describeListeners: 'elb-read',
  describeListenerAttributes: 'elb-read',
  describeListenerCertificates: 'elb-read',
  describeTags: 'elb-read',
  createLoadBalancer: 'elb-write',
  deleteLoadBalancer: 'elb-write',
  modifyLoadBalancerAttributes: 'elb-write',
  setSubnets: 'elb-write',
  setSecurityGroups: 'elb-write',
  setIpAddressType: 'elb-write',
  modifyCapacityReservation: 'elb-write',
  createTargetGroup: 'elb-write',
  deleteTargetGroup: 'elb-write',
  modifyTargetGroup: 'elb-write',
  modifyTargetGroupAttributes: 'elb-write',
  createListener: 'elb-write',
  deleteListener: 'elb-write',
  modifyListener: 'elb-write',
  modifyListenerAttributes: 'elb-write',
  addListenerCertificates: 'elb-write',
  removeListenerCertificates: 'elb-write',
  addTags: 'elb-write',
  removeTags: 'elb-write',
  registerTargets: 'elb-targets',
  deregisterTargets: 'elb-targets',
  describeVpcs: 'ec2-read',
  describeSubnets: 'ec2-read',
  describeAvailabilityZones: 'ec2-read',
  describeAddresses: 'ec2-read',
  describeRouteTables: 'ec2-read',
  describeInstances: 'ec2-read',
  describeSecurityGroups: 'ec2-read',
  createSecurityGroup: 'ec2-write',
  deleteSecurityGroup: 'ec2-write',
  authorizeSecurityGroupIngress: 'ec2-write',
  revokeSecurityGroupIngress: 'ec2-write',
  createTags: 'ec2-write',
  deleteTags: 'ec2-write',
  getResources: 'tagging',
}
