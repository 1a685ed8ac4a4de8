/** Networks and subnetworks. */
import { type JsonObject, textAt } from '../../cloud/json.ts'
import { addressAt, canonicalCidr } from '../../cloud/networks.ts'
import { invalid } from '../compute/refusal.ts'
import { COMMON, any, flag, link, number, object, oneOf, text } from '../schema/field.ts'
import type { Change, ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS } from './common.ts'

const NETWORK_FIELDS = {
  ...COMMON,
  autoCreateSubnetworks: flag({ or: false, isFixed: true }),
  mtu: number(),
  routingConfig: object({ routingMode: oneOf(['REGIONAL', 'GLOBAL'], { or: 'REGIONAL' }), bgpBestPathSelectionMode: text({ or: 'LEGACY' }) }),
  networkFirewallPolicyEnforcementOrder: text({ or: 'AFTER_CLASSIC_FIREWALL' }),
  networkProfile: link([], { isFixed: true }),
  enableUlaInternalIpv6: flag(),
  internalIpv6Range: text(),
}

export const NETWORKS: ResourceType = {
  collection: COLLECTIONS.network,
  kind: 'network',
  service: 'networks',
  scope: 'global',
  fields: NETWORK_FIELDS,
  methods: ['insert', 'delete', 'patch'],
  delay: 'network',
  hasLinkWithId: true,
  checks: [],
  assign: ({ next }) => {
    const own = next['enableUlaInternalIpv6'] === false ? { ...next, enableUlaInternalIpv6: undefined } : next
    return own['enableUlaInternalIpv6'] === true && own['internalIpv6Range'] === undefined ? { ...own, internalIpv6Range: 'fd20:db8:0:0:0:0:0:0/48' } : own
  },
  refusesInUse: 'in the operation',
  patchOperation: 'updateNetwork',
  show: ({ resources }, { path }) => {
    const subnetworks = resources.users(path).filter(({ type }) => type.collection === COLLECTIONS.subnetwork)
    return subnetworks.length === 0 ? {} : { subnetworks: subnetworks.map((one) => one.path) }
  },
}

const SUBNETWORK_FIELDS = {
  ...COMMON,
  network: link([COLLECTIONS.network], { isFixed: true, isRequired: true }),
  ipCidrRange: text({ isRequired: true, isFixed: true }),
  gatewayAddress: text({ isReadOnly: true }),
  purpose: text({ or: 'PRIVATE', isFixed: true }),
  role: text(),
  state: text({ isReadOnly: true }),
  stackType: oneOf(['IPV4_ONLY', 'IPV4_IPV6', 'IPV6_ONLY']),
  ipv6AccessType: oneOf(['INTERNAL', 'EXTERNAL']),
  externalIpv6Prefix: text(),
  internalIpv6Prefix: text(),
  secondaryIpRanges: any(),
  logConfig: any(),
  enableFlowLogs: flag(),
  privateIpGoogleAccess: flag({ or: false }),
  privateIpv6GoogleAccess: text({ or: 'DISABLE_GOOGLE_ACCESS' }),
  allowSubnetCidrRoutesOverlap: flag({ or: false }),
}

export const SUBNETWORKS: ResourceType = {
  collection: COLLECTIONS.subnetwork,
  kind: 'subnetwork',
  service: 'subnetworks',
  scope: 'region',
  fields: SUBNETWORK_FIELDS,
  methods: ['insert', 'delete', 'patch'],
  delay: 'network',
  fingerprint: 'required',
  checks: [checkRange],
  assign: ({ next }) => withOwn(next),
}

function checkRange({ next }: Change): void {
  const range = textAt(next, 'ipCidrRange') ?? ''
  if (canonicalCidr(range, 'ipv4') !== range) throw invalid('ipCidrRange', range, 'Must be a canonical IPv4 CIDR.')
}

/** As recorded, by purpose: one for proxies has a state and no flow logs, one for NAT has no stack type. */
function withOwn(next: JsonObject): JsonObject {
  const purpose = textAt(next, 'purpose')
  const own = { ...next, gatewayAddress: addressAt(textAt(next, 'ipCidrRange') ?? '', 1) }
  if (purpose === 'REGIONAL_MANAGED_PROXY') return { ...own, state: 'READY' }
  const logs = { enableFlowLogs: false, logConfig: { enable: false } }
  return purpose === 'PRIVATE' ? { ...logs, stackType: 'IPV4_ONLY', ...own } : { ...logs, ...own }
}
