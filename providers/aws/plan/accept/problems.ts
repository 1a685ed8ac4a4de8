/** What a request alone shows not to work, before it is compared with what exists. */
import type { Problem } from '../../../../src/model/problem.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import type { Want } from '../parties.ts'
import { healthCheckProblem } from '../wanted/health-check.ts'
import type { WantedPort } from '../wanted/ports.ts'
import { rulesProblem, sourcesProblem } from '../wanted/rules.ts'
import { tlsProblem } from '../wanted/tls.ts'
import { attributesProblem } from '../wanted/wanted-attributes.ts'

export function configurationProblem(want: Want, ports: readonly WantedPort[]): Problem | undefined {
  const { settings } = want.want
  const checked = settings.listeners.filter(({ healthCheck }) => healthCheck.protocol !== 'none')
  const asks = [
    () => addressesProblem(settings),
    () => nameProblem(settings.name),
    () => adoptProblem(settings),
    () => familiesProblem(want.want),
    () => groupsProblem(want.want),
    () => sourcesProblem(want),
    () => rulesProblem(want),
    ...settings.listeners.map((listener) => () => tlsProblem(listener)),
    ...checked.map((listener) => () => healthCheckProblem(listener)),
    () => attributesProblem(want.want, ports),
  ]
  for (const ask of asks) {
    const problem = ask()
    if (problem !== undefined) return problem
  }
  return undefined
}

function addressesProblem({ addresses, addressesFrom = FIELDS.addresses }: Desired<AwsOptions>['settings']): Problem | undefined {
  if (addresses.length === 0) return undefined
  const wrong = 'is not possible, because an NLB has an address in each zone'
  const allowed = `reserved addresses (${FIELDS.addressNames}), or private ones (${FIELDS.privateIpv4Addresses}), one for each subnet`
  return { reason: 'Invalid', field: addressesFrom, value: addresses.join(','), wrong, allowed }
}

const NAME_RULE = '1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-'

function nameProblem(name: string | undefined): Problem | undefined {
  if (name === undefined || (name.length <= 32 && /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(name) && !name.toLowerCase().startsWith('internal-'))) return undefined
  return { reason: 'Invalid', field: FIELDS.name, value: name, wrong: 'is not a valid name for an NLB', allowed: NAME_RULE }
}

/** The region and the account are AWS' to judge. */
function adoptProblem({ adopt, share }: Desired<AwsOptions>['settings']): Problem | undefined {
  if (adopt === undefined) return undefined
  const invalid = (wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field: FIELDS.adopt, value: adopt, wrong, allowed })
  if (!/^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d+:loadbalancer\/net\/[^/]+\/[^/]+$/.test(adopt))
    return invalid('is not the ARN of a Network Load Balancer', 'arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/net/<name>/<id>')
  return share === undefined ? undefined : invalid(`contradicts ${FIELDS.share}`, 'only one of them')
}

function familiesProblem({ settings: { families, needsAllFamilies, targets, listeners }, options }: Desired<AwsOptions>): Problem | undefined {
  const invalid = (field: string, value: string, wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field, value, wrong, allowed })
  const needsSix = families.includes('IPv6') && (needsAllFamilies || families.length === 1)
  if (options.ipAddressType === 'ipv4' && needsSix)
    return invalid(FIELDS.ipAddressType, 'ipv4', `cannot serve ${families.join(' and ')} (${FIELDS.families})`, 'dualstack')
  if (targets === 'nodes' && !families.includes('IPv4'))
    return invalid(
      FIELDS.families,
      families.join(','),
      'is not supported with nodes as targets: Fairlead registers instances in IPv4 target groups only',
      `IPv4, or ${FIELDS.targets}: pods`,
    )
  const isDual = options.ipAddressType === 'dualstack' || needsSix
  if (options.ipv6SourceNat === true && !isDual) return invalid(FIELDS.ipv6SourceNat, 'on', 'is for dual-stack load balancers', 'off')
  if (options.ipv6SourceNat === false && isDual && listeners.some(({ protocol }) => protocol === 'UDP'))
    return invalid(FIELDS.ipv6SourceNat, 'off', 'is not possible for UDP on a dual-stack load balancer', 'on')
  return undefined
}

/** On one network interface: five groups, of which one may be the cluster's. */
const MOST_GROUPS = 5

function groupsProblem({ settings: { securityGroups }, options }: Desired<AwsOptions>): Problem | undefined {
  const { noSecurityGroups, manageBackendRules, icmpPathMtu } = options
  const invalid = (field: string, value: string, wrong: string, allowed?: string): Problem => ({
    reason: 'Invalid',
    field,
    value,
    wrong,
    ...(allowed === undefined ? {} : { allowed }),
  })
  const most = MOST_GROUPS - Number(manageBackendRules === true)
  if (securityGroups.length > most)
    return invalid(FIELDS.securityGroups, securityGroups.join(','), 'are more security groups than a network interface can have', `at most ${most}`)
  if (noSecurityGroups === true && securityGroups.length > 0)
    return invalid(FIELDS.noSecurityGroups, 'true', `contradicts ${FIELDS.securityGroups}`, 'only one of them')
  if (icmpPathMtu === true && securityGroups.length > 0)
    return invalid(
      FIELDS.icmpPathMtu,
      'on',
      `is not possible with ${FIELDS.securityGroups}: Fairlead does not change security groups that it did not create`,
      'off',
    )
  return undefined
}
