/** Public IP addresses and the prefixes that they may come from. */
import { addressAt } from '../../cloud/networks.ts'
import { Refusal } from '../arm/refusal.ts'
import { any, number, object, oneOf, reference, text, users } from '../schema/field.ts'
import { type JsonObject, idAt, isEqual, numberAt, objectAt, textAt } from '../schema/json.ts'
import { type Document, propertiesOf } from '../store/document.ts'
import type { Change, Check, ResourceType } from '../store/resource-type.ts'
import type { Subscription } from '../store/subscription.ts'
import { PATHS, envelope, isStandard, sku } from './common.ts'

const SKUS = ['Basic', 'Standard', 'StandardV2']
const VERSION = oneOf(['IPv4', 'IPv6'], { or: 'IPv4' })
const IP_TAGS = any({ or: [] })

const propertiesIn = ({ next }: Change): JsonObject => objectAt(next, 'properties')

/** Minutes. */
const [SHORTEST_IDLE, LONGEST_IDLE] = [4, 30]

const timeoutFits: Check = (change) => {
  const minutes = numberAt(propertiesIn(change), 'idleTimeoutInMinutes') ?? SHORTEST_IDLE
  if (minutes >= SHORTEST_IDLE && minutes <= LONGEST_IDLE) return
  throw new Refusal(
    'PublicIPIdleTimeoutIsOutOfRange',
    `Public IP address ${change.name} has invalid Idle Timeout. The value must be between ${SHORTEST_IDLE} and ${LONGEST_IDLE}.`,
  )
}

const LABEL = /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/

/** One label may be of an IPv4 and of an IPv6 address, as their records are of two types: cloud-provider-azure sets it on both of a dual-stack Service. */
const labelFits: Check = (change) => {
  const label = textAt(objectAt(propertiesIn(change), 'dnsSettings'), 'domainNameLabel')
  if (label === undefined) return
  if (!LABEL.test(label))
    throw new Refusal(
      'InvalidDomainNameLabel',
      `The domain name label ${label} is invalid. It must conform to the following regular expression: ${LABEL.source}.`,
    )
  const version = textAt(propertiesIn(change), 'publicIPAddressVersion')
  const others = change.subscription.documents.all.filter((one) => one.type.path === PATHS.address && one.id !== change.id)
  const holder = others
    .map(propertiesOf)
    .find((one) => textAt(objectAt(one, 'dnsSettings'), 'domainNameLabel') === label && textAt(one, 'publicIPAddressVersion') === version)
  if (holder === undefined) return
  throw new Refusal('DnsRecordInUse', `DNS record ${fqdnOf(change.subscription, label)} is already used by another public IP.`)
}

const isStandardStatic: Check = ({ next, id }) => {
  if (textAt(objectAt(next, 'sku'), 'name') === 'Basic' || textAt(objectAt(next, 'properties'), 'publicIPAllocationMethod') !== 'Dynamic') return
  throw new Refusal('StandardSkuPublicIPAddressMustBeStatic', `Standard sku public IP address ${id} must use the allocation method Static.`)
}

/** What an address keeps as long as it lives. */
const keeps =
  (read: (body: JsonObject) => unknown, code: string, what: string): Check =>
  ({ previous, next, id }) => {
    const [before, after] = [previous === undefined ? undefined : read(previous.body), read(next)]
    if (previous === undefined || isEqual(before as string, after as string)) return
    throw new Refusal(code, `The ${what} of ${id} cannot be changed from ${String(before)} to ${String(after)}.`)
  }

const inProperties = (name: string) => (body: JsonObject) => textAt(objectAt(body, 'properties'), name)

const KEPT: readonly Check[] = [
  keeps(inProperties('publicIPAddressVersion'), 'PublicIPAddressVersionCannotBeChanged', 'IP version'),
  keeps((body) => (textAt(objectAt(body, 'sku'), 'name') === 'Basic' ? 'Basic' : 'Standard'), 'PublicIPSkuCannotBeChanged', 'SKU'),
  keeps((body) => JSON.stringify(body['zones'] ?? []), 'ResourceAvailabilityZonesCannotBeModified', 'zones'),
]

