/** The internal address that a Service gets: one that it asks for, or any free one of the subnet. Pure. */
import { familyOf } from '../../../../src/model/address.ts'
import { isSameId, parseId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import { internalFrontendName, requestedFrontendName } from '../../names.ts'
import { type FoundFrontend, foundIn } from '../found.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { zonesIn } from '../zones.ts'
import { elsewhere, balancerFor, problem, type Resolved, type SiteRequest } from './site.ts'

export function internalSiteOf(want: Want, request: SiteRequest, input: PlanInput): Resolved {
  const { family } = request
  const refusal = publicWords(want)
  if (refusal !== undefined) return refusal
  const subnet = subnetOf(want, input)
  if (typeof subnet !== 'string') return subnet
  const address = want.want.settings.addresses.find((each) => familyOf(each) === family)
  const shared = address === undefined ? undefined : frontendWith(address, subnet, input)
  const name = address === undefined ? internalFrontendName(want.owner.uid, family, subnet) : (shared?.name ?? requestedFrontendName(subnet, address))
  const balancerKey = balancerFor(shared?.balancer, request, 'internal')
  if (balancerKey === undefined) return elsewhere(address, shared?.balancer)
  const given =
    address === undefined ? ({ privateIPAllocationMethod: 'Dynamic' } as const) : ({ privateIPAllocationMethod: 'Static', privateIPAddress: address } as const)
  const properties = { subnet: { id: subnet }, privateIPAddressVersion: family, ...given }
  return { kind: 'site', site: { family, balancerKey, name, frontend: { properties, ...zonesIn(input) } } }
}

/** What asks for a public address. */
function publicWords({ want: { settings, options } }: Want): Extract<Resolved, { kind: 'problem' }> | undefined {
  const asked: readonly (readonly [string, string | undefined])[] = [
    [FIELDS.adopt, settings.adopt],
    [FIELDS.addressNames, settings.addressNames.length === 0 ? undefined : settings.addressNames.join(',')],
    [FIELDS.dnsLabel, settings.dnsLabel],
    [FIELDS.prefix, options.prefix],
    [FIELDS.prefixIpv6, options.prefixIpv6],
  ]
  const [field, value] = asked.find(([, text]) => text !== undefined) ?? []
  if (field === undefined) return undefined
  return problem(field, value, 'is for public addresses alone, and the Service is internal', { allowed: `no value, or ${FIELDS.scheme}: internet-facing` })
}

function subnetOf({ want: { settings } }: Want, { config }: PlanInput): string | Extract<Resolved, { kind: 'problem' }> {
  const [subnet, ...more] = settings.subnets
  if (subnet === undefined) return config.subnet
  if (more.length > 0) return problem(FIELDS.subnets, settings.subnets.join(','), 'names several subnets', { allowed: 'one subnet, by its name or id' })
  const parsed = parseId(subnet)
  if (parsed === undefined && !subnet.includes('/')) return `${config.virtualNetwork}/subnets/${subnet}`
  if (parsed?.type.toLowerCase() !== 'virtualnetworks/subnets')
    return problem(FIELDS.subnets, subnet, 'is neither the name nor the id of a subnet', { allowed: `a subnet of ${config.virtualNetwork}` })
  const network = subnet.split('/').slice(0, 9).join('/')
  if (isSameId(network, config.virtualNetwork)) return subnet
  return problem(FIELDS.subnets, subnet, 'is in another virtual network than the nodes', { allowed: `a subnet of ${config.virtualNetwork}` })
}

/** The frontend of ours that has this address already, by whichever name: two cannot have it. */
function frontendWith(address: string, subnet: string, { view }: PlanInput): FoundFrontend | undefined {
  return foundIn(view).frontends.find(({ ip, child }) => ip === address && isSameId(child.properties?.subnet?.id, subnet))
}
