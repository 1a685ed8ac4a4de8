/** What the types have in common. */
import { type ElementType, type Fields, type Place, any, object, oneOf, since, text, texts } from '../schema/field.ts'
import { textAt, objectAt } from '../schema/json.ts'

const NETWORK = 'Microsoft.Network' as const

/** A part of a document. */
export function part(path: string, action: string, more: Partial<Omit<ElementType, 'path' | 'action'>> & { readonly fields: Fields }): ElementType {
  return { path, action, namespace: NETWORK, envelope: {}, isWritable: false, ...more }
}

export const TIER_SINCE = '2020-06-01'

/** `location`, `tags`, and what else stands beside `properties`. */
export function envelope(more: Fields = {}): Fields {
  return { location: text(), tags: any(), ...more }
}

export function sku(names: readonly string[]): Fields {
  return {
    sku: object(
      { name: oneOf(names, { or: 'Basic' }), tier: oneOf(['Regional', 'Global'], { or: 'Regional', isShown: since(TIER_SINCE) }) },
      { or: { name: 'Basic', tier: 'Regional' } },
    ),
    zones: texts(),
    extendedLocation: any(),
  }
}

export const isStandard = ({ document }: Pick<Place, 'document'>): boolean => textAt(objectAt(document, 'sku'), 'name') !== 'Basic'

/** Paths of types, as references name them. */
export const PATHS = {
  frontend: 'loadBalancers/frontendIPConfigurations',
  pool: 'loadBalancers/backendAddressPools',
  probe: 'loadBalancers/probes',
  rule: 'loadBalancers/loadBalancingRules',
  natRule: 'loadBalancers/inboundNatRules',
  natPool: 'loadBalancers/inboundNatPools',
  outboundRule: 'loadBalancers/outboundRules',
  address: 'publicIPAddresses',
  prefix: 'publicIPPrefixes',
  network: 'virtualNetworks',
  subnet: 'virtualNetworks/subnets',
  group: 'networkSecurityGroups',
  interface: 'networkInterfaces',
  ipConfiguration: 'networkInterfaces/ipConfigurations',
  scaleSetIpConfiguration: 'virtualMachineScaleSets/virtualMachines/networkInterfaces/ipConfigurations',
  linkService: 'privateLinkServices',
  linkIpConfiguration: 'privateLinkServices/ipConfigurations',
  machine: 'virtualMachines',
} as const
