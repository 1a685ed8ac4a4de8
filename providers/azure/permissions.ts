/**
 * Every right the adapter uses, what for, and on what: as data, and as a custom role. Beside what is called, Azure asks for the right to join each object that
 * a written document refers to. Source: learn.microsoft.com, "Azure permissions for Networking"; kubernetes-sigs/cloud-provider-azure,
 * `content/en/topics/azure-permissions.md`. A right that the role lacks shows as `Denied` on the Services that need it.
 */
import { SettingError, type ValuesOf } from '../../src/model/setting.ts'
import type { PermissionFeature, PermissionOptions, ProviderPermissions } from '../../src/provider/permissions.ts'
import { parseId } from './api/ids.ts'
import type { settings as rows } from './settings.ts'

type Settings = Pick<ValuesOf<typeof rows>, 'azure-subscription' | 'azure-resource-group' | 'azure-virtual-network' | 'azure-subnet' | 'azure-security-group'>

export interface Permission {
  /** `core` is in every role. */
  readonly feature: 'core' | FeatureName
  /** Without `Microsoft.Network/`. */
  readonly actions: readonly string[]
  /** Objects in whose resource group the role is needed. */
  readonly on: string
  readonly why: string
}

export type FeatureName = keyof typeof FEATURES

export const FEATURES = {
  addresses: { what: 'public addresses made for Services; without it each internet-facing Service names one that exists', byDefault: true },
  internal: { what: 'internal load balancers', byDefault: true },
  firewall: { what: 'security rules; without it each Service says that it wants none (`azure-disable-load-balancer-nsg-rule`)', byDefault: true },
  prefixes: { what: "public addresses from a prefix (Azure's annotation `azure-pip-prefix-id`)", byDefault: true },
  adopt: { what: 'taking over a public address (`fairlead.dev/adopt`); part of `addresses` too', byDefault: false },
  'other-groups': { what: 'public addresses and prefixes in other resource groups of the subscription', byDefault: false },
  'application-groups': { what: 'a security group in which rules of others name application security groups', byDefault: false },
  'ddos-plans': { what: 'public addresses that others put under a DDoS protection plan', byDefault: false },
} as const satisfies Readonly<Record<string, PermissionFeature>>

export const PERMISSIONS: readonly Permission[] = [
  {
    feature: 'core',
    on: 'load balancers',
    why: 'to see, make, change and delete those of the cluster; a rule joins its backend pool',
    actions: ['loadBalancers/read', 'loadBalancers/write', 'loadBalancers/delete', 'loadBalancers/backendAddressPools/join/action'],
  },
  {
    feature: 'core',
    on: 'public addresses',
    why: 'to see them, and to put them on a load balancer',
    actions: ['publicIPAddresses/read', 'publicIPAddresses/join/action'],
  },
  {
    feature: 'core',
    on: 'the virtual network',
    why: 'backends are given by their addresses in it',
    actions: ['virtualNetworks/join/action', 'virtualNetworks/joinLoadBalancer/action', 'virtualNetworks/subnets/joinLoadBalancer/action'],
  },
  { feature: 'core', on: 'the subscription', why: 'to see how a change ended that takes a while', actions: ['locations/operations/read'] },
  {
    feature: 'firewall',
    on: 'the security group',
    why: 'to allow clients; the group is written as a whole',
    actions: ['networkSecurityGroups/read', 'networkSecurityGroups/write'],
  },
  {
    feature: 'addresses',
    on: 'public addresses',
    why: 'to make, change and delete those of Services',
    actions: ['publicIPAddresses/write', 'publicIPAddresses/delete'],
  },
  { feature: 'internal', on: 'the subnet', why: 'to take an address of it', actions: ['virtualNetworks/subnets/join/action'] },
  {
    feature: 'prefixes',
    on: 'prefixes of public addresses',
    why: 'to take an address of one',
    actions: ['publicIPPrefixes/join/action'],
  },
  {
    feature: 'adopt',
    on: 'public addresses',
    why: 'our mark is written first; Azure does not distinguish addresses by their tags',
    actions: ['publicIPAddresses/write'],
  },
  {
    feature: 'other-groups',
    on: 'public addresses and prefixes of other resource groups',
    why: 'the role is assigned there too',
    actions: ['publicIPAddresses/read', 'publicIPAddresses/join/action'],
  },
  {
    feature: 'application-groups',
    on: 'application security groups',
    why: 'rules of others go with the group that is written',
    actions: ['applicationSecurityGroups/joinNetworkSecurityRule/action'],
  },
  { feature: 'ddos-plans', on: 'DDoS protection plans', why: 'the plan goes with the address that is written', actions: ['ddosProtectionPlans/join/action'] },
]

const NAMESPACE = 'Microsoft.Network'

/** As `az role definition create` takes it. Throws a SettingError that names the setting which it cannot do without. */
function document({ features, clusterId, settings }: PermissionOptions<Settings>): string {
  const granted = PERMISSIONS.filter(({ feature }) => feature === 'core' || features.has(feature))
  const actions = new Set(granted.flatMap((permission) => permission.actions.map((action) => `${NAMESPACE}/${action}`)))
  const role = {
    // A role's name exists once in a directory.
    Name: clusterId === undefined ? 'Fairlead' : `Fairlead ${clusterId}`,
    IsCustom: true,
    Description: 'Load balancers for Services of Kubernetes',
    Actions: [...actions].toSorted(),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: scopesOf(settings, features.has('other-groups')),
  }
  return `${JSON.stringify(role, undefined, 2)}\n`
}

/** Where the role may be assigned: the resource groups of what the settings name, or all of the subscription. */
function scopesOf(settings: Settings, isEverywhere: boolean): readonly string[] {
  const subscription = settings['azure-subscription'] ?? missing('azure-subscription', 'the id of the subscription of the cluster')
  if (isEverywhere) return [`/subscriptions/${subscription}`]
  const group = settings['azure-resource-group'] ?? missing('azure-resource-group', 'the resource group of the load balancers')
  const elsewhere = [settings['azure-virtual-network'], settings['azure-subnet'], settings['azure-security-group']].flatMap((text) => {
    const id = parseId(text ?? '')
    return id === undefined ? [] : [scopeOf(id.subscription, id.group)]
  })
  const own = scopeOf(subscription, group)
  const others = elsewhere.filter((scope) => scope.toLowerCase() !== own.toLowerCase())
  return [own, ...new Set(others)]
}

function scopeOf(subscription: string, group: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}`
}

function missing(setting: string, allowed: string): never {
  throw new SettingError(
    `--${setting} is not set; allowed: ${allowed}. A role says where it may be assigned: fairlead permissions azure --azure-subscription ID --azure-resource-group GROUP`,
  )
}

export const permissions: ProviderPermissions<Settings> = { features: FEATURES, document }