const keepsPrefix: Check = (change) => {
  const prefix = (body: JsonObject): string => (idAt(objectAt(body, 'properties'), 'publicIPPrefix') ?? '').toLowerCase()
  if (change.previous === undefined || prefix(change.previous.body) === prefix(change.next)) return
  throw new Refusal('PublicIPPrefixOfPublicIPAddressCannotBeChanged', `The prefix of ${change.id} cannot be changed.`)
}

const quotaFits: Check = ({ subscription, previous, next }) => {
  const most = subscription.quotas.publicAddresses
  const version = textAt(objectAt(next, 'properties'), 'publicIPAddressVersion')
  const isCounted = (one: Document): boolean => one.type.path === PATHS.address && textAt(propertiesOf(one), 'publicIPAddressVersion') === version
  if (previous !== undefined || subscription.documents.all.filter(isCounted).length < most) return
  if (version === 'IPv4') {
    throw new Refusal(
      'IPv4StandardSkuPublicIpCountLimitReached',
      `Cannot create more than ${most} IPv4 Standard SKU public IP addresses for this subscription in this region.`,
    )
  }
  throw new Refusal('PublicIPCountLimitReached', `Cannot create more than ${most} public IP addresses for this subscription in this region.`)
}

const fqdnOf = ({ location }: Subscription, label: string): string => `${label}.${location}.cloudapp.azure.com`

/** The address is known at the end of the creation, and stays; so does a name, as soon as there is a label. */
function assignAddress({ subscription, previous, next }: Change): JsonObject {
  const { ipAddress: _, ...properties } = objectAt(next, 'properties')
  const held = previous === undefined ? undefined : textAt(propertiesOf(previous), 'ipAddress')
  const dns = objectAt(properties, 'dnsSettings')
  const label = textAt(dns, 'domainNameLabel')
  return {
    ...next,
    properties: {
      ...properties,
      ...(held === undefined ? {} : { ipAddress: held }),
      ...(label === undefined ? {} : { dnsSettings: { ...dns, fqdn: fqdnOf(subscription, label) } }),
    },
  }
}

/** Dynamic addresses, which the Basic SKU has, are never given out here. */
function finishAddress(subscription: Subscription, { body }: Document): JsonObject {
  const properties = objectAt(body, 'properties')
  if (properties['ipAddress'] !== undefined || properties['publicIPAllocationMethod'] === 'Dynamic') return body
  const ipAddress = fromPrefix(subscription, idAt(properties, 'publicIPPrefix')) ?? newAddress(subscription, textAt(properties, 'publicIPAddressVersion'))
  return { ...body, properties: { ...properties, ipAddress } }
}

/** Of networks kept for documentation and benchmarks: RFC 5737, RFC 3849, RFC 2544. */
function newAddress(subscription: Subscription, version: string | undefined): string {
  subscription.publicAddresses += 1
  const count = subscription.publicAddresses
  if (version === 'IPv6') return addressAt('2001:db8:ffff::/48', count)
  return count < 255 ? addressAt('203.0.113.0/24', count) : addressAt('198.18.0.0/15', count)
}

function fromPrefix({ documents }: Subscription, id: string | undefined): string | undefined {
  const prefix = documents.element(id ?? '')
  const network = prefix === undefined ? undefined : textAt(propertiesOf(prefix), 'ipPrefix')
  if (prefix === undefined || network === undefined) return undefined
  const taken = new Set(documents.users(prefix.id).map(({ by }) => textAt(propertiesOf(by), 'ipAddress')))
  const size = 2 ** Math.min(16, (network.includes(':') ? 128 : 32) - Number(network.split('/')[1]))
  return Array.from({ length: size }, (_, at) => addressAt(network, at)).find((one) => !taken.has(one))
}

