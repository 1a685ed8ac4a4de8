/** Damage by hand at Azure, in documents that people may write too: found by the next inventory, repaired, and reported. What is not ours stays as it is. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../emulators/azure/index.ts'
import { calls, type Damage, damages, HOUR_MS, pagesOf, reasons, served } from '../damaged.ts'
import { editDocument, idOf, putAddress, schemeName } from './foreign.ts'
import { onServer } from './frame.ts'
import { CLUSTER_ID, type World } from './world.ts'

const open = onServer()

const balancer = ({ azure }: World): string => idOf(azure, 'loadBalancers', schemeName(CLUSTER_ID, 'internet-facing'))
const group = ({ azure }: World): string => azure.cloud.ids.securityGroup
const propertiesOf = (child: JsonObject): JsonObject => child['properties'] as JsonObject
const nameOf = (child: JsonObject | undefined): string => JSON.stringify(child?.['name'] ?? '').slice(1, -1)
const isOurs = (child: JsonObject): boolean => /^(fl_|fairlead-)/.test(nameOf(child))
const list = (properties: Readonly<Record<string, readonly JsonObject[]>>, name: string): readonly JsonObject[] => properties[name] ?? []
const with1 = (child: JsonObject, change: JsonObject): JsonObject => ({ ...child, properties: { ...propertiesOf(child), ...change } })

/** Only the Service that gets hurt has port 81. */
const isPort = (child: JsonObject, port: number): boolean => propertiesOf(child)['frontendPort'] === port
const opens = (child: JsonObject, port: string): boolean => JSON.stringify(propertiesOf(child)['destinationPortRanges'] ?? []).includes(port)

function frontendOfWeb(properties: Readonly<Record<string, readonly JsonObject[]>>): string {
  const rule = list(properties, 'loadBalancingRules').find((one) => isPort(one, 81))
  const { id = '' } = (rule === undefined ? {} : propertiesOf(rule)['frontendIPConfiguration']) as { readonly id?: string }
  return id
}

const refersTo = (child: JsonObject, id: string): boolean => JSON.stringify(propertiesOf(child)['frontendIPConfiguration'] ?? '').includes(id)

