/** The parts of a load balancer, as checks and packets read them. */
import { type Json, type JsonObject, idAt, idsAt, numberAt, objectAt, objectsAt, textAt } from '../../schema/json.ts'

export interface Named {
  readonly name: string
  readonly properties: JsonObject
}

export type PartsMember =
  | 'frontendIPConfigurations'
  | 'backendAddressPools'
  | 'loadBalancingRules'
  | 'probes'
  | 'inboundNatRules'
  | 'outboundRules'
  | 'inboundNatPools'

/** `body`: of the load balancer. */
export function partsOf(body: JsonObject, member: PartsMember): readonly Named[] {
  return objectsAt(objectAt(body, 'properties'), member).map((one) => ({ name: textAt(one, 'name') ?? '', properties: objectAt(one, 'properties') }))
}

export interface Forwarding extends Named {
  /** As it was written. */
  readonly frontend: string
  readonly protocol: string
  readonly frontendPort: number
  readonly backendPort: number
  readonly isFloating: boolean
  readonly pools: readonly string[]
}

export function forwardingOf({ name, properties }: Named): Forwarding {
  const [one, many] = [idAt(properties, 'backendAddressPool'), idsAt(properties, 'backendAddressPools')]
  return {
    name,
    properties,
    frontend: idAt(properties, 'frontendIPConfiguration') ?? '',
    protocol: textAt(properties, 'protocol') ?? '',
    frontendPort: numberAt(properties, 'frontendPort') ?? 0,
    backendPort: numberAt(properties, 'backendPort') ?? 0,
    isFloating: properties['enableFloatingIP'] === true,
    pools: many.length > 0 ? many : one === undefined ? [] : [one],
  }
}

export const rulesOf = (body: JsonObject): readonly Forwarding[] => partsOf(body, 'loadBalancingRules').map(forwardingOf)

/** Members by address. */
export function membersOf({ properties }: Named): readonly Named[] {
  return objectsAt(properties, 'loadBalancerBackendAddresses').map((one) => ({ name: textAt(one, 'name') ?? '', properties: objectAt(one, 'properties') }))
}

/** The network of a member: its own, its subnet's, or the pool's. */
export function networkOf(pool: Named, member: Named): string | undefined {
  const subnet = idAt(member.properties, 'subnet')
  return (
    idAt(member.properties, 'virtualNetwork') ??
    (subnet === undefined ? undefined : subnet.replace(/\/subnets\/[^/]+$/i, '')) ??
    idAt(pool.properties, 'virtualNetwork')
  )
}

export const isInternal = ({ properties }: Named): boolean => properties['subnet'] !== undefined

/** The body with these parts in place of those that it has. */
export function withParts(body: JsonObject, member: PartsMember, parts: readonly Json[]): JsonObject {
  return { ...body, properties: { ...objectAt(body, 'properties'), [member]: parts } }
}
