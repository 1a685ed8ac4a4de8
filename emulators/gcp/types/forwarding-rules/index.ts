/** Forwarding rules of a region: an address, a protocol and ports, and the backend service behind them. */
import { type JsonObject, textAt } from '../../../cloud/json.ts'
import type { Change, Counted, ResourceType } from '../../store/resource-type.ts'
import { COLLECTIONS } from '../common.ts'
import { askedAddress, checkAddress, takenAddress } from './addresses.ts'
import { RULE_CHECKS } from './checks.ts'
import { RULE_FIELDS, isInternalRule, rangeOf } from './fields.ts'

export const FORWARDING_RULES: ResourceType = {
  collection: COLLECTIONS.rule,
  kind: 'forwardingRule',
  service: 'forwardingRules',
  scope: 'region',
  fields: RULE_FIELDS,
  methods: ['insert', 'delete', 'patch', 'setLabels'],
  delay: 'forwardingRule',
  fingerprint: 'optional',
  hasLabels: true,
  hasLinkWithId: true,
  checks: [...RULE_CHECKS, checkAddress],
  assign: withDefaults,
  finish: (compute, rule) => ({ ...rule.body, IPAddress: takenAddress(compute, rule) }),
  quota: countRules,
}

/** `80` becomes `80-80`, an internal rule is of the premium tier, and the network is that of the subnetwork: recorded. */
function withDefaults(change: Change): JsonObject {
  const { compute, next, previous } = change
  const range = textAt(next, 'portRange')
  const { from, to } = rangeOf(range ?? '')
  const subnetwork = compute.resources.get(textAt(next, 'subnetwork') ?? '')
  const address = previous === undefined ? askedAddress(change) : textAt(next, 'IPAddress')
  const network = textAt(next, 'network') ?? textAt(subnetwork?.body ?? {}, 'network')
  return {
    ...next,
    IPAddress: address,
    networkTier: textAt(next, 'networkTier') ?? 'PREMIUM',
    ...(range === undefined ? {} : { portRange: `${from}-${to}` }),
    ...(network === undefined ? {} : { network }),
  }
}

function countRules({ compute, project, next }: Change): Counted {
  const [inside, quotas] = [isInternalRule(next), compute.quotas]
  const network = textAt(withNetwork(compute, next), 'network')
  const all = compute.resources.in(COLLECTIONS.rule, { project }).filter(({ body }) => isInternalRule(body) === inside)
  const own = inside ? all.filter(({ body }) => textAt(body, 'network') === network) : all
  return inside
    ? { metric: 'INTERNAL_FORWARDING_RULES_PER_NETWORK', limit: quotas.internalForwardingRules, used: own.length, where: `in network ${network}` }
    : { metric: 'FORWARDING_RULES', limit: quotas.forwardingRules, used: own.length, where: `in region ${compute.region}` }
}

function withNetwork({ resources }: Change['compute'], next: JsonObject): JsonObject {
  return { ...resources.get(textAt(next, 'subnetwork') ?? '')?.body, ...next }
}
