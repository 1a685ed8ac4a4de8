/** Load balancers: one document with its frontends, pools, rules and probes. */
import { Refusal } from '../../arm/refusal.ts'
import type { ResourceType } from '../../store/resource-type.ts'
import { PATHS, envelope, sku } from '../common.ts'
import { assignLoadBalancer } from './assign.ts'
import { LOAD_BALANCER_FIELDS } from './fields.ts'
import { FRONTEND_CHECKS } from './frontend-checks.ts'
import { POOL_CHECKS, hasMembers } from './pool-checks.ts'
import { RULE_CHECKS } from './rule-checks.ts'

export const LOAD_BALANCERS: ResourceType = {
  path: 'loadBalancers',
  action: 'LoadBalancer',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope(sku(['Basic', 'Standard', 'Gateway', 'Service'])),
  fields: LOAD_BALANCER_FIELDS,
  checks: [...FRONTEND_CHECKS, ...POOL_CHECKS, ...RULE_CHECKS],
  assign: assignLoadBalancer,
  delay: 'loadBalancer',
  // As recorded: without members nothing has to be done on the way. A pool takes its time in any case.
  isImmediate: ({ subscription, focus, previous, next, id }) =>
    focus?.type.path !== PATHS.pool && ![...(previous === undefined ? [] : [previous]), { id, body: next }].some((one) => hasMembers(subscription, one)),
  retryAfter: { put: 10, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: true,
  inUse: (element, users) => {
    const scaleSet = users.find(({ by }) => by.type.path === PATHS.scaleSetIpConfiguration)
    if (scaleSet !== undefined) {
      return new Refusal(
        'LoadBalancerInUseByVirtualMachineScaleSet',
        `Cannot delete load balancer ${element.document.id} since its child resources ${element.type.path.split('/')[1]} are in use by virtual machine scale set ${scaleSet.by.document.id}.`,
      )
    }
    const linked = users.find(({ by }) => by.type.path === PATHS.linkService)
    if (linked !== undefined) {
      return new Refusal('LoadBalancerInUseByPrivateLinkService', `Load balancer ${element.document.id} is in use by private link service ${linked.by.id}.`)
    }
    const rule = element.type.path === PATHS.pool ? users.find(({ by }) => by.type.path === PATHS.rule || by.type.path === PATHS.outboundRule) : undefined
    return rule === undefined
      ? undefined
      : new Refusal('InUseBackendAddressPoolCannotBeDeleted', `Backend address pool ${element.id} is in use by ${rule.by.id}.`)
  },
}
