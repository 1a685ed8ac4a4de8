/** The documents that we compose, written over HTTPS with the SDK's client to the emulated Azure, and found as they are wanted when they are read again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AzureEmulator, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import type { AzureApi } from '../../../providers/azure/api/calls.ts'
import { LIMITS } from '../../../providers/azure/api/calls.ts'
import { azureClient } from '../../../providers/azure/api/client.ts'
import { CLOUDS } from '../../../providers/azure/api/clouds.ts'
import type { LoadBalancer, LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from '../../../providers/azure/api/documents.ts'
import { idIn } from '../../../providers/azure/api/ids.ts'
import { openSdk } from '../../../providers/azure/api/sdk.ts'
import { isOurChild, poolName, publicFrontendName } from '../../../providers/azure/names.ts'
import { withChildren } from '../../../providers/azure/plan/balancer/children.ts'
import { membersOf, withMembers } from '../../../providers/azure/plan/balancer/members.ts'
import { withOpenings } from '../../../providers/azure/plan/firewall/rules.ts'
import { wantedRules } from '../../../providers/azure/plan/wanted/rules.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { Listener } from '../../../src/model/load-balancer.ts'
import { createBudget } from '../../../src/provider/kit/budget.ts'

const { signal } = new AbortController()
const UID = '0b1c2d3e-0000-4000-8000-123456789abc'
const MARK = 'fairlead-c1'

let azure: AzureEmulator
let api: AzureApi
beforeAll(async () => {
  azure = await startAzure({
    delays: { ...IMMEDIATE, address: 60_000, loadBalancer: 60_000, deletion: 60_000, securityGroup: 60_000 },
    virtualTime: true,
    seed: { machines: [{ name: 'a' }, { name: 'b' }] },
  })
  const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) }
  const sdk = openSdk({
    cloud: CLOUDS.public,
    subscription: azure.cloud.subscription,
    version: 'test',
    credential,
    endpoint: azure.url,
    ...(azure.authority === undefined ? {} : { authority: azure.authority }),
  })
  api = azureClient({ sdk, subscription: azure.cloud.subscription, budget: createBudget(LIMITS, systemClock), clock: systemClock })
})
afterAll(() => azure.close())

const idOf = (type: string, name: string): string => idIn(azure.cloud.subscription, azure.cloud.ids.resourceGroup, type, name)

const listener = (key: Listener['key']): Listener => {
  const [port = '', protocol = 'TCP'] = key.split('/')
  const healthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const
  return { key, port: Number(port), protocol: protocol as 'TCP', name: '', proxyProtocol: 'off', backendProtocol: 'tcp', healthCheck }
}

/** The load balancer with one Service on it, whatever it was before. */
function composed(known: LoadBalancerDocument | undefined, addressId: string, keys: readonly Listener['key'][]): LoadBalancerDocument {
  const id = idOf('loadBalancers', 'fairlead-c1')
  const child = (list: string, name: string): { readonly id: string } => ({ id: `${id}/${list}/${name}` })
  const [frontend, pool] = [publicFrontendName(addressId), poolName('IPv4')]
  const settings = { scheme: 'internet-facing', listeners: keys.map(listener), affinity: { kind: 'none' } } as const
  const { rules, probes } = wantedRules(
    { uid: UID, settings, options: {}, backends: { nodes: { nodes: [] }, ports: {} } },
    {
      family: 'IPv4',
      frontend: child('frontendIPConfigurations', frontend),
      frontendName: frontend,
      pool: child('backendAddressPools', pool),
      probe: (name) => child('probes', name),
      disableOutboundSnat: false,
    },
  )
  const nodes = ['a', 'b'].map((name, index) => ({ name, addresses: [`10.0.0.${4 + index}`] }))
  const before: LoadBalancer = known?.properties ?? {}
  const members = withMembers(
    before.backendAddressPools?.find(({ name }) => name === pool)?.properties ?? {},
    membersOf(nodes, 'IPv4'),
    azure.cloud.ids.virtualNetwork,
  )
  const properties = {
    ...before,
    frontendIPConfigurations: withChildren(
      before.frontendIPConfigurations ?? [],
      new Map([[frontend, { properties: { publicIPAddress: { id: addressId } } }]]),
      isOurChild,
    ),
    backendAddressPools: withChildren(before.backendAddressPools ?? [], new Map([[pool, { properties: members }]]), isOurChild),
    loadBalancingRules: withChildren(before.loadBalancingRules ?? [], rules, isOurChild),
    probes: withChildren(before.probes ?? [], new Map([...probes].map(([name, probe]) => [name, { properties: probe.properties }])), isOurChild),
  }
  const isSame = known !== undefined && Object.entries(properties).every(([key, value]) => before[key as keyof LoadBalancer] === value)
  return isSame ? known : { location: azure.cloud.location, sku: { name: 'Standard', tier: 'Regional' }, ...known, properties }
}

