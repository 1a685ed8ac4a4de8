/** What must be known to talk to Google Cloud, found once. */
import { idIn, parseId } from './ids.ts'
import type { Machine } from './metadata.ts'

/** As the settings say it. */
export interface GcpSettings {
  /** Marks what belongs to this cluster. */
  readonly clusterId: string
  readonly project?: string | undefined
  readonly region?: string | undefined
  /** By name, in the project, or by id: of another project, where the network is shared. */
  readonly network?: string | undefined
  /** By name, in the project of the network, or by id. */
  readonly subnetwork?: string | undefined
  /** Network tags that all nodes have. */
  readonly nodeTags?: readonly string[] | undefined
  /** The email addresses of the service accounts that the nodes run as. */
  readonly nodeServiceAccounts?: readonly string[] | undefined
  readonly endpoint?: string | undefined
}

/** Which machines firewall rules are for. Neither: all of the network, and the address of the load balancer alone narrows them. */
export type FirewallTargets =
  | { readonly targetTags: readonly string[] }
  | { readonly targetServiceAccounts: readonly string[] }
  | Readonly<Record<string, never>>

export interface GcpConfig {
  readonly clusterId: string
  /** Of the load balancers. */
  readonly project: string
  readonly region: string
  /** Ids. Firewall rules are in the project of the network. */
  readonly network: string
  readonly networkProject: string
  /** Of Services that name none. Absent: Google finds it, where the network makes its subnets itself. */
  readonly subnetwork?: string
  readonly firewallTargets: FirewallTargets
  readonly endpoint?: string
}

/** Throws an Error that names the setting and what is allowed. `machine`: what the machine says of itself; asked only where a setting is missing. */
export async function readGcpConfig(settings: GcpSettings, machine: () => Promise<Machine>): Promise<GcpConfig> {
  const isWhole = settings.project !== undefined && settings.region !== undefined && settings.network !== undefined
  const found = isWhole ? {} : await machine()
  const project = settings.project ?? found.project ?? missing('--gcp-project', 'the id of the project of the cluster')
  const region = settings.region ?? found.region ?? missing('--gcp-region', 'the region of the cluster, like europe-west1')
  const named = settings.network ?? found.network ?? missing('--gcp-network', 'the VPC network in which the nodes are, by its name or id')
  const network = parseId(named) === undefined ? idIn(project, 'global', 'networks', named) : named
  const networkProject = parseId(network)?.project ?? project
  return {
    clusterId: settings.clusterId,
    project,
    region,
    network,
    networkProject,
    firewallTargets: targetsOf(settings),
    ...(settings.subnetwork === undefined ? {} : { subnetwork: subnetworkId(settings.subnetwork, networkProject, region) }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  }
}

/** Throws an Error where a subnet is in another region: no load balancer here can have it. */
function subnetworkId(named: string, project: string, region: string): string {
  const id = parseId(named)
  if (id === undefined) return idIn(project, { region }, 'subnetworks', named)
  if (typeof id.scope === 'object' && 'region' in id.scope && id.scope.region === region) return named
  throw new Error(`--gcp-subnetwork is ${named}, which is not in the region ${region}; allowed: a subnet of that region, by its name or id`)
}

/** Google takes one kind of target in a rule. */
function targetsOf({ nodeTags = [], nodeServiceAccounts = [] }: GcpSettings): FirewallTargets {
  if (nodeTags.length > 0 && nodeServiceAccounts.length > 0) {
    throw new Error('--gcp-node-tags and --gcp-node-service-accounts are both set; allowed: one of them, as a firewall rule has one kind of target')
  }
  if (nodeTags.length > 0) return { targetTags: nodeTags }
  return nodeServiceAccounts.length > 0 ? { targetServiceAccounts: nodeServiceAccounts } : {}
}

function missing(setting: string, allowed: string): never {
  throw new Error(`${setting} is not set, and the metadata server does not say it; allowed: ${allowed}`)
}
