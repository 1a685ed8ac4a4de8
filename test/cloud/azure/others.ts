/** Another writer of the documents that we write too: it keeps parts of its own in them, of kinds and with members that we know nothing of. */
import type { AzureEmulator, Json, JsonObject } from '../../../emulators/azure/index.ts'
import { clusterTags } from '../../../providers/azure/marks.ts'
import { idOf, othersAddress, readDocument, schemeName, STANDARD } from './foreign.ts'

export interface Others {
  /** It changes something of its own in each document. */
  write(): void
  /** What it keeps there, as it is and as it was written. */
  parts(): { readonly found: unknown; readonly expected: unknown }
}

/** The load balancers were made for the cluster; what it keeps there was before us. */
export function addOthers(azure: AzureEmulator, clusterId: string): Others {
  const names = { outside: schemeName(clusterId, 'internet-facing'), inside: schemeName(clusterId, 'internal') }
  const ids = { outside: idOf(azure, 'loadBalancers', names.outside), inside: idOf(azure, 'loadBalancers', names.inside), group: azure.cloud.ids.securityGroup }
  write(azure, ids.outside, {
    ...STANDARD,
    tags: { team: 'network', ...clusterTags(clusterId) },
    properties: outside(ids.outside, othersAddress(azure, 3), azure),
  })
  write(azure, ids.inside, { ...STANDARD, tags: { team: 'network', ...clusterTags(clusterId) }, properties: inside(ids.inside, azure) })
  write(azure, ids.group, { ...readDocument(azure, ids.group), tags: { team: 'security' }, properties: { securityRules: RULES } })
  const all = Object.values(ids)
  let expected = all.map((id) => partsOf(azure, id))
  let turn = 0
  return {
    write() {
      turn += 1
      for (const id of all) {
        const document = readDocument(azure, id)
        write(azure, id, { ...document, tags: { ...(document['tags'] as JsonObject), turn: String(turn) } })
      }
      expected = expected.map((one) => ({ ...one, tags: { ...one.tags, turn: String(turn) } }))
    },
    parts: () => ({ found: all.map((id) => partsOf(azure, id)), expected }),
  }
}

const LISTS = [
  'frontendIPConfigurations',
  'backendAddressPools',
  'loadBalancingRules',
  'probes',
  'inboundNatRules',
  'outboundRules',
  'inboundNatPools',
  'securityRules',
] as const

function outside(id: string, address: string, { cloud }: AzureEmulator): JsonObject {
  const at = (list: string, name: string) => ({ id: `${id}/${list}/${name}` })
  const [frontend, pool] = [at('frontendIPConfigurations', 'others'), at('backendAddressPools', 'others')]
  return {
    frontendIPConfigurations: [
      { name: 'others', properties: { publicIPAddress: { id: address }, ddosSettings: { protectionMode: 'VirtualNetworkInherited' } } },
    ],
    backendAddressPools: [
      {
        name: 'others',
        properties: {
          drainPeriodInSeconds: 90,
          virtualNetwork: { id: cloud.ids.virtualNetwork },
          loadBalancerBackendAddresses: [{ name: 'appliance', properties: { ipAddress: '10.0.0.200', adminState: 'Up' } }],
        },
      },
    ],
    probes: [{ name: 'others', properties: { protocol: 'Tcp', port: 22, intervalInSeconds: 15, noHealthyBackendsBehavior: 'AllProbedUp' } }],
    loadBalancingRules: [
      {
        name: 'others',
        properties: {
          frontendIPConfiguration: frontend,
          backendAddressPool: pool,
          backendAddressPools: [pool],
          probe: at('probes', 'others'),
          protocol: 'Tcp',
          frontendPort: 8_022,
          backendPort: 22,
          disableOutboundSnat: true,
          enableConnectionTracking: true,
        },
      },
    ],
    inboundNatRules: [{ name: 'others', properties: { frontendIPConfiguration: frontend, protocol: 'Tcp', frontendPort: 50_022, backendPort: 22 } }],
    outboundRules: [
      { name: 'others', properties: { frontendIPConfigurations: [frontend], backendAddressPool: pool, protocol: 'All', allocatedOutboundPorts: 1_024 } },
    ],
  }
}

function inside(id: string, { cloud }: AzureEmulator): JsonObject {
  const frontendIPConfiguration = { id: `${id}/frontendIPConfigurations/others` }
  const subnet = { id: cloud.ids.subnets['internal'] ?? '' }
  return {
    frontendIPConfigurations: [
      { name: 'others', zones: ['1', '2'], properties: { subnet, privateIPAddress: '10.0.16.200', privateIPAllocationMethod: 'Static' } },
    ],
    inboundNatRules: [{ name: 'others', properties: { frontendIPConfiguration, protocol: 'Udp', frontendPort: 50_053, backendPort: 53 } }],
  }
}

const ANY = { sourcePortRange: '*', destinationPortRange: '22', protocol: 'Tcp', access: 'Allow' } as const
const APPLICATION = '/subscriptions/any/resourceGroups/any/providers/Microsoft.Network/applicationSecurityGroups/jump'

/** On numbers that we would take otherwise, and in the other direction on the next one. */
const RULES = [
  {
    name: 'jump',
    properties: { ...ANY, direction: 'Inbound', priority: 500, sourceApplicationSecurityGroups: [{ id: APPLICATION }], destinationAddressPrefix: '*' },
  },
  {
    name: 'office',
    properties: { ...ANY, direction: 'Inbound', priority: 502, sourceAddressPrefixes: ['192.0.2.128/25', '10.0.200.0/24'], destinationAddressPrefix: '*' },
  },
  {
    name: 'out',
    properties: { ...ANY, direction: 'Outbound', priority: 501, sourceAddressPrefix: '*', destinationAddressPrefix: 'Internet', description: 'for updates' },
  },
]

function write({ cloud }: AzureEmulator, path: string, body: JsonObject): void {
  cloud.call({ method: 'PUT', path, body })
}

interface Parts {
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  readonly children: readonly string[]
}

/** Its tags, and its children byte by byte but for what Azure itself writes into them. */
function partsOf(azure: AzureEmulator, id: string): Parts {
  const { tags, properties } = readDocument(azure, id) as {
    readonly tags?: Readonly<Record<string, string>>
    readonly properties: Readonly<Record<string, unknown>>
  }
  const own = Object.entries(tags ?? {}).filter(([name]) => name === 'team' || name === 'turn')
  const children = LISTS.flatMap((list) => (properties[list] ?? []) as readonly JsonObject[])
  return { id, tags: Object.fromEntries(own), children: children.filter(({ name }) => OWN_NAMES.has(name ?? null)).map(withoutState) }
}

const OWN_NAMES: ReadonlySet<Json> = new Set(['others', 'jump', 'office', 'out'])

function withoutState(child: JsonObject): string {
  return JSON.stringify(child, (name, value: unknown) => (name === 'etag' || name === 'provisioningState' ? undefined : value))
}