async function finished(written: { readonly operation?: { readonly url: string } }): Promise<void> {
  if (written.operation === undefined) return
  expect(await api.poll(written.operation.url, signal)).toMatchObject({ state: 'running' })
  azure.advance(60_000)
  expect(await api.poll(written.operation.url, signal)).toEqual({ state: 'done' })
}

describe('documents at the emulated Azure', () => {
  it('are found as they are wanted after each write, and change only when something else is wanted', async () => {
    const addressId = idOf('publicIPAddresses', 'web')
    const address: PublicAddressDocument = {
      location: azure.cloud.location,
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' },
    }
    await finished(await api.put(addressId, address, undefined, signal))
    const { properties: { ipAddress = '' } = {} } = (await api.get<PublicAddressDocument>(addressId, signal)) ?? {}
    expect(ipAddress).toMatch(/^\d+(\.\d+){3}$/)

    const id = idOf('loadBalancers', 'fairlead-c1')
    await finished(await api.put(id, composed(undefined, addressId, ['80/TCP', '53/UDP']), undefined, signal))
    const found = await api.get<LoadBalancerDocument>(id, signal)
    expect(composed(found, addressId, ['80/TCP', '53/UDP']), 'nothing to write').toBe(found)

    const groupId = azure.cloud.ids.securityGroup
    const group = await api.get<SecurityGroupDocument>(groupId, signal)
    const openings = new Map([[ipAddress, [{ access: 'Allow', protocol: 'Tcp', sources: ['Internet'], ports: ['80'] } as const]]])
    const opened = { ...group, properties: { ...group?.properties, securityRules: withOpenings(group?.properties?.securityRules ?? [], openings, MARK) } }
    await finished(await api.put(groupId, opened, group?.etag, signal))
    const rules = (await api.get<SecurityGroupDocument>(groupId, signal))?.properties?.securityRules ?? []
    expect(
      withOpenings(rules, openings, MARK).every((rule, index) => rule === rules[index]),
      'nothing to write',
    ).toBe(true)

    const more = composed(found, addressId, ['80/TCP', '443/TCP'])
    expect(more).not.toBe(found)
    await expect(api.put(id, more, 'W/"11111111-1111-1111-1111-111111111111"', signal)).rejects.toMatchObject({ consequence: 'stale' })
    await finished(await api.put(id, more, found?.etag, signal))
    const changed = await api.get<LoadBalancerDocument>(id, signal)
    expect(changed?.properties?.loadBalancingRules?.map(({ properties }) => properties?.frontendPort)).toEqual([80, 443])
    expect(composed(changed, addressId, ['80/TCP', '443/TCP'])).toBe(changed)

    await expect(api.remove(addressId, undefined, signal), 'in use').rejects.toMatchObject({ consequence: 'later', reason: 'Waiting' })
    await finished(await api.remove(id, changed?.etag, signal))
    await finished(await api.remove(addressId, undefined, signal))
    expect(await api.get(id, signal)).toBeUndefined()
  })
})
