/** The official client on the emulator, over HTTPS, and the members that it knows beside those that the emulator takes. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { NetworkManagementClient } from '@azure/arm-network'
import { describe, expect, onTestFinished, test } from 'vitest'
import { IMMEDIATE, REALISTIC, startAzure } from '../../../../emulators/azure/index.ts'
import { given } from './given.ts'

const credential = { getToken: () => Promise.resolve({ token: 'x', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }

async function client(options = {}) {
  const azure = await startAzure({ virtualTime: true, delays: IMMEDIATE, ...options })
  onTestFinished(() => azure.close())
  const { subscription, location, ids } = azure.cloud
  const network = new NetworkManagementClient(credential, subscription, {
    endpoint: azure.url,
    tlsOptions: { ca: azure.authority! },
    retryOptions: { maxRetries: 0 },
  })
  return { azure, network, subscription, group: ids.resourceGroup, location, ids }
}

describe('the official client', () => {
  test('makes, reads, lists and deletes a load balancer', async () => {
    const { network, subscription, group, location, ids } = await client()
    const [frontend, pool] = ['frontendIPConfigurations/web', 'backendAddressPools/nodes'].map(
      (path) => `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/loadBalancers/lb/${path}`,
    )
    const made = await network.loadBalancers.createOrUpdate(group, 'lb', {
      location,
      sku: { name: 'Standard' },
      frontendIPConfigurations: [{ name: 'web', publicIPAddress: { id: ids.addresses[0]! } }],
      backendAddressPools: [
        { name: 'nodes', virtualNetwork: { id: ids.virtualNetwork }, loadBalancerBackendAddresses: [{ name: 'node-1', ipAddress: '10.0.0.4' }] },
      ],
      loadBalancingRules: [
        {
          name: 'web-80',
          frontendIPConfiguration: { id: frontend! },
          backendAddressPool: { id: pool! },
          protocol: 'Tcp',
          frontendPort: 80,
          backendPort: 80,
          enableFloatingIP: true,
        },
      ],
    })
    expect([made.provisioningState, made.loadBalancingRules?.[0]?.idleTimeoutInMinutes]).toEqual(['Succeeded', 4])
    expect((await network.loadBalancerBackendAddressPools.get(group, 'lb', 'nodes')).loadBalancerBackendAddresses?.map(({ ipAddress }) => ipAddress)).toEqual([
      '10.0.0.4',
    ])
    const names: (string | undefined)[] = []
    for await (const one of network.loadBalancers.list(group)) names.push(one.name)
    expect(names).toEqual(['lb'])
    await network.loadBalancers.delete(group, 'lb')
    await expect(network.loadBalancers.get(group, 'lb')).rejects.toMatchObject({ statusCode: 404, code: 'ResourceNotFound' })
  })

  test('follows the pages of a list', async () => {
    const { network, group } = await client({ pageSize: 1, seed: { addresses: 3 } })
    const names: (string | undefined)[] = []
    for await (const one of network.publicIPAddresses.list(group)) names.push(one.name)
    expect(names).toEqual(['reserved-1', 'reserved-2', 'reserved-3'])
  })

  test('polls what takes time', async () => {
    const { azure, network, group, location } = await client({ delays: REALISTIC })
    const poller = network.publicIPAddresses.createOrUpdate(
      group,
      'a',
      { location, sku: { name: 'Standard' }, publicIPAllocationMethod: 'Static' },
      { updateIntervalInMs: 1 },
    )
    await poller.submitted()
    expect(poller.operationState?.status).toBe('running')
    azure.advance(REALISTIC.address)
    expect((await poller).ipAddress).toBeDefined()
  })

  test('sees a stale version and a refusal', async () => {
    const { network, group, location } = await client()
    const stale = network.publicIPAddresses.createOrUpdate(group, 'reserved-1', { location }, { requestOptions: { headers: { 'If-Match': 'W/"old"' } } })
    await expect(stale).rejects.toMatchObject({ statusCode: 412, code: 'PreconditionFailed' })
    await expect(network.networkSecurityGroups.delete(group, 'fairlead-nsg').then(() => 'done')).rejects.toMatchObject({
      statusCode: 400,
      code: 'InUseNetworkSecurityGroupCannotBeDeleted',
    })
  })

  test('asks for the health of what is behind a rule', async () => {
    const { network, subscription, group, location, ids, azure } = await client({ seed: { machines: [{ name: 'node-1', privateIp: '10.0.0.4' }] } })
    const own = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/loadBalancers/lb`
    await network.loadBalancers.createOrUpdate(group, 'lb', {
      location,
      sku: { name: 'Standard' },
      frontendIPConfigurations: [{ name: 'web', publicIPAddress: { id: ids.addresses[0]! } }],
      backendAddressPools: [
        {
          name: 'nodes',
          virtualNetwork: { id: ids.virtualNetwork },
          loadBalancerBackendAddresses: ['10.0.0.4', '10.0.0.5'].map((ipAddress) => ({ name: ipAddress, ipAddress })),
        },
      ],
      probes: [{ name: 'kube-proxy', protocol: 'Http', port: 10_256, requestPath: '/healthz' }],
      loadBalancingRules: [
        {
          name: 'web-80',
          frontendIPConfiguration: { id: `${own}/frontendIPConfigurations/web` },
          backendAddressPool: { id: `${own}/backendAddressPools/nodes` },
          probe: { id: `${own}/probes/kube-proxy` },
          protocol: 'Tcp',
          frontendPort: 80,
          backendPort: 80,
        },
      ],
    })
    azure.advance(60_000)
    expect(await network.loadBalancerLoadBalancingRules.health(group, 'lb', 'web-80')).toMatchObject({ up: 1, down: 1 })
  })
})

/** Functions of the client that write the members of a body, and the part of the emulator's API that takes them. */
const SERIALIZERS: Readonly<Record<string, readonly [path: string, within?: string]>> = {
  _loadBalancerPropertiesSerializer: ['loadBalancers/x'],
  _frontendIPConfigurationPropertiesSerializer: ['loadBalancers/x', 'frontendIPConfigurations'],
  _backendAddressPoolPropertiesSerializer: ['loadBalancers/x', 'backendAddressPools'],
  _loadBalancingRulePropertiesSerializer: ['loadBalancers/x', 'loadBalancingRules'],
  _probePropertiesSerializer: ['loadBalancers/x', 'probes'],
  _inboundNatRulePropertiesSerializer: ['loadBalancers/x', 'inboundNatRules'],
  _inboundNatPoolPropertiesSerializer: ['loadBalancers/x', 'inboundNatPools'],
  _outboundRulePropertiesSerializer: ['loadBalancers/x', 'outboundRules'],
  _publicIPAddressPropertiesSerializer: ['publicIPAddresses/x'],
  _publicIPPrefixPropertiesSerializer: ['publicIPPrefixes/x'],
  _networkSecurityGroupPropertiesSerializer: ['networkSecurityGroups/x'],
  _securityRulePropertiesSerializer: ['networkSecurityGroups/x', 'securityRules'],
  _virtualNetworkPropertiesSerializer: ['virtualNetworks/x'],
  _subnetPropertiesSerializer: ['virtualNetworks/x', 'subnets'],
  _networkInterfacePropertiesSerializer: ['networkInterfaces/x'],
  _networkInterfaceIPConfigurationPropertiesSerializer: ['networkInterfaces/x', 'ipConfigurations'],
  _privateLinkServicePropertiesSerializer: ['privateLinkServices/x'],
  _privateLinkServiceIpConfigurationPropertiesSerializer: ['privateLinkServices/x', 'ipConfigurations'],
}

