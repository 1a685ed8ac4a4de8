/** The public address that a Service gets: one that it names, one that it has the number of, or one that is made for it. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import { familyOf, parseAddress } from '../../../../src/model/address.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import { compareText } from '../../../../src/model/order.ts'
import { idIn, isSameId, keyOfId, parentOf, parseId } from '../../api/ids.ts'
import { balancerId, configuredBalancers } from '../../balancer-keys.ts'
import { FIELDS } from '../../fields.ts'
import { clusterIn, isOfCluster, otherController, ownerIn } from '../../marks.ts'
import { isMadeFor, isOurChild, publicAddressName } from '../../names.ts'
import { type AddressPart, hasFailed, isBusy } from '../../view.ts'
import { childName, foundIn } from '../found.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { elsewhere, balancerFor, problem, publicSite, type Resolved, type SiteRequest } from './site.ts'

type Problem = Extract<Resolved, { kind: 'problem' }>

/** In this order, as at cloud-provider-azure: an address to take over, one by name, one by its number, one that is made. */
export function publicSiteOf(want: Want, request: SiteRequest, input: PlanInput): Resolved {
  const { family } = request
  const { adopt, addressNames } = want.want.settings
  const named = [...(adopt === undefined ? [] : [{ text: adopt, field: FIELDS.adopt }]), ...addressNames.map((text) => ({ text, field: FIELDS.addressNames }))]
  for (const name of named) {
    const found = byName(name, want, request, input)
    if (found !== undefined) return found
  }
  const pinned = want.want.settings.addresses.find((address) => familyOf(address) === family)
  return pinned === undefined ? madeSite(want, request, input) : byNumber(pinned, want, request, input)
}

interface Name {
  readonly text: string
  readonly field: string
}

/** Undefined: it is an address of the other family, and the Service has both. */
function byName({ text, field }: Name, want: Want, request: SiteRequest, input: PlanInput): Resolved | undefined {
  const { config, view } = input
  const { family } = request
  const parsed = parseId(text)
  if (field === FIELDS.adopt && parsed === undefined) return problem(field, text, 'is not the id of a public address', { allowed: ID_FORM })
  if (parsed !== undefined && parsed.type.toLowerCase() !== 'publicipaddresses')
    return problem(field, text, 'is not the id of a public address', { allowed: ID_FORM })
  if (parsed !== undefined && parsed.subscription.toLowerCase() !== config.subscription.toLowerCase())
    return problem(field, text, 'is in another subscription', { allowed: `an address of the subscription ${config.subscription}` })
  const id = parsed === undefined ? idIn(config.subscription, groupOf(want, input), 'publicIPAddresses', text) : text
  const part = view.addresses.get(keyOfId(id))
  if (part === undefined) return view.missing.has(keyOfId(id)) ? absent(field, text, want, input) : { kind: 'seek', sought: { id } }
  const version = part.document.properties?.publicIPAddressVersion ?? 'IPv4'
  if (version === family) return existingSite({ part, field, text }, want, request, input)
  if (want.want.settings.families.length > 1) return undefined
  return problem(field, text, `is an ${version} address, and the Service has ${family} alone (${FIELDS.families})`, { allowed: `an ${family} address` })
}

const ID_FORM = '/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/publicIPAddresses/<name>'

/** The resource group of the Service's public addresses. */
export function groupOf({ want }: Want, { config }: PlanInput): string {
  return want.options.resourceGroup ?? config.resourceGroup
}

function absent(field: string, text: string, want: Want, input: PlanInput): Problem {
  return problem(field, text, `is not a public address in the resource group ${groupOf(want, input)}`, {
    allowed: `the name of one there, or of one in another group of the subscription that ${FIELDS.resourceGroup} names`,
    pace: 'by reading',
  })
}

