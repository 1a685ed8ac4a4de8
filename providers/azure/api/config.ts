/** What must be known to talk to Azure, found once. */
import { type CloudName, CLOUDS, type AzureCloud } from './clouds.ts'
import { defaultBalancerName } from '../names.ts'
import { idIn, parseId } from './ids.ts'
import type { Instance } from './metadata.ts'

/** As the settings say it. */
export interface AzureSettings {
  /** Marks what belongs to this cluster. */
  readonly clusterId: string
  readonly cloud: CloudName
  readonly subscription?: string | undefined
  readonly resourceGroup?: string | undefined
  readonly location?: string | undefined
  /** By name, in the resource group, or by id. */
  readonly virtualNetwork?: string | undefined
  /** By name, in the virtual network, or by id. */
  readonly subnet?: string | undefined
  /** By name, in the resource group, or by id. */
  readonly securityGroup?: string | undefined
  /** Default: made from the cluster's id. */
  readonly balancerName?: string | undefined
  /** Further load balancers, as `parseBalancer` reads them. Default: none. */
  readonly moreBalancers?: readonly string[] | undefined
  readonly ruleLimit: number
  readonly disableOutboundSnat: boolean
  /** Default: none, and Azure chooses. */
  readonly zones?: readonly string[] | undefined
  readonly endpoint?: string | undefined
}

/** A public and an internal load balancer, for the nodes that they have. */
export interface BalancerConfig {
  /** Of the public one; the internal one has the same with `-internal` behind it. */
  readonly name: string
  /** Names of nodes; one that ends in `*` stands for all that begin so. Absent: its share of the nodes that no other one names. */
  readonly nodes?: readonly string[]
}

export interface AzureConfig {
  readonly clusterId: string
  readonly cloud: AzureCloud
  readonly subscription: string
  /** Of the load balancers, and of public addresses that no Service puts elsewhere. */
  readonly resourceGroup: string
  readonly location: string
  /** Ids. */
  readonly virtualNetwork: string
  readonly subnet: string
  readonly securityGroup: string
  /** At least one. A node is in the load balancers of one of them, as Azure allows an interface one public and one internal load balancer. */
  readonly balancers: readonly BalancerConfig[]
  /** How many rules the interface of a node may be in. */
  readonly ruleLimit: number
  /** Backends may not use the addresses of Services as clients. */
  readonly disableOutboundSnat: boolean
  /** Of the addresses that are made, public and internal ones; empty: Azure chooses. */
  readonly zones: readonly string[]
  readonly endpoint?: string
}

/** Throws an Error that names the setting and what is allowed. `instance`: what the machine says of itself; asked only where a setting is missing. */
export async function readAzureConfig(settings: AzureSettings, instance: () => Promise<Instance | undefined>): Promise<AzureConfig> {
  const isWhole = settings.subscription !== undefined && settings.resourceGroup !== undefined && settings.location !== undefined
  const found = isWhole ? undefined : await instance()
  const subscription = settings.subscription ?? found?.subscription ?? missing('--azure-subscription', 'the id of the subscription of the cluster')
  const resourceGroup = settings.resourceGroup ?? found?.resourceGroup ?? missing('--azure-resource-group', 'the resource group for load balancers')
  const location = settings.location ?? found?.location ?? missing('--azure-location', 'the region of the cluster, like westeurope')
  const network = settings.virtualNetwork ?? missing('--azure-virtual-network', 'the virtual network in which the nodes are, by its name or id')
  const group = settings.securityGroup ?? missing('--azure-security-group', 'the network security group of the subnet of the nodes, by its name or id')
  const subnet = settings.subnet ?? missing('--azure-subnet', 'the subnet for internal addresses, by its name or id')
  const virtualNetwork = asId(network, () => idIn(subscription, resourceGroup, 'virtualNetworks', network))
  return {
    clusterId: settings.clusterId,
    cloud: CLOUDS[settings.cloud],
    subscription,
    resourceGroup,
    location,
    virtualNetwork,
    subnet: asId(subnet, () => `${virtualNetwork}/subnets/${subnet}`),
    securityGroup: asId(group, () => idIn(subscription, resourceGroup, 'networkSecurityGroups', group)),
    balancers: [
      { name: settings.balancerName ?? defaultBalancerName(settings.clusterId) },
      ...(settings.moreBalancers ?? []).flatMap((text) => parseBalancer(text) ?? []),
    ],
    ruleLimit: settings.ruleLimit,
    disableOutboundSnat: settings.disableOutboundSnat,
    zones: settings.zones ?? [],
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  }
}

/** 80 characters less those of `-internal`. The cluster's own controller has the load balancer `kubernetes`. */
const BALANCER = /^((?!kubernetes(?:-internal)?(?:=|$))[a-z0-9](?:[\w.-]{0,69}\w)?)(?:=([a-z0-9][\w.-]*\*?(?:\+[a-z0-9][\w.-]*\*?)*))?$/i

/** `NAME`, or `NAME=NODE+NODE*`: in the environment commas separate the values of a repeatable setting. Undefined: it is neither. */
export function parseBalancer(text: string): BalancerConfig | undefined {
  const [, name, nodes] = BALANCER.exec(text) ?? []
  return name === undefined ? undefined : { name, ...(nodes === undefined ? {} : { nodes: nodes.split('+') }) }
}

function asId(text: string, otherwise: () => string): string {
  return parseId(text) === undefined ? otherwise() : text
}

function missing(setting: string, allowed: string): never {
  throw new Error(`${setting} is not set, and the instance metadata service does not say it; allowed: ${allowed}`)
}