/** The package exports no serializers; they are found in its files. */
async function serializers(): Promise<Readonly<Record<string, (item: object) => object>>> {
  const main = createRequire(import.meta.url).resolve('@azure/arm-network')
  const models = join(main.slice(0, main.lastIndexOf('/dist/')), 'dist/esm/models')
  const files = ['common', 'network'].map((name) => join(models, name, 'models.js'))
  const all = await Promise.all(files.map(async (file) => (await import(file)) as Readonly<Record<string, unknown>>))
  const found = Object.assign({}, ...all) as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, (item: object) => object] => typeof entry[1] === 'function'))
}

describe('every member that the client writes is known', () => {
  test.each(Object.entries(SERIALIZERS))('%s', async (name, [path, within]) => {
    const write = (await serializers())[name]
    expect(write).toBeDefined()
    const names = Object.keys(write!({}))
    expect(names.length).toBeGreaterThan(0)
    const properties = Object.fromEntries(names.map((one) => [one, null]))
    const g = await given()
    const { body } = await g.put(path, { location: 'westeurope', properties: within === undefined ? properties : { [within]: [{ name: 'one', properties }] } })
    const error = body['error'] as { readonly details?: readonly { readonly message: string }[] } | undefined
    expect((error?.details ?? []).map(({ message }) => message).filter((message) => message.startsWith('Could not find member'))).toEqual([])
  })
})