/** The cluster's own group is searched too: a Service may have the number of an address that was made for another one. */
function byNumber(ip: string, want: Want, request: SiteRequest, input: PlanInput): Resolved {
  const { view, config } = input
  const { addressesFrom = FIELDS.addresses } = want.want.settings
  const groups = [...new Set([groupOf(want, input), config.resourceGroup].map((group) => group.toLowerCase()))]
  const part = [...view.addresses.values()].find(
    ({ id, document }) => parseAddress(document.properties?.ipAddress ?? '') === ip && groups.includes(parseId(id)?.group ?? ''),
  )
  if (part !== undefined) return existingSite({ part, field: addressesFrom, text: ip }, want, request, input)
  const unread = groups.find((group) => !view.missing.has(`${group} ${ip}`))
  if (unread !== undefined) return { kind: 'seek', sought: { group: unread, ip } }
  return problem(addressesFrom, ip, `is not a public address in the resource group ${groups.join(' or ')}`, {
    allowed: `the number of a public address there, or of one in the group that ${FIELDS.resourceGroup} names`,
    pace: 'by reading',
  })
}

interface Existing extends Name {
  readonly part: AddressPart
}

/** An address that exists, if it may be used here. */
function existingSite({ part, field, text }: Existing, want: Want, request: SiteRequest, input: PlanInput): Resolved {
  const { document } = part
  const { location } = input.config
  if (document.sku?.name !== undefined && document.sku.name !== 'Standard')
    return problem(field, text, `is a ${document.sku.name} address, and the load balancer is a Standard one`, { allowed: 'an address with the SKU Standard' })
  if (document.location !== undefined && plainLocation(document.location) !== plainLocation(location))
    return problem(field, text, `is in ${document.location}, and the load balancer in ${location}`, { allowed: `an address in ${location}` })
  const refusal = usedElsewhere({ part, field, text }, input) ?? heldBy({ part, field, text }, want, input)
  if (refusal !== undefined) return refusal
  if (field === FIELDS.adopt && !isOwn(part, want, input)) return adoption({ part, field, text }, input)
  if (isBusy(part)) return { kind: 'waits', addressKey: keyOfId(part.id) }
  return labelProblem(part, want, input) ?? siteAt(part, request, input)
}

/** Where a load balancer has the address already, on that one. */
function siteAt(part: AddressPart, request: SiteRequest, { view }: PlanInput): Resolved {
  const found = foundIn(view).frontends.find(({ addressKey }) => addressKey === keyOfId(part.id))
  const balancerKey = balancerFor(found?.balancer, request, 'internet-facing')
  return balancerKey === undefined ? elsewhere(part.document.name, found?.balancer) : publicSite(part, request.family, balancerKey)
}

function plainLocation(text: string): string {
  return text.replaceAll(' ', '').toLowerCase()
}

function usedElsewhere({ part, field, text }: Existing, input: PlanInput): Problem | undefined {
  const user = part.document.properties?.ipConfiguration?.id
  if (user === undefined || isOurFrontend(user, input)) return undefined
  return problem(field, text, `is used by ${userText(user)}`, {
    reason: 'Conflict',
    remedy: 'Take it off there, or choose another address.',
    pace: 'by reading',
  })
}

const KINDS: Readonly<Record<string, string>> = { loadbalancers: 'load balancer', networkinterfaces: 'network interface' }

/** `the frontend web of the load balancer kubernetes (resource group cluster)`. */
function userText(user: string): string {
  const owner = parentOf(user)
  const parsed = parseId(owner)
  if (parsed === undefined) return user
  const kind = KINDS[parsed.type.toLowerCase()] ?? parsed.type
  const part = kind === 'load balancer' ? `the frontend ${childName(user)} of ` : ''
  return `${part}the ${kind} ${parsed.name} (resource group ${parsed.group})`
}

/** What an address says of its user stays as it was read: its frontend, and the load balancer of that, may have been deleted since. */
function isOurFrontend(user: string, { config, view }: PlanInput): boolean {
  const ours = [...[...view.balancers.values()].map(({ id }) => id), ...configuredBalancers(config).map((key) => balancerId(config, key))]
  return isOurChild(childName(user)) && ours.some((id) => isSameId(id, parentOf(user)))
}

/** An address that was made for a Service may be shared within its namespace. */
function heldBy({ part, field, text }: Existing, { owner }: Want, { config, named }: PlanInput): Problem | undefined {
  const { tags } = part.document
  const uid = ownerIn(tags)
  const cluster = clusterIn(tags)
  if (cluster !== undefined && cluster !== config.clusterId) return problem(field, text, 'belongs to another cluster', { reason: 'Conflict' })
  if (uid === undefined || uid === owner.uid || cluster === undefined) return undefined
  const holder: Owner = named({ uid })
  if (holder.namespace === owner.namespace) return undefined
  return problem(field, text, `belongs to ${ownerName(holder)}`, {
    reason: 'Conflict',
    allowed: 'an address of a Service in the same namespace, or a free one',
  })
}

