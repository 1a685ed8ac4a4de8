/** What a configuration sets of the load balancer as a whole, and what those that share one set of it together. */
import { sharedSettings } from '../../../../src/provider/kit/shared-settings.ts'
import { FIELDS } from '../../fields.ts'
import type { Want } from '../parties.ts'
import type { Attributes } from '../wanted/attributes.ts'
import { balancerAttributes, fieldOfBalancerAttribute, ZONAL_AFFINITY } from '../wanted/wanted-attributes.ts'

export type Groups =
  | { readonly kind: 'ours' }
  | { readonly kind: 'own'; readonly ids: readonly string[]; readonly backend: boolean }
  | { readonly kind: 'none' }

export interface SharedSettings {
  readonly scheme?: 'internal' | 'internet-facing'
  readonly name?: string
  readonly subnets?: readonly string[]
  readonly addressNames?: readonly string[]
  readonly privateIpv4Addresses?: readonly string[]
  readonly ipv6Addresses?: readonly string[]
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly ipv6SourceNat?: boolean
  readonly privateLinkRules?: boolean
  readonly capacityUnits?: number
  /** ARN of the load balancer that serves, and no other. */
  readonly adopt?: string
  /** Always set: a load balancer that one of its Services closes must not be opened by another. */
  readonly securityGroups: Groups
}

/** What those that share a load balancer set, and what follows from all of them together. */
export interface BalancerSettings extends SharedSettings {
  readonly attributes: Attributes
  readonly tags: Attributes
  /** Where no one sets it: of the first member's default. */
  readonly defaultScheme: 'internal' | 'internet-facing'
  /** Both families are requested, one will do. */
  readonly prefersDualStack: boolean
  readonly hasDatagrams: boolean
}

export const SHARED_SETTINGS = sharedSettings<Want, SharedSettings, 'attributes' | 'tags'>({
  of: 'load balancer',
  settings: {
    scheme: { field: FIELDS.scheme, valueOf: ({ want: { settings } }) => (settings.schemeIsExplicit ? settings.scheme : undefined) },
    name: { field: FIELDS.name, valueOf: ({ want }) => want.settings.name },
    subnets: { field: FIELDS.subnets, valueOf: ({ want }) => listed(want.settings.subnets) },
    addressNames: { field: FIELDS.addressNames, valueOf: ({ want }) => listed(want.settings.addressNames) },
    privateIpv4Addresses: { field: FIELDS.privateIpv4Addresses, valueOf: ({ want }) => listed(want.options.privateIpv4Addresses) },
    ipv6Addresses: { field: FIELDS.ipv6Addresses, valueOf: ({ want }) => listed(want.options.ipv6Addresses) },
    ipAddressType: {
      field: FIELDS.ipAddressType,
      valueOf: ({ want: { settings, options } }) => options.ipAddressType ?? (needsIpv6(settings) ? 'dualstack' : undefined),
    },
    ipv6SourceNat: { field: FIELDS.ipv6SourceNat, valueOf: ({ want }) => want.options.ipv6SourceNat },
    privateLinkRules: {
      field: FIELDS.privateLinkRules,
      valueOf: ({ want: { options } }) => (options.noSecurityGroups === true ? undefined : options.privateLinkRules),
    },
    capacityUnits: {
      field: FIELDS.capacityUnits,
      valueOf: ({ want: { options } }) => (options.capacityUnits === 0 ? undefined : options.capacityUnits),
    },
    adopt: { field: FIELDS.adopt, valueOf: ({ want }) => want.settings.adopt },
    securityGroups: { field: FIELDS.securityGroups, valueOf: ({ want }) => groupsOf(want), textOf: groupsText },
  },
  keyed: {
    attributes: {
      fieldOf: (key) => fieldOfBalancerAttribute(key) ?? `${FIELDS.loadBalancerAttributes} (${key})`,
      valuesOf: ({ want }) => balancerAttributes(want),
    },
    tags: { fieldOf: (key) => `${FIELDS.tags} (${key})`, valuesOf: ({ want }) => want.settings.tags },
  },
})

/** `shared`: what the members set together; there is at least one. */
export function balancerSettings(members: readonly Want[], shared: ReturnType<(typeof SHARED_SETTINGS)['of']>): BalancerSettings {
  const [first] = members
  if (first === undefined) throw new Error('a load balancer is asked for by no Service')
  return {
    ...shared,
    attributes: withZonalAffinity(shared.attributes, members),
    defaultScheme: first.want.settings.scheme,
    prefersDualStack: members.some(
      ({ want: { settings, options } }) => settings.families.length > 1 && !settings.needsAllFamilies && options.ipAddressType === undefined,
    ),
    hasDatagrams: members.some(({ want }) => want.settings.listeners.some(({ protocol }) => protocol === 'UDP')),
  }
}

/** It is a preference: what one of them sets of that attribute takes precedence, so that no two contradict each other. */
function withZonalAffinity(attributes: Attributes, members: readonly Want[]): Attributes {
  return members.some(({ want }) => want.settings.zonalAffinity === true) ? { ...ZONAL_AFFINITY, ...attributes } : attributes
}

function listed<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}

function needsIpv6({ families, needsAllFamilies }: Want['want']['settings']): boolean {
  return families.includes('IPv6') && (needsAllFamilies || families.length === 1)
}

function groupsOf({ settings: { securityGroups }, options }: Want['want']): Groups {
  if (options.noSecurityGroups === true) return { kind: 'none' }
  return securityGroups.length === 0 ? { kind: 'ours' } : { kind: 'own', ids: securityGroups.toSorted(), backend: options.manageBackendRules === true }
}

function groupsText(groups: Groups): string {
  if (groups.kind === 'own') return groups.ids.join(',')
  return groups.kind === 'none' ? 'no security groups' : 'a security group of ours'
}
