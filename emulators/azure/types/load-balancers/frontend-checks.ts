/** What Azure refuses about the frontends of a load balancer. */
import { Refusal } from '../../arm/refusal.ts'
import { keyOf } from '../../schema/ids.ts'
import { idAt, objectAt, textAt } from '../../schema/json.ts'
import { propertiesOf } from '../../store/document.ts'
import type { Change, Check } from '../../store/resource-type.ts'
import { PATHS } from '../common.ts'
import { type Named, type PartsMember, partsOf } from './parts.ts'

const frontendId = ({ id }: Change, { name }: Named): string => `${id}/frontendIPConfigurations/${name}`

const hasOneAddress: Check = (change) => {
  for (const frontend of partsOf(change.next, 'frontendIPConfigurations')) {
    const isPublic = frontend.properties['publicIPAddress'] !== undefined || frontend.properties['publicIPPrefix'] !== undefined
    const isPrivate = frontend.properties['subnet'] !== undefined
    const id = frontendId(change, frontend)
    if (isPublic && isPrivate)
      throw new Refusal('FrontendIPConfigHasBothSubnetAndPublicIP', `Frontend IP configuration ${id} cannot have both a subnet and a public IP address.`)
    if (!isPublic && !isPrivate)
      throw new Refusal('FrontendIPConfigHasNoSubnetOrPublicIP', `Frontend IP configuration ${id} must reference a subnet or a public IP address.`)
  }
}

const OTHERS: readonly PartsMember[] = ['backendAddressPools', 'loadBalancingRules', 'probes', 'inboundNatRules', 'outboundRules', 'inboundNatPools']

const hasFrontend: Check = ({ id, next }) => {
  if (partsOf(next, 'frontendIPConfigurations').length > 0 || OTHERS.every((member) => partsOf(next, member).length === 0)) return
  throw new Refusal(
    'LoadBalancerWithoutFrontendIPCantHaveChildResources',
    `Load balancer ${id} does not have Frontend IP Configuration, but it has other child resources. This setup is not supported.`,
  )
}

/** The version of its addresses: of an internal one its own, of a public one that of its address. */
export function versionOf({ subscription }: Pick<Change, 'subscription'>, { properties }: Named): string {
  const id = idAt(properties, 'publicIPAddress') ?? idAt(properties, 'publicIPPrefix')
  const address = id === undefined ? undefined : subscription.documents.element(id)
  const own = textAt(properties, 'privateIPAddressVersion')
  return (address === undefined ? own : textAt(propertiesOf(address), 'publicIPAddressVersion')) ?? 'IPv4'
}

const hasIpv4BesideIpv6: Check = (change) => {
  const versions = new Set(partsOf(change.next, 'frontendIPConfigurations').map((one) => versionOf(change, one)))
  if (!versions.has('IPv6') || versions.has('IPv4')) return
  throw new Refusal(
    'AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration',
    `IPv6 Load balancer ${change.id} must have atleast one IPv4 frontendIpConfiguration.`,
  )
}

const addressesFit: Check = (change) => {
  const { subscription, next, id } = change
  const seen = new Map<string, string>()
  for (const frontend of partsOf(next, 'frontendIPConfigurations')) {
    const address = subscription.documents.element(idAt(frontend.properties, 'publicIPAddress') ?? '')
    if (address === undefined) continue
    const own = frontendId(change, frontend)
    checkSku(change, textAt(objectAt(address.body, 'sku'), 'name'), address.id)
    const twin = seen.get(keyOf(address.id))
    if (twin !== undefined)
      throw new Refusal('PublicIPReferencedByMultipleIPConfigs', `Public ip address ${address.id} is referenced by multiple ipconfigs in resource ${id}.`)
    seen.set(keyOf(address.id), own)
    const user = subscription.documents.users(address.id).find(({ by }) => keyOf(by.document.id) !== keyOf(id))
    if (user !== undefined) {
      throw new Refusal(
        'PublicIPAddressInUse',
        `Resource ${own} is referencing public IP address ${address.id} that is already allocated to resource ${user.by.id}.`,
      )
    }
  }
}

function checkSku({ next, id }: Change, sku: string | undefined, address: string): void {
  if ((textAt(objectAt(next, 'sku'), 'name') === 'Basic') === (sku === 'Basic')) return
  throw new Refusal(
    'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed',
    `Standard sku load balancer and basic sku public IP address, or the other way round, cannot be used together: load balancer ${id}, public IP address ${address}.`,
  )
}

const countsFit: Check = ({ next, id, subscription, previous }) => {
  const { frontendsPerLoadBalancer: most, loadBalancers } = subscription.quotas
  const count = partsOf(next, 'frontendIPConfigurations').length
  if (count > most) {
    throw new Refusal(
      'LoadBalancerFrontendIPConfigurationCountLimitReached',
      `Load balancer ${id} has ${count} frontend IP configurations, and may have ${most}.`,
    )
  }
  const there = subscription.documents.all.filter(({ type }) => type.path === 'loadBalancers').length
  if (previous === undefined && there >= loadBalancers) {
    throw new Refusal('LoadBalancerCountLimitReached', `Cannot create more than ${loadBalancers} load balancers for this subscription in this region.`)
  }
}

/** Private link services hold on to the frontends that they stand behind. */
const keepsLinkedFrontends: Check = ({ id, next, subscription, previous }) => {
  if (previous === undefined) return
  const kept = new Set(partsOf(next, 'frontendIPConfigurations').map(({ name }) => name.toLowerCase()))
  for (const { name } of partsOf(previous.body, 'frontendIPConfigurations')) {
    if (kept.has(name.toLowerCase())) continue
    const user = subscription.documents.users(`${id}/frontendIPConfigurations/${name}`).find(({ by }) => by.type.path === PATHS.linkService)
    if (user !== undefined)
      throw new Refusal(
        'FrontendIPConfigurationInUseByPrivateLinkService',
        `Frontend IP configuration ${id}/frontendIPConfigurations/${name} is in use by ${user.by.id}.`,
      )
  }
}

export const FRONTEND_CHECKS: readonly Check[] = [hasOneAddress, hasFrontend, hasIpv4BesideIpv6, addressesFit, countsFit, keepsLinkedFrontends]
