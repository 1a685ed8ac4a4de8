/** What a wish alone shows not to work, before anybody looks at what there is. */
import type { Problem } from '../../../src/model/problem.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import { FIELDS } from '../fields.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { Want } from './cast.ts'
import { healthCheckProblem } from './health-check.ts'
import type { WantedPort } from './ports.ts'
import { sourcesProblem } from './rules.ts'
import { tlsProblem } from './tls.ts'
import { attributesProblem } from './wished-attributes.ts'

export function wishProblem(want: Want, ports: readonly WantedPort[]): Problem | undefined {
  const { settings } = want.want
  const checked = settings.listeners.filter(({ healthCheck }) => healthCheck.protocol !== 'none')
  const asks = [
    () => addressesProblem(settings.addresses),
    () => nameProblem(settings.name),
    () => adoptProblem(settings),
    () => familiesProblem(want.want),
    () => groupsProblem(want.want),
    () => sourcesProblem(want),
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

function addressesProblem(addresses: readonly string[]): Problem | undefined {
  if (addresses.length === 0) return undefined
  const wrong = 'cannot be asked for: an NLB has an address in each zone'
  const allowed = `reserved addresses (${FIELDS.addressNames}), or private ones (${FIELDS.privateIpv4Addresses}), one for each subnet`
  return { reason: 'Invalid', field: 'requested address', value: addresses.join(','), wrong, allowed }
}

const NAME_RULE = '1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-'

function nameProblem(name: string | undefined): Problem | undefined {
  if (name === undefined || (name.length <= 32 && /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(name) && !name.toLowerCase().startsWith('internal-'))) return undefined
  return { reason: 'Invalid', field: FIELDS.name, value: name, wrong: 'is no name for an NLB', allowed: NAME_RULE }
}

/** The region and the account are AWS' to judge. */
function adoptProblem({ adopt, share }: Desired<AwsOptions>['settings']): Problem | undefined {
  if (adopt === undefined) return undefined
  const invalid = (wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field: FIELDS.adopt, value: adopt, wrong, allowed })
  if (!/^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d+:loadbalancer\/net\/[^/]+\/[^/]+$/.test(adopt))
    return invalid('is not the ARN of a Network Load Balancer', 'arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/net/<name>/<id>')
  return share === undefined ? undefined : invalid('contradicts fairlead.dev/share', 'one of the two alone')
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
      'is not possible with nodes as targets: an NLB reaches instances by IPv4',
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
  const { noSecurityGroups, manageBackendRules, privateLinkRules, icmpPathMtu } = options
  const invalid = (field: string, value: string, wrong: string, allowed?: string): Problem => ({
    reason: 'Invalid',
    field,
    value,
    wrong,
    ...(allowed === undefined ? {} : { allowed }),
  })
  const stray = securityGroups.find((id) => !/^sg-[0-9a-f]+$/.test(id))
  if (stray !== undefined) return invalid(FIELDS.securityGroups, stray, 'is no id of a security group', 'ids such as sg-0123456789abcdef0')
  const most = MOST_GROUPS - Number(manageBackendRules === true)
  if (securityGroups.length > most)
    return invalid(FIELDS.securityGroups, securityGroups.join(','), 'are more groups than a network interface has', `at most ${most}`)
  if (noSecurityGroups === true && securityGroups.length > 0)
    return invalid(FIELDS.noSecurityGroups, 'true', `contradicts ${FIELDS.securityGroups}`, 'one of the two alone')
  if (noSecurityGroups === true && privateLinkRules !== undefined)
    return invalid(FIELDS.privateLinkRules, privateLinkRules ? 'on' : 'off', 'means nothing without security groups')
  if (manageBackendRules === false && securityGroups.length === 0)
    return invalid(FIELDS.manageBackendRules, 'false', `is possible only with ${FIELDS.securityGroups}: our own group goes with the cluster's`, 'true')
  if (icmpPathMtu === true && (noSecurityGroups === true || securityGroups.length > 0))
    return invalid('service.beta.kubernetes.io/aws-load-balancer-enable-icmp-for-path-mtu-discovery', 'on', 'needs a security group of ours')
  return undefined
}