const DAMAGES: readonly Damage<World>[] = [
  {
    what: 'a security rule of ours deleted',
    hurt: (world) =>
      editDocument(world.azure, group(world), ({ securityRules = [] }) => ({
        securityRules: securityRules.filter((one) => !isOurs(one) || !opens(one, '81')),
      })),
    repair: ['PutNetworkSecurityGroup'],
    isFelt: true,
  },
  {
    what: 'a security rule of ours closed',
    hurt: (world) =>
      editDocument(world.azure, group(world), ({ securityRules = [] }) => ({
        securityRules: securityRules.map((one) => (isOurs(one) && opens(one, '81') ? with1(one, { access: 'Deny' }) : one)),
      })),
    repair: ['PutNetworkSecurityGroup'],
    isFelt: true,
  },
  {
    what: "the priority of a security rule of ours taken by a person's",
    hurt: (world) =>
      editDocument(world.azure, group(world), ({ securityRules = [] }) => ({
        securityRules: securityRules.map((one) =>
          isOurs(one) && opens(one, '81') ? { name: 'person', properties: { ...propertiesOf(one), sourceAddressPrefix: '10.9.9.0/24' } } : one,
        ),
      })),
    repair: ['PutNetworkSecurityGroup'],
    isFelt: true,
  },
  {
    what: 'the probe of all Services changed',
    hurt: (world) => editDocument(world.azure, balancer(world), ({ probes = [] }) => ({ probes: probes.map((one) => with1(one, { intervalInSeconds: 300 })) })),
    repair: ['PutLoadBalancer'],
    isFelt: false,
    isShared: true,
  },
  {
    what: 'a load-balancing rule deleted',
    hurt: (world) =>
      editDocument(world.azure, balancer(world), (properties) => {
        const frontend = frontendOfWeb(properties)
        return { loadBalancingRules: list(properties, 'loadBalancingRules').filter((one) => !(isPort(one, 80) && refersTo(one, frontend))) }
      }),
    repair: ['PutLoadBalancer'],
    isFelt: true,
  },
  {
    what: 'the floating IP of a rule turned off',
    hurt: (world) =>
      editDocument(world.azure, balancer(world), (properties) => {
        const frontend = frontendOfWeb(properties)
        const rules = list(properties, 'loadBalancingRules')
        return {
          loadBalancingRules: rules.map((one) =>
            refersTo(one, frontend) ? with1(one, { enableFloatingIP: false, backendPort: isPort(one, 80) ? 8_080 : 8_081 }) : one,
          ),
        }
      }),
    repair: ['PutLoadBalancer'],
    isFelt: true,
  },
  {
    what: 'a frontend removed, with its rules',
    hurt: (world) =>
      editDocument(world.azure, balancer(world), (properties) => {
        const frontend = frontendOfWeb(properties)
        return {
          frontendIPConfigurations: list(properties, 'frontendIPConfigurations').filter((one) => !frontend.endsWith(`/${nameOf(one)}`)),
          loadBalancingRules: list(properties, 'loadBalancingRules').filter((one) => !refersTo(one, frontend)),
        }
      }),
    repair: ['PutLoadBalancer'],
    isFelt: true,
  },
  {
    what: 'the nodes taken out of the pool',
    hurt: (world) =>
      editDocument(world.azure, balancer(world), ({ backendAddressPools = [] }) => ({
        backendAddressPools: backendAddressPools.map((one) => with1(one, { loadBalancerBackendAddresses: [] })),
      })),
    repair: ['PutLoadBalancer'],
    isFelt: true,
    isShared: true,
  },
  {
    what: 'the load balancer deleted',
    hurt: (world) => void world.azure.cloud.call({ method: 'DELETE', path: balancer(world) }),
    repair: ['PutLoadBalancer'],
    looks: ['GetLoadBalancer'],
    isFelt: true,
    isShared: true,
  },
]

damages(open, DAMAGES)

test('an outbound rule that a person adds, with its frontend and pool, costs no call and outlives every change and the last Service', async () => {
  const world = await served(open)
  const pages = await pagesOf(world)
  const { azure } = world
  const id = balancer(world)
  const address = putAddress(azure, 'outbound')
  editDocument(azure, id, ({ frontendIPConfigurations = [], backendAddressPools = [] }) => ({
    frontendIPConfigurations: [...frontendIPConfigurations, { name: 'outbound', properties: { publicIPAddress: { id: address } } }],
    backendAddressPools: [...backendAddressPools, { name: 'outbound', properties: { drainPeriodInSeconds: 90 } }],
    outboundRules: [
      {
        name: 'outbound',
        properties: {
          protocol: 'All',
          frontendIPConfigurations: [{ id: `${id}/frontendIPConfigurations/outbound` }],
          backendAddressPool: { id: `${id}/backendAddressPools/outbound` },
        },
      },
    ],
  }))
  const foreign = world.foreign().filter((text) => text.includes('/outbound '))
  expect(foreign).toHaveLength(3)
  const { mark } = azure.journal
  await world.pass(HOUR_MS)
  expect([calls(world, mark, 'write'), calls(world, mark, 'read')]).toEqual([[], pages])
  expect(await reasons(world, 'web')).not.toContain('Repaired')
  await world.cluster.change('web', { spec: { ports: [{ name: 'a', port: 80 }] } })
  await world.until('the port is gone', async () => (await world.reach('web', 81)) !== 'web')
  for (const name of ['web', 'neighbour']) await world.cluster.remove(name)
  for (const name of ['web', 'neighbour']) await world.gone(name)
  await world.pass(600_000)
  expect(world.foreign().filter((text) => text.includes('/outbound '))).toEqual(foreign)
  expect(world.owned().filter((text) => !text.startsWith('loadBalancers '))).toEqual([])
})
