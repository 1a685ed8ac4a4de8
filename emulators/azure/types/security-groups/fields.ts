/** Network security groups and their rules. */
import { type ElementType, type Fields, any, children, flag, number, oneOf, references, text, texts, users } from '../../schema/field.ts'
import type { JsonObject } from '../../schema/json.ts'
import { PATHS, part } from '../common.ts'

const PROTOCOLS = ['*', 'Tcp', 'Udp', 'Icmp', 'Esp', 'Ah']

/** Every answer has the lists, empty where the single form is used. */
const RULE_FIELDS: Fields = {
  description: text(),
  protocol: oneOf(PROTOCOLS),
  sourcePortRange: text(),
  destinationPortRange: text(),
  sourceAddressPrefix: text(),
  destinationAddressPrefix: text(),
  access: oneOf(['Allow', 'Deny']),
  priority: number(),
  direction: oneOf(['Inbound', 'Outbound']),
  sourcePortRanges: texts({ or: [] }),
  destinationPortRanges: texts({ or: [] }),
  sourceAddressPrefixes: texts({ or: [] }),
  destinationAddressPrefixes: texts({ or: [] }),
  sourceApplicationSecurityGroups: references([]),
  destinationApplicationSecurityGroups: references([]),
}

export const SECURITY_RULE: ElementType = part(`${PATHS.group}/securityRules`, 'SecurityRule', { isWritable: true, fields: RULE_FIELDS })

const DEFAULT_RULE: ElementType = part(`${PATHS.group}/defaultSecurityRules`, 'DefaultSecurityRule', { fields: RULE_FIELDS })

interface Default {
  readonly name: string
  readonly description: string
  readonly from: string
  readonly to: string
  readonly access: 'Allow' | 'Deny'
  readonly priority: number
  readonly direction: 'Inbound' | 'Outbound'
}

const VNET = 'VirtualNetwork'

const DEFAULTS: readonly Default[] = [
  {
    name: 'AllowVnetInBound',
    description: 'Allow inbound traffic from all VMs in VNET',
    from: VNET,
    to: VNET,
    access: 'Allow',
    priority: 65_000,
    direction: 'Inbound',
  },
  {
    name: 'AllowAzureLoadBalancerInBound',
    description: 'Allow inbound traffic from azure load balancer',
    from: 'AzureLoadBalancer',
    to: '*',
    access: 'Allow',
    priority: 65_001,
    direction: 'Inbound',
  },
  { name: 'DenyAllInBound', description: 'Deny all inbound traffic', from: '*', to: '*', access: 'Deny', priority: 65_500, direction: 'Inbound' },
  {
    name: 'AllowVnetOutBound',
    description: 'Allow outbound traffic from all VMs to all VMs in VNET',
    from: VNET,
    to: VNET,
    access: 'Allow',
    priority: 65_000,
    direction: 'Outbound',
  },
  {
    name: 'AllowInternetOutBound',
    description: 'Allow outbound traffic from all VMs to Internet',
    from: '*',
    to: 'Internet',
    access: 'Allow',
    priority: 65_001,
    direction: 'Outbound',
  },
  { name: 'DenyAllOutBound', description: 'Deny all outbound traffic', from: '*', to: '*', access: 'Deny', priority: 65_500, direction: 'Outbound' },
]

/** The rules that every group has. */
export const DEFAULT_RULES: readonly JsonObject[] = DEFAULTS.map(({ name, description, from, to, access, priority, direction }) => ({
  name,
  properties: {
    description,
    protocol: '*',
    sourcePortRange: '*',
    destinationPortRange: '*',
    sourceAddressPrefix: from,
    destinationAddressPrefix: to,
    access,
    priority,
    direction,
    sourcePortRanges: [],
    destinationPortRanges: [],
    sourceAddressPrefixes: [],
    destinationAddressPrefixes: [],
  },
}))

export const SECURITY_GROUP_FIELDS: Fields = {
  securityRules: children(SECURITY_RULE),
  defaultSecurityRules: children(DEFAULT_RULE, { or: DEFAULT_RULES, isReadOnly: true }),
  flushConnection: flag(),
  networkInterfaces: users([PATHS.interface]),
  subnets: users([PATHS.subnet]),
  flowLogs: any({ isReadOnly: true }),
}
