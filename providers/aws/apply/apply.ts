/** One step to its call, and how the view is afterwards, by what AWS answered. */
import type { StepAnswer } from '../../../src/provider/provider.ts'
import { adopt, readCandidate } from './adoption.ts'
import * as attributes from './attributes.ts'
import * as certificates from './certificates.ts'
import type { Context } from './change.ts'
import * as listeners from './listeners.ts'
import * as balancers from './load-balancers.ts'
import * as security from './security-groups.ts'
import { removeTags, setTags } from './tags.ts'
import { readElasticAddresses } from './elastic-addresses.ts'
import * as groups from './target-groups.ts'
import * as targets from './targets.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'

/** Throws a CloudError. */
// oxlint-disable-next-line max-lines-per-function -- a row for each kind of step
export async function apply(step: AwsStep, context: Context): Promise<StepAnswer<AwsView>> {
  switch (step.kind) {
    case 'security group':
      return step.verb === 'create' ? security.createSecurityGroup(context, step.call) : security.deleteSecurityGroup(context, step.call)
    case 'security group rules':
      return security.addRules(context, step.call)
    case 'obsolete security group rules':
      return security.removeRules(context, step.call)
    case 'security group tags':
      return security.tagSecurityGroup(context, step.call)
    case 'obsolete security group tags':
      return security.untagSecurityGroup(context, step.call)
    case 'load balancer':
      return applyBalancer(step, context)
    case 'elastic addresses':
      return readElasticAddresses(context, step.call)
    case 'load balancer subnets':
      return balancers.setSubnets(context, step.call)
    case 'load balancer address type':
      return balancers.setAddressType(context, step.call)
    case 'load balancer security groups':
      return balancers.setSecurityGroups(context, step.call)
    case 'load balancer attributes':
      return step.verb === 'update' ? attributes.setAttributes(context, step.call) : attributes.readAttributes(context, step.call)
    case 'load balancer capacity':
      return step.verb === 'update' ? attributes.setCapacity(context, step.call) : attributes.readCapacity(context, step.call)
    case 'adoption':
      return step.verb === 'update' ? adopt(context, step.call) : readCandidate(context, step.call)
    case 'target group':
      return step.verb === 'create' ? groups.createTargetGroup(context, step.call) : groups.deleteTargetGroup(context, step.call)
    case 'health check':
      return groups.setHealthCheck(context, step.call)
    case 'target group attributes':
      return step.verb === 'update' ? attributes.setGroupAttributes(context, step.call) : attributes.readGroupAttributes(context, step.call)
    case 'targets':
      return step.verb === 'update' ? targets.registerTargets(context, step.call) : targets.readTargets(context, step.call)
    case 'obsolete targets':
      return targets.deregisterTargets(context, step.call)
    case 'listener':
      return applyListener(step, context)
    case 'listeners':
      return listeners.readListeners(context, step.call)
    case 'listener certificates':
      return step.verb === 'update' ? certificates.addCertificates(context, step.call) : certificates.readCertificates(context, step.call)
    case 'obsolete listener certificates':
      return certificates.removeCertificates(context, step.call)
    case 'listener attributes':
      return step.verb === 'update' ? attributes.setListenerAttributes(context, step.call) : attributes.readListenerAttributes(context, step.call)
    case 'tags':
      return setTags(context, step.call)
    case 'obsolete tags':
      return removeTags(context, step.call)
    default:
      return step satisfies never
  }
}

type StepOf<K extends AwsStep['kind']> = Extract<AwsStep, { readonly kind: K }>

function applyBalancer(step: StepOf<'load balancer'>, context: Context): Promise<StepAnswer<AwsView>> {
  if (step.verb === 'create') return balancers.createLoadBalancer(context, step.call)
  return step.verb === 'delete' ? balancers.deleteLoadBalancer(context, step.call) : balancers.readBalancer(context, step.call)
}

function applyListener(step: StepOf<'listener'>, context: Context): Promise<StepAnswer<AwsView>> {
  if (step.verb === 'create') return listeners.createListener(context, step.call)
  return step.verb === 'update' ? listeners.changeListener(context, step.call) : listeners.deleteListener(context, step.call)
}
