/** What a configuration shows without the others. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import { clusterIn, hasRoomForAlso } from '../../marks.ts'
import type { BalancerKey } from '../../balancer-keys.ts'
import { balancerName, isOurChild } from '../../names.ts'
import { listsOf } from '../found.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { rulesProblem } from '../wanted/rules.ts'

/** Undefined: nothing is wrong with it as a whole. */
export function configurationProblem({ want: { settings, options } }: Want): Problem | undefined {
  return familiesProblem(settings.families) ?? rulesProblem({ settings, options }, settings.families) ?? alsoProblem(options.additionalAddresses)
}

/**
 * A load balancer has to keep an IPv4 frontend (`AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration`), and that of another Service may go at any time.
 * Source: kubernetes-sigs/cloud-provider-azure issue 1831.
 */
function familiesProblem(families: readonly Family[]): Problem | undefined {
  if (families.includes('IPv4')) return undefined
  return {
    reason: 'Invalid',
    field: FIELDS.families,
    value: families.join(','),
    wrong: 'is not possible at Azure without IPv4',
    allowed: 'IPv4, or IPv4 and IPv6',
  }
}

function alsoProblem(addresses: readonly string[] | undefined): Problem | undefined {
  if (addresses === undefined || hasRoomForAlso(addresses)) return undefined
  return {
    reason: 'LimitReached',
    field: FIELDS.additionalAddresses,
    value: addresses.join(','),
    wrong: 'names more addresses than a tag of the load balancer has room for',
    allowed: 'at most 256 characters',
  }
}

/** A load balancer of our name that does not carry our mark, and nothing that we made, is not ours. */
export function foreignProblem({ of, scheme }: BalancerKey, { view, config }: PlanInput): Problem | undefined {
  const name = balancerName(of, scheme)
  const part = [...view.balancers.values()].find((one) => one.of === of && one.scheme === scheme)
  if (part === undefined) return undefined
  const cluster = clusterIn(part.document.tags)
  const { frontendIPConfigurations } = listsOf(part.document)
  if (cluster === config.clusterId || (cluster === undefined && frontendIPConfigurations.some((child) => isOurChild(child.name ?? '')))) return undefined
  return {
    reason: 'Conflict',
    field: FIELDS.balancerName,
    value: name,
    wrong: cluster === undefined ? 'is a load balancer that this controller did not make' : 'belongs to another cluster',
    remedy: `Let the operator of the cluster choose another name (${FIELDS.balancerName}), or delete that load balancer.`,
    pace: 'by reading',
  }
}