export const PUBLIC_IP_ADDRESSES: ResourceType = {
  path: PATHS.address,
  action: 'PublicIpAddress',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope(sku(SKUS)),
  fields: {
    ipAddress: text(),
    publicIPAddressVersion: VERSION,
    publicIPAllocationMethod: oneOf(['Static', 'Dynamic'], { or: 'Dynamic' }),
    idleTimeoutInMinutes: number({ or: 4 }),
    dnsSettings: object({ domainNameLabel: text(), domainNameLabelScope: text(), fqdn: text(), reverseFqdn: text() }),
    ipTags: IP_TAGS,
    publicIPPrefix: reference([PATHS.prefix], { whenMissing: 'NotFound', whileUpdating: 'accept' }),
    ipConfiguration: users([PATHS.frontend, PATHS.ipConfiguration], { isSingle: true }),
    ddosSettings: object(
      { protectionMode: text({ or: 'VirtualNetworkInherited' }), ddosProtectionPlan: reference([]) },
      { or: { protectionMode: 'VirtualNetworkInherited' }, isShown: ({ version, ...place }) => version >= '2022-01-01' && isStandard(place) },
    ),
    deleteOption: text(),
    natGateway: any({ isReadOnly: true }),
    servicePublicIPAddress: any({ isReadOnly: true }),
    linkedPublicIPAddress: reference([]),
    migrationPhase: text(),
  },
  checks: [timeoutFits, labelFits, isStandardStatic, ...KEPT, keepsPrefix, quotaFits],
  assign: assignAddress,
  finish: finishAddress,
  delay: 'address',
  retryAfter: { put: 1, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: true,
  inUse: ({ id }, [user]) =>
    new Refusal(
      'PublicIPAddressCannotBeDeleted',
      `Public IP address ${id} can not be deleted since it is still allocated to resource ${user?.by.id}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.`,
    ),
}

/** A /24 for each, cut to the length that is asked for. */
function finishPrefix(subscription: Subscription, { body }: Document): JsonObject {
  const properties = objectAt(body, 'properties')
  if (properties['ipPrefix'] !== undefined) return body
  subscription.publicAddresses += 1
  const length = numberAt(properties, 'prefixLength') ?? 28
  const network =
    textAt(properties, 'publicIPAddressVersion') === 'IPv6'
      ? addressAt('2001:db8:fffe::/48', subscription.publicAddresses * 4096)
      : addressAt('198.19.0.0/16', subscription.publicAddresses * 256)
  return { ...body, properties: { ...properties, ipPrefix: `${network}/${length}` } }
}

function assignPrefix({ previous, next }: Change): JsonObject {
  const held = previous === undefined ? undefined : textAt(propertiesOf(previous), 'ipPrefix')
  return held === undefined ? next : { ...next, properties: { ...objectAt(next, 'properties'), ipPrefix: held } }
}

export const PUBLIC_IP_PREFIXES: ResourceType = {
  path: PATHS.prefix,
  action: 'PublicIpPrefix',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope(sku(SKUS)),
  fields: {
    prefixLength: number({ or: 28 }),
    publicIPAddressVersion: VERSION,
    ipTags: IP_TAGS,
    ipPrefix: text({ isReadOnly: true }),
    publicIPAddresses: users([PATHS.address]),
    loadBalancerFrontendIpConfiguration: users([PATHS.frontend], { isSingle: true }),
    customIPPrefix: reference([]),
    natGateway: reference([]),
  },
  checks: [],
  assign: assignPrefix,
  finish: finishPrefix,
  delay: 'prefix',
  retryAfter: { put: 3, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: true,
  inUse: ({ id }, used) =>
    new Refusal(
      'PublicIPPrefixInUse',
      `Public IP prefix ${id} can not be deleted since it is in use by the following resources: ${used.map(({ by }) => by.id).join(', ')}.`,
    ),
}
