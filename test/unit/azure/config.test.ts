/** What must be known to talk to Azure: from the settings, else from the machine. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type AzureSettings, readAzureConfig } from '../../../providers/azure/api/config.ts'
import { credentialFor } from '../../../providers/azure/api/credentials.ts'
import { CLOUDS } from '../../../providers/azure/api/clouds.ts'
import { readInstance } from '../../../providers/azure/api/metadata.ts'

const NETWORK = '/subscriptions/s/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/v'
const whole: AzureSettings = {
  clusterId: 'c1',
  cloud: 'public',
  subscription: 's',
  resourceGroup: 'cluster',
  location: 'westeurope',
  virtualNetwork: 'v',
  subnet: 'nodes',
  securityGroup: 'nsg',
  ruleLimit: 300,
  disableOutboundSnat: true,
}
const nowhere = async (): Promise<undefined> => undefined
const machine = async () => ({ subscription: 's-machine', resourceGroup: 'g-machine', location: 'northeurope' })

describe('the configuration', () => {
  it('makes ids of names', async () => {
    expect(await readAzureConfig(whole, nowhere)).toEqual({
      clusterId: 'c1',
      cloud: CLOUDS.public,
      subscription: 's',
      resourceGroup: 'cluster',
      location: 'westeurope',
      virtualNetwork: '/subscriptions/s/resourceGroups/cluster/providers/Microsoft.Network/virtualNetworks/v',
      subnet: '/subscriptions/s/resourceGroups/cluster/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes',
      securityGroup: '/subscriptions/s/resourceGroups/cluster/providers/Microsoft.Network/networkSecurityGroups/nsg',
      balancers: [{ name: expect.stringMatching(/^fairlead-[0-9a-z]{10}$/) as string }],
      ruleLimit: 300,
      disableOutboundSnat: true,
      zones: [],
    })
  })

  it('names the load balancers as they are set, or after the cluster', async () => {
    const names = await Promise.all([whole, { ...whole, clusterId: 'c2' }, { ...whole, balancerName: 'edge' }].map((each) => readAzureConfig(each, nowhere)))
    expect(new Set(names.map(({ balancers }) => balancers[0]?.name)).size).toBe(3)
    expect(names[2]?.balancers).toEqual([{ name: 'edge' }])
  })

  it('takes ids as they are, and names beside them', async () => {
    expect(await readAzureConfig({ ...whole, virtualNetwork: NETWORK }, nowhere)).toMatchObject({ virtualNetwork: NETWORK, subnet: `${NETWORK}/subnets/nodes` })
  })

  it('takes from the machine what is not set', async () => {
    const { subscription: _, location: __, ...rest } = whole
    expect(await readAzureConfig(rest, machine)).toMatchObject({ subscription: 's-machine', resourceGroup: 'cluster', location: 'northeurope' })
  })

  test.each([
    ['subscription', '--azure-subscription'],
    ['resourceGroup', '--azure-resource-group'],
    ['location', '--azure-location'],
    ['virtualNetwork', '--azure-virtual-network'],
    ['subnet', '--azure-subnet'],
    ['securityGroup', '--azure-security-group'],
  ] as const)('without %s names %s', async (key, setting) => {
    await expect(readAzureConfig({ ...whole, [key]: undefined }, nowhere)).rejects.toThrow(setting)
  })
})

describe('the machine', () => {
  const answers = { whole: { compute: { subscriptionId: 's', resourceGroupName: 'g', location: 'l' } }, half: { compute: { subscriptionId: 's' } } }
  let [body, asked] = ['', '']
  const server = createServer(({ headers, url = '' }, response) => {
    asked = `${url} ${String(headers['metadata'])}`
    response.end(body)
  })
  let address: string
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  it('says where it is', async () => {
    body = JSON.stringify(answers.whole)
    expect(await readInstance(address)).toEqual({ subscription: 's', resourceGroup: 'g', location: 'l' })
    expect(asked).toBe('/metadata/instance?api-version=2021-02-01 true')
  })

  test.each([
    ['half an answer', JSON.stringify(answers.half)],
    ['something else', 'no JSON'],
  ])('says nothing by %s', async (_, text) => {
    body = text
    expect(await readInstance(address)).toBeUndefined()
  })

  it('may not be asked', async () => {
    expect(await readInstance('http://127.0.0.1:1')).toBeUndefined()
  })
})

describe('the credential', () => {
  const file = { AZURE_FEDERATED_TOKEN_FILE: '/token', AZURE_CLIENT_ID: 'c', AZURE_TENANT_ID: 't' }
  const secret = { AZURE_CLIENT_SECRET: 'x', AZURE_CLIENT_ID: 'c', AZURE_TENANT_ID: 't' }
  test.each([
    ['a token file is a workload identity, whatever else there is', { ...secret, ...file }, 'WorkloadIdentityCredential'],
    ['a secret is a service principal', secret, 'EnvironmentCredential'],
    ['nothing is the identity of the machine', {}, 'ChainedTokenCredential'],
  ])('%s', (_, environment, kind) => {
    expect(credentialFor(environment, CLOUDS.public).constructor.name).toBe(kind)
  })
})