function isOwn({ document: { tags } }: AddressPart, { owner }: Want, { config }: PlanInput): boolean {
  return isOfCluster(tags, config.clusterId) && ownerIn(tags) === owner.uid
}

function adoption({ part, field, text }: Existing, { config }: PlanInput): Resolved {
  const { tags } = part.document
  const other = isOfCluster(tags, config.clusterId) ? 'another Service' : otherController(tags)
  if (other !== undefined)
    return problem(field, text, `belongs to ${other}`, {
      reason: 'Conflict',
      remedy: 'Remove its tags from the address first.',
      pace: 'by reading',
    })
  return isBusy(part) ? { kind: 'waits', addressKey: keyOfId(part.id) } : { kind: 'adopt', part }
}

/** A label of an address that is not the Service's own is not changed. */
function labelProblem(part: AddressPart, want: Want, input: PlanInput): Problem | undefined {
  const { dnsLabel } = want.want.settings
  const found = part.document.properties?.dnsSettings?.domainNameLabel
  if (dnsLabel === undefined || dnsLabel === found || isOwn(part, want, input)) return undefined
  const name = part.document.name ?? ''
  return problem(FIELDS.dnsLabel, dnsLabel, `is not the label of the address ${name}, which is not made for this Service`, {
    ...(found === undefined ? {} : { allowed: found }),
    remedy: `Set it there: az network public-ip update --ids ${part.id} --dns-name ${dnsLabel}`,
    pace: 'by reading',
  })
}

/** The address that is made for the Service; or one that was taken over for it, as long as nothing is said of where it has to be from. */
function madeSite(want: Want, request: SiteRequest, input: PlanInput): Resolved {
  const { view, config } = input
  const { family } = request
  const { options } = want.want
  const prefix = family === 'IPv6' ? options.prefixIpv6 : options.prefix
  const id = idIn(config.subscription, groupOf(want, input), 'publicIPAddresses', publicAddressName(want.owner, family, prefix))
  const isFree = prefix === undefined && options.resourceGroup === undefined
  const part = view.addresses.get(keyOfId(id)) ?? (isFree ? takenOver(want, family, input) : undefined)
  if (part === undefined) return { kind: 'make', address: { id, family } }
  if (!isOwn(part, want, input) && part.document.tags !== undefined && clusterIn(part.document.tags) !== config.clusterId)
    return problem(FIELDS.resourceGroup, groupOf(want, input), `holds an address named ${part.document.name ?? ''} that is not ours`, { reason: 'Conflict' })
  if (hasFailed(part)) return { kind: 'make', address: { id: part.id, family } }
  if (isBusy(part)) return { kind: 'waits', addressKey: keyOfId(part.id) }
  return ipTagsProblem(part, want) ?? publicSite(part, family, { of: request.placement.of, scheme: 'internet-facing' })
}

function takenOver(want: Want, family: Family, input: PlanInput): AddressPart | undefined {
  return [...input.view.addresses.values()]
    .filter((part) => isOwn(part, want, input) && (part.document.properties?.publicIPAddressVersion ?? 'IPv4') === family)
    .filter(({ document: { name = '' } }) => !isMadeFor(want.owner.uid, name))
    .toSorted((a, b) => compareText(a.id, b.id))[0]
}

/** Azure takes them when an address is made, and few of them later. */
function ipTagsProblem({ document }: AddressPart, { want: { options } }: Want): Problem | undefined {
  if (options.ipTags === undefined) return undefined
  const found = new Map((document.properties?.ipTags ?? []).map(({ ipTagType = '', tag = '' }) => [ipTagType, tag]))
  const asked = Object.entries(options.ipTags)
  if (asked.length === found.size && asked.every(([type, tag]) => found.get(type) === tag)) return undefined
  const text = (pairs: Iterable<readonly [string, string]>): string => [...pairs].map(([type, tag]) => `${type}=${tag}`).join(',')
  return problem(FIELDS.ipTags, text(asked), 'cannot be set on an address that exists', {
    allowed: found.size === 0 ? 'no value, or another Service' : text(found),
    remedy: 'Create the Service anew, which gives it another address, or name an address with these IP tags.',
  })
}
