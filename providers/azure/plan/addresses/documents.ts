/** Public addresses as they are made for Services, and as they are changed. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import { present } from '../../../../src/model/present.ts'
import { bodyOf } from '../../api/body.ts'
import type { PublicAddressDocument } from '../../api/documents.ts'
import { addressTags } from '../../marks.ts'
import { isSame } from '../balancer/children.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { zonesIn } from '../zones.ts'

/** `found`: what is there already, of one whose creation failed. */
export function madeAddress(
  { owner, want: { settings, options } }: Want,
  family: Family,
  { config }: PlanInput,
  found?: PublicAddressDocument,
): PublicAddressDocument {
  const prefix = family === 'IPv6' ? options.prefixIpv6 : options.prefix
  const ipTags = Object.entries(options.ipTags ?? {}).map(([ipTagType, tag]) => ({ ipTagType, tag }))
  const known = found === undefined ? {} : bodyOf(found)
  return {
    ...known,
    location: config.location,
    sku: { name: 'Standard' },
    ...(found === undefined ? zonesIn({ config }) : {}),
    tags: addressTags(found?.tags, { clusterId: config.clusterId, uid: owner.uid, tags: settings.tags }),
    properties: {
      ...known.properties,
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: family,
      ...(ipTags.length === 0 ? {} : { ipTags }),
      ...(prefix === undefined ? {} : { publicIPPrefix: { id: prefix } }),
      ...(settings.dnsLabel === undefined ? {} : { dnsSettings: { domainNameLabel: settings.dnsLabel } }),
    },
  }
}

/** An address with the tags and the label that its Service wants; the very same document where it has them. */
export function labelled(document: PublicAddressDocument, { owner, want: { settings } }: Want, { config }: PlanInput): PublicAddressDocument {
  const tags = addressTags(document.tags, { clusterId: config.clusterId, uid: owner.uid, tags: settings.tags })
  const { dnsSettings } = document.properties ?? {}
  const isLabelled = dnsSettings?.domainNameLabel === settings.dnsLabel
  if (isSame(tags, document.tags ?? {}) && isSame(document.tags ?? {}, tags) && isLabelled) return document
  const label = isLabelled ? dnsSettings : settings.dnsLabel === undefined ? undefined : { ...dnsSettings, domainNameLabel: settings.dnsLabel }
  return { ...document, tags, properties: present({ ...document.properties, dnsSettings: label }) }
}
