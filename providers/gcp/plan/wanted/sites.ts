/** Where a Service is reached: an address of one family, known or to be chosen by Google, and what of it cannot be changed later. Pure. */
import { type Family, familyOf, parseAddress } from '../../../../src/model/address.ts'
import type { Address, ForwardingRule, LoadBalancingScheme, NetworkTier } from '../../api/documents.ts'
import { isSameId } from '../../api/ids.ts'
import type { AddressPart, GcpView, RulePart } from '../../view.ts'
import { isLeaving } from '../../view.ts'
import { ipOf } from '../owners.ts'

export interface Site {
  readonly family: Family
  readonly scheme: LoadBalancingScheme
  /** Of an external one. */
  readonly tier?: NetworkTier
  /** An id. */
  readonly network: string
  /** An id. Of an internal one, and of an external one of IPv6. Absent: Google finds it. */
  readonly subnetwork?: string
  readonly collection?: string
  /** The address that is asked for, canonical; absent: Google chooses it. */
  readonly requested?: string
  /** The user's own reservation of it. */
  readonly reserved?: Address
}

/** A site with what is there of it. */
export interface FoundSite extends Site {
  /** Canonical; absent: it is not known yet. */
  readonly ip?: string
  /** The address that we reserved for it. */
  readonly held?: AddressPart
}

/** Whether a forwarding rule is at a site, whatever its ports are. */
export function isAt(site: Site, rule: RulePart): boolean {
  const { document } = rule
  const isSame =
    (document.loadBalancingScheme ?? 'EXTERNAL') === site.scheme && familyOfRule(document) === site.family && isSameTier(site, document.networkTier)
  if (!isSame || !isInSubnetwork(site, document)) return false
  // At a user's address that the Service named, and names no more, it does not stay.
  if (site.requested === undefined) return rule.mark.address === undefined
  return ipOf(rule) === undefined || ipOf(rule) === site.requested
}

function isSameTier({ tier }: Site, found: NetworkTier | undefined): boolean {
  return tier === undefined || (found ?? 'PREMIUM') === tier
}

/** A rule that was made without a subnet shows the one that Google found. */
function isInSubnetwork({ subnetwork, network, scheme }: Site, document: Pick<ForwardingRule, 'network' | 'subnetwork'>): boolean {
  if (subnetwork !== undefined) return document.subnetwork === undefined || isSameId(document.subnetwork, subnetwork)
  return scheme === 'EXTERNAL' || document.network === undefined || isSameId(document.network, network)
}

export function familyOfRule({ ipVersion, IPAddress }: ForwardingRule): Family {
  return ipVersion === 'IPV6' || IPAddress?.includes(':') === true ? 'IPv6' : 'IPv4'
}

/** The site with its address, and with our reservation of it. `published`: of several addresses, the one that clients know stays. */
export function foundSite(site: Site, view: GcpView, published: ReadonlySet<string>): FoundSite {
  const rules = [...view.rules.values()].filter((rule) => !isLeaving(rule) && isAt(site, rule))
  const ips = rules.flatMap((rule) => ipOf(rule) ?? [])
  const served = ips.find((ip) => published.has(ip)) ?? ips[0]
  const held = [...view.addresses.values()].filter((part) => isFor(site, part)).find((part) => served === undefined || ipOfAddress(part.document) === served)
  const ip = site.requested ?? served ?? (held === undefined ? undefined : ipOfAddress(held.document))
  return { ...site, ...(ip === undefined ? {} : { ip }), ...(held === undefined ? {} : { held }) }
}

/** Whether an address that we reserved is of this site. */
export function isFor(site: Site, { document }: AddressPart): boolean {
  const ip = ipOfAddress(document)
  return (
    (document.addressType ?? 'EXTERNAL') === site.scheme &&
    familyOfAddress(document) === site.family &&
    isSameTier(site, document.networkTier) &&
    (site.subnetwork === undefined || document.subnetwork === undefined || isSameId(document.subnetwork, site.subnetwork)) &&
    (site.requested === undefined || ip === undefined || ip === site.requested)
  )
}

/** Canonical; undefined: Google has not chosen it yet. */
export function ipOfAddress({ address }: Address): string | undefined {
  return address === undefined ? undefined : parseAddress(address.split('/')[0] ?? '')
}

export function familyOfAddress({ ipVersion, address }: Address): Family {
  if (address !== undefined && address !== '') return familyOf(address)
  return ipVersion === 'IPV6' ? 'IPv6' : 'IPv4'
}

/** Whether several forwarding rules may have the address: every external one, and an internal one that was reserved for that. */
export function isShareable({ scheme, reserved, held }: FoundSite, rulesThere: number): boolean {
  if (scheme === 'EXTERNAL') return true
  const reservation = reserved ?? held?.document
  return reservation === undefined ? rulesThere === 0 : reservation.purpose === 'SHARED_LOADBALANCER_VIP'
}
