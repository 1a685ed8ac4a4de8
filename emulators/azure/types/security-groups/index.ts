/** Network security groups: what Azure refuses about them and their rules. */
import { canonicalCidr, familyOf } from '../../../cloud/networks.ts'
import { Refusal } from '../../arm/refusal.ts'
import { idsAt, objectAt, objectsAt, textAt, textsAt } from '../../schema/json.ts'
import type { Change, Check, ResourceType } from '../../store/resource-type.ts'
import { PATHS, envelope } from '../common.ts'
import { SECURITY_GROUP_FIELDS } from './fields.ts'
import { type SecurityRule, rulesIn } from './rules.ts'

const [FIRST, LAST] = [100, 4_096]
const DESCRIPTION = 140

const eachRule =
  (check: (rule: SecurityRule, change: Change) => void): Check =>
  (change) => {
    for (const rule of rulesIn(change.next, 'securityRules')) check(rule, change)
  }

const ruleId = ({ id }: Change, { name }: SecurityRule): string => `${id}/securityRules/${name}`

const hasPriority = eachRule(({ priority }) => {
  if (priority >= FIRST && priority <= LAST) return
  throw new Refusal('SecurityRuleInvalidPriority', `Security rule has invalid Priority. Value provided: ${priority} Allowed range ${FIRST}-${LAST}.`)
})

const isShort = eachRule(({ description }) => {
  if (description.length > DESCRIPTION) throw new Refusal('SecurityRuleDescriptionTooLong', `Security rule description cannot exceed ${DESCRIPTION} chars.`)
})

const isComplete: Check = (change) => {
  for (const body of objectsAt(objectAt(change.next, 'properties'), 'securityRules')) {
    const properties = objectAt(body, 'properties')
    for (const name of ['protocol', 'access', 'direction', 'priority']) {
      if (properties[name] === undefined)
        throw new Refusal('SecurityRuleMissingRequiredField', `Security rule ${change.id}/securityRules/${textAt(body, 'name')} has no ${name}.`)
    }
    for (const [one, many, groups] of PAIRS) {
      const hasGroups = groups !== undefined && idsAt(properties, groups).length > 0
      const given = [textAt(properties, one) !== undefined, textsAt(properties, many).length > 0, hasGroups].filter(Boolean).length
      if (given > 1)
        throw new Refusal(
          'SecurityRuleParameterContainsBothSingleAndPluralValues',
          `Security rule ${change.id}/securityRules/${textAt(body, 'name')} has both ${one} and ${many}.`,
        )
      if (given === 0)
        throw new Refusal(
          'SecurityRuleMissingRequiredField',
          `Security rule ${change.id}/securityRules/${textAt(body, 'name')} has neither ${one} nor ${many}.`,
        )
    }
  }
}

const PAIRS: readonly (readonly [one: string, many: string, groups?: string])[] = [
  ['sourcePortRange', 'sourcePortRanges'],
  ['destinationPortRange', 'destinationPortRanges'],
  ['sourceAddressPrefix', 'sourceAddressPrefixes', 'sourceApplicationSecurityGroups'],
  ['destinationAddressPrefix', 'destinationAddressPrefixes', 'destinationApplicationSecurityGroups'],
]

const hasPorts = eachRule(({ sourcePorts, destinationPorts }) => {
  for (const range of [...sourcePorts, ...destinationPorts]) {
    if (range === '*' || isRange(range)) continue
    throw new Refusal(
      'SecurityRuleInvalidPortRange',
      `Security rule has invalid Port range. Value provided: ${range}. Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535.`,
    )
  }
})

function isRange(text: string): boolean {
  const [from, to, ...more] = text.split('-').map((one) => (/^\d+$/.test(one) ? Number(one) : Number.NaN))
  return more.length === 0 && from !== undefined && from <= 65_535 && (to === undefined || (to >= from && to <= 65_535))
}

/** A bare number is taken for an address, as recorded. */
const isAddress = (text: string): boolean =>
  /^\d+$/.test(text) || familyOf(text) !== undefined || canonicalCidr(text, text.includes(':') ? 'ipv6' : 'ipv4') !== undefined
const isTag = (text: string): boolean => text === '*' || /^[A-Za-z][\w.-]*$/.test(text)

/** A tag must stand alone. */
const hasAddresses = eachRule((rule, change) => {
  for (const list of [rule.sources, rule.destinations]) {
    for (const one of list) {
      if (isAddress(one)) continue
      if (!isTag(one))
        throw new Refusal('SecurityRuleInvalidAddressPrefix', `Security rule ${ruleId(change, rule)} has invalid Address prefix. Value provided: ${one}`)
      if (list.length > 1) {
        throw new Refusal(
          'SecurityRuleParameterContainsUnsupportedValue',
          `Security rule parameter AddressPrefixes for rule with Id ${ruleId(change, rule)} cannot specify existing VIRTUALNETWORK, INTERNET, AZURELOADBALANCER, '*' or system tags. Unsupported value used: ${one}.`,
        )
      }
    }
  }
})

const prioritiesDiffer: Check = ({ next }) => {
  const seen = new Map<string, string>()
  for (const { name, priority, isInbound } of rulesIn(next, 'securityRules')) {
    const key = `${isInbound} ${priority}`
    const other = seen.get(key)
    if (other !== undefined) {
      throw new Refusal('SecurityRuleConflict', `Security rule ${name} conflicts with rule ${other}. Rules cannot have the same Priority and Direction.`)
    }
    seen.set(key, name)
  }
}

const countsFit: Check = ({ next, id, subscription, previous }) => {
  const rules = rulesIn(next, 'securityRules')
  const { rulesPerSecurityGroup, prefixesPerSecurityGroup: most, securityGroups } = subscription.quotas
  if (rules.length > rulesPerSecurityGroup) {
    throw new Refusal('SecurityRuleCountLimitReached', `Network security group ${id} has ${rules.length} rules, and may have ${rulesPerSecurityGroup}.`)
  }
  for (const list of ['sources', 'destinations'] as const) {
    const count = rules.reduce((sum, rule) => sum + rule[list].length, 0)
    if (count > most) {
      throw new Refusal(
        'SecurityRuleAddressesOrPortsPerSecurityGroupLimitReached',
        `Network security group ${id} has ${count} ${list === 'sources' ? 'source' : 'destination'} addresses, and may have ${most}.`,
      )
    }
  }
  const there = subscription.documents.all.filter(({ type }) => type.path === PATHS.group).length
  if (previous === undefined && there >= securityGroups) {
    throw new Refusal(
      'NetworkSecurityGroupCountLimitReached',
      `Cannot create more than ${securityGroups} network security groups for this subscription in this region.`,
    )
  }
}

export const NETWORK_SECURITY_GROUPS: ResourceType = {
  path: PATHS.group,
  action: 'NetworkSecurityGroup',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope(),
  fields: SECURITY_GROUP_FIELDS,
  checks: [isComplete, hasPriority, isShort, hasPorts, hasAddresses, prioritiesDiffer, countsFit],
  delay: 'securityGroup',
  retryAfter: { put: 1, delete: 1 },
  whenBusy: 'each',
  hasGuid: true,
  inUse: ({ id, parent }, users) =>
    parent === undefined
      ? new Refusal(
          'InUseNetworkSecurityGroupCannotBeDeleted',
          `Network security group ${id} cannot be deleted because it is in use by the following resources: ${users.map(({ by }) => by.id).join(', ')}. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.`,
        )
      : undefined,
}
