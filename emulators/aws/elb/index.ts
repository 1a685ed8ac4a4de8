/** Elastic Load Balancing, version 2015-12-01: its actions by name. */
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import {
  describeListenerAttributes,
  describeLoadBalancerAttributes,
  describeTargetGroupAttributes,
  modifyListenerAttributes,
  modifyLoadBalancerAttributes,
  modifyTargetGroupAttributes,
} from './attributes.ts'
import { createLoadBalancer, deleteLoadBalancer, describeLoadBalancers } from './balancers.ts'
import { describeCapacityReservation, modifyCapacityReservation } from './capacity.ts'
import { setIpAddressType, setSecurityGroups, setSubnets } from './changes.ts'
import { describeTargetHealth } from './health.ts'
import { describeAccountLimits } from './limits.ts'
import { describeRules } from './listener-rules.ts'
import { createListener, deleteListener, describeListeners, modifyListener } from './listeners.ts'
import { addTags, describeTags, removeTags } from './tags.ts'
import { createTargetGroup, deleteTargetGroup, describeTargetGroups, modifyTargetGroup } from './target-groups.ts'
import { deregisterTargets, registerTargets } from './targets.ts'
import { addListenerCertificates, describeListenerCertificates, describeSslPolicies, removeListenerCertificates } from './tls.ts'

export type Action = (region: Region, input: Input) => Members

export const ELB_ACTIONS: Readonly<Record<string, Action>> = {
  CreateLoadBalancer: createLoadBalancer,
  DescribeLoadBalancers: describeLoadBalancers,
  DeleteLoadBalancer: deleteLoadBalancer,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  SetSubnets: setSubnets,
  SetSecurityGroups: setSecurityGroups,
  SetIpAddressType: setIpAddressType,
  DescribeCapacityReservation: describeCapacityReservation,
  ModifyCapacityReservation: modifyCapacityReservation,
  CreateTargetGroup: createTargetGroup,
  DescribeTargetGroups: describeTargetGroups,
  ModifyTargetGroup: modifyTargetGroup,
  DeleteTargetGroup: deleteTargetGroup,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
  RegisterTargets: registerTargets,
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
  CreateListener: createListener,
  DescribeListeners: describeListeners,
  ModifyListener: modifyListener,
  DeleteListener: deleteListener,
  DescribeRules: describeRules,
  DescribeListenerAttributes: describeListenerAttributes,
  ModifyListenerAttributes: modifyListenerAttributes,
  AddListenerCertificates: addListenerCertificates,
  RemoveListenerCertificates: removeListenerCertificates,
  DescribeListenerCertificates: describeListenerCertificates,
  AddTags: addTags,
  RemoveTags: removeTags,
  DescribeTags: describeTags,
  DescribeSSLPolicies: describeSslPolicies,
  DescribeAccountLimits: describeAccountLimits,
}
