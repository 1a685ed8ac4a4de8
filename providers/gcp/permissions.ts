/**
 * Every permission the adapter uses, what for, and in which project: as data, and as a custom role. Beside what is called, IAM asks for a permission on each
 * object that a written document refers to. A permission that the role lacks shows as `Denied` on the Services that need it.
 */
import { SettingError, type ValuesOf } from '../../src/model/setting.ts'
import type { PermissionFeature, PermissionOptions, ProviderPermissions } from '../../src/provider/permissions.ts'
import { parseId } from './api/ids.ts'
import { permissionsOfCall } from './permissions-of-calls.ts'
import type { settings as rows } from './settings.ts'

type Settings = Pick<ValuesOf<typeof rows>, 'gcp-project' | 'gcp-network'>

export interface Permission {
  /** `core` is in every role. */
  readonly feature: 'core' | Exclude<FeatureName, 'host-project'>
  /** Of the load balancers, or of the network: another one, where it is shared. */
  readonly project: 'load balancers' | 'network'
  readonly on: string
  /** As the API names them. */
  readonly calls: readonly string[]
  /** On what documents refer to, without `compute.`. */
  readonly uses: readonly string[]
  readonly why: string
}

export type FeatureName = keyof typeof FEATURES

export const FEATURES = {
  external: { what: 'internet-facing load balancers', byDefault: true },
  'external-ipv6': { what: 'public IPv6 addresses', byDefault: true },
  internal: { what: 'internal load balancers', byDefault: true },
  firewall: {
    what: 'firewall rules; without it, in a network that another project shares, each Service says which command the administrator of the network has to run',
    byDefault: true,
  },
  'host-project': {
    what: 'the role for the project that shares its network (shared VPC), instead of the role for the project of the load balancers',
    byDefault: false,
  },
} as const satisfies Readonly<Record<string, PermissionFeature>>

const calls = (service: string, ...methods: readonly string[]): readonly string[] => methods.map((method) => `${service}.${method}`)

export const PERMISSIONS: readonly Permission[] = [
  {
    feature: 'core',
    project: 'load balancers',
    on: 'forwarding rules',
    calls: calls('forwardingRules', 'list', 'get', 'insert', 'patch', 'delete'),
    uses: ['regionBackendServices.use'],
    why: 'to see, make, change and delete those of the cluster; a rule refers to its backend service',
  },
  {
    feature: 'core',
    project: 'load balancers',
    on: 'backend services',
    calls: calls('regionBackendServices', 'list', 'get', 'insert', 'update', 'delete'),
    uses: ['regionHealthChecks.useReadOnly', 'instanceGroups.use'],
    why: 'the same; one refers to its health check and its instance groups',
  },
  {
    feature: 'core',
    project: 'load balancers',
    on: 'health checks',
    calls: calls('regionHealthChecks', 'list', 'get', 'insert', 'patch', 'delete'),
    uses: [],
    why: 'the same',
  },
  {
    feature: 'core',
    project: 'load balancers',
    on: 'instance groups',
    calls: calls('instanceGroups', 'aggregatedList', 'get', 'insert', 'delete', 'listInstances', 'addInstances', 'removeInstances'),
    uses: [],
    why: 'one in each zone has the nodes; a node that is added is used',
  },
  {
    feature: 'core',
    project: 'load balancers',
    on: 'addresses',
    calls: calls('addresses', 'list', 'get'),
    uses: [],
    why: 'to see those that Services name, and those that are made for them',
  },
  {
    feature: 'core',
    project: 'network',
    on: 'subnets',
    calls: calls('subnetworks', 'list'),
    uses: [],
    why: 'to see whether the subnet that a Service names can be had',
  },
  {
    feature: 'core',
    project: 'load balancers',
    on: 'operations',
    calls: [...calls('regionOperations', 'get', 'list'), ...calls('zoneOperations', 'get', 'list')],
    uses: [],
    why: 'to see how a change ended, or how many did in one call',
  },
  {
    feature: 'external',
    project: 'load balancers',
    on: 'public addresses',
    calls: calls('addresses', 'insert', 'delete'),
    uses: ['addresses.use'],
    why: 'to keep the address of a Service while its forwarding rules are replaced, and to use one that a Service names',
  },
  {
    feature: 'external-ipv6',
    project: 'network',
    on: 'the subnet',
    calls: [],
    uses: ['subnetworks.use', 'subnetworks.useExternalIp'],
    why: 'a public IPv6 address is one of a subnet',
  },
  {
    feature: 'internal',
    project: 'load balancers',
    on: 'internal addresses',
    calls: [],
    uses: ['addresses.createInternal', 'addresses.deleteInternal', 'addresses.useInternal'],
    why: 'as for public ones',
  },
  {
    feature: 'internal',
    project: 'network',
    on: 'the network, and the subnet',
    calls: [],
    uses: ['networks.use', 'subnetworks.use'],
    why: 'an internal load balancer is in one',
  },
  {
    feature: 'firewall',
    project: 'network',
    on: 'firewall rules of the network',
    calls: [...calls('firewalls', 'list', 'get', 'insert', 'patch', 'delete'), ...calls('globalOperations', 'get', 'list')],
    uses: [],
    why: "to allow clients and Google's health checks, and to deny the rest",
  },
]

/** Without `compute.`; of a call to be made, and of what is referred to. */
export function actionsOf({ calls: made, uses }: Pick<Permission, 'calls' | 'uses'>): readonly string[] {
  return [...new Set([...made.flatMap(permissionsOfCall), ...uses])]
}

/** As `gcloud iam roles create --file` takes it. Throws a SettingError that names the setting which it cannot do without. */
function document({ features, clusterId, settings }: PermissionOptions<Settings>): string {
  const isHost = features.has('host-project')
  const places: readonly Permission['project'][] = isHost ? ['network'] : isShared(settings) ? ['load balancers'] : ['load balancers', 'network']
  const granted = PERMISSIONS.filter(({ feature, project }) => places.includes(project) && (feature === 'core' || features.has(feature)))
  const permissions = [...new Set(granted.flatMap(actionsOf))].toSorted()
  const title = `Fairlead${isHost ? ' network' : ''}${clusterId === undefined ? '' : ` ${clusterId}`}`
  return [
    // JSON's texts are YAML's: a cluster id may hold what YAML reads as something else.
    `title: ${JSON.stringify(title)}`,
    'description: Load balancers for Services of Kubernetes',
    'stage: GA',
    'includedPermissions:',
    ...permissions.map((permission) => `- compute.${permission}`),
    '',
  ].join('\n')
}

/** Whether the network is another project's: the permissions on it are then of no use in the project of the load balancers. */
function isShared({ 'gcp-project': project, 'gcp-network': network }: Settings): boolean {
  const host = parseId(network ?? '')?.project
  if (host === undefined) return false
  if (project !== undefined) return project !== host
  throw new SettingError(`--gcp-network names a network of the project ${host}, and --gcp-project is not set; allowed: the id of the project of the cluster`)
}

export const permissions: ProviderPermissions<Settings> = { features: FEATURES, document }
