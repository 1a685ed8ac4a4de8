/** A security rule as checks and packets read it: the single forms and the lists of one member are one. */
import { type JsonObject, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../schema/json.ts'

export interface SecurityRule {
  readonly name: string
  readonly priority: number
  readonly isInbound: boolean
  readonly isAllowed: boolean
  /** `*`, `Tcp`, `Udp`, ... */
  readonly protocol: string
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  readonly sourcePorts: readonly string[]
  readonly destinationPorts: readonly string[]
  readonly description: string
}

export function ruleOf(body: JsonObject): SecurityRule {
  const properties = objectAt(body, 'properties')
  const both = (single: string, many: string): readonly string[] => {
    const one = textAt(properties, single)
    return [...(one === undefined || one === '' ? [] : [one]), ...textsAt(properties, many)]
  }
  return {
    name: textAt(body, 'name') ?? '',
    priority: numberAt(properties, 'priority') ?? 0,
    isInbound: textAt(properties, 'direction') !== 'Outbound',
    isAllowed: textAt(properties, 'access') === 'Allow',
    protocol: textAt(properties, 'protocol') ?? '*',
    sources: both('sourceAddressPrefix', 'sourceAddressPrefixes'),
    destinations: both('destinationAddressPrefix', 'destinationAddressPrefixes'),
    sourcePorts: both('sourcePortRange', 'sourcePortRanges'),
    destinationPorts: both('destinationPortRange', 'destinationPortRanges'),
    description: textAt(properties, 'description') ?? '',
  }
}

/** Of a security group: its own rules, or those that every group has. */
export function rulesIn(body: JsonObject, member: 'securityRules' | 'defaultSecurityRules'): readonly SecurityRule[] {
  return objectsAt(objectAt(body, 'properties'), member).map(ruleOf)
}
