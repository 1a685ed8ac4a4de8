/** The settings of the Azure provider. */
import { readFileSync } from 'node:fs'
import { choice, CLUSTER, type Command, endpoint, flag, number, publish, type Setting, type SettingTable, shaped } from '../../src/model/setting.ts'
import { CLOUDS, type CloudName } from './api/clouds.ts'
import { parseBalancer } from './api/config.ts'

/** What a role is granted on is decided by these too. */
const WITH_PERMISSIONS: readonly Command[] = [...CLUSTER, 'permissions']

const CLOUD_NAMES = Object.keys(CLOUDS) as [CloudName, ...CloudName[]]
const MACHINE = 'what the machine says'

/** The name of an object, or its id where it is not where the others are. */
function nameOrId(commands: readonly Command[], type: string, doc: string): Setting<string | undefined> {
  const id = `/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Network/${type.replace('/', '/[^/]+/')}/[^/]+`
  const pattern = new RegExp(`^(?:[\\w.-]{1,80}|${id})$`, 'i')
  return shaped(commands, 'NAME|ID', { pattern, allowed: `a name, or an id that ends in ${type.replace('/', '/NAME/')}/NAME` }, `Azure provider: ${doc}`)
}

/** The file is read here: `plan` and `explain` on another machine do not have it. Its text is taken too, which is how it is published. */
function certificate(commands: readonly Command[], doc: string): Setting<string | undefined> {
  const parse = (value: string): string => {
    const pem = value.startsWith(PEM) ? value : textOf(value)
    if (!pem.includes(PEM)) throw new Error('a file in PEM format that can be read')
    return pem
  }
  return { commands, argument: 'FILE', doc, fallback: undefined, parse }
}

function zones(): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    if (!/^[1-9]$/.test(value)) throw new Error('the number of an availability zone, like 1')
    return [value]
  }
  const doc = 'Azure provider: an availability zone of the addresses that are made, public and internal ones; repeatable; they cannot be changed later'
  return { commands: CLUSTER, argument: 'ZONE', repeatable: true, doc, fallback: [], fallbackText: 'Azure chooses', parse }
}

function moreBalancers(): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    if (parseBalancer(value) === undefined)
      throw new Error('NAME, or NAME=NODES with names of nodes joined by +, which may end in *: shop=aks-shop-*+aks-misc-*')
    return [value]
  }
  const doc =
    'Azure provider: a further load balancer, and which nodes are in it; without NODES it shares those that none names; repeatable, for more rules than one has room for'
  return { commands: CLUSTER, argument: 'NAME[=NODES]', repeatable: true, doc, fallback: [], parse }
}

const PEM = '-----BEGIN CERTIFICATE-----'

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export const settings = {
  'azure-cloud': publish(choice(CLUSTER, CLOUD_NAMES, 'Azure provider: which of the Azure clouds the cluster is in')),
  'azure-subscription': publish(
    shaped(
      WITH_PERMISSIONS,
      'ID',
      { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, allowed: 'the id of a subscription, like 00000000-0000-0000-0000-000000000000' },
      'Azure provider: the subscription of the cluster',
      MACHINE,
    ),
  ),
  'azure-resource-group': publish(
    shaped(
      WITH_PERMISSIONS,
      'NAME',
      { pattern: /^[\w.()-]{1,90}$/, allowed: 'the name of a resource group' },
      'Azure provider: the resource group of the load balancers, and of public addresses that no Service puts elsewhere',
      MACHINE,
    ),
  ),
  'azure-location': publish(
    shaped(CLUSTER, 'NAME', { pattern: /^[a-z0-9]+$/, allowed: 'a region like westeurope' }, 'Azure provider: the region of the cluster', MACHINE),
  ),
  'azure-virtual-network': publish(nameOrId(WITH_PERMISSIONS, 'virtualNetworks', 'the virtual network in which the nodes are')),
  'azure-subnet': publish(nameOrId(WITH_PERMISSIONS, 'virtualNetworks/subnets', 'the subnet for internal addresses of Services that name none')),
  'azure-security-group': publish(nameOrId(WITH_PERMISSIONS, 'networkSecurityGroups', 'the network security group of the subnet of the nodes')),
  'azure-load-balancer-name': publish(
    shaped(
      CLUSTER,
      'NAME',
      {
        // 80 characters less those of `-internal`. The cluster's own controller has the load balancer `kubernetes`.
        pattern: /^(?!kubernetes(?:-internal)?$)[a-z0-9](?:[\w.-]{0,69}\w)?$/i,
        allowed: 'up to 71 letters, digits, dots, hyphens and underscores, and not kubernetes, which belongs to another controller',
      },
      'Azure provider: the name of the public load balancer; the internal one has the same with -internal behind it',
      'made from the cluster id',
    ),
  ),
  'azure-more-load-balancers': publish(moreBalancers()),
  'azure-zones': publish(zones()),
  'azure-rule-limit': publish(
    number(CLUSTER, { least: 1, most: 1500 }, 'Azure provider: how many load-balancing rules the network interface of a node may be in', 300),
  ),
  'azure-disable-outbound-snat': publish(
    flag(CLUSTER, 'Azure provider: nodes do not open connections to the Internet from the addresses of Services', {
      off: 'let nodes that have no other way open connections to the Internet from the addresses of Services',
    }),
  ),
  'azure-endpoint': publish(endpoint(CLUSTER, "Azure provider: the endpoint of Azure Resource Manager, in place of Azure's own")),
  'azure-endpoint-ca': publish(
    certificate(CLUSTER, 'Azure provider: the authority that signed the certificate of that endpoint, as PEM; for an emulated cloud'),
  ),
} as const satisfies SettingTable
