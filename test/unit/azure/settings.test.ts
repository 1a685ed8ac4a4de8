/** The settings of the Azure provider: what is taken, and what is not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { settings } from '../../../providers/azure/settings.ts'

const NETWORK = '/subscriptions/s/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/v'
type Name = keyof typeof settings

test.each<[Name, string, string]>([
  ['azure-subscription', 'shop', 'the id of a subscription'],
  ['azure-resource-group', 'a/b', 'the name of a resource group'],
  ['azure-location', 'West Europe', 'a region like westeurope'],
  ['azure-virtual-network', `${NETWORK}/subnets/nodes`, 'a name, or an id that ends in virtualNetworks/NAME'],
  ['azure-subnet', NETWORK, 'a name, or an id that ends in virtualNetworks/NAME/subnets/NAME'],
  ['azure-security-group', NETWORK, 'a name, or an id that ends in networkSecurityGroups/NAME'],
  ['azure-load-balancer-name', 'Kubernetes', 'not kubernetes'],
  ['azure-load-balancer-name', 'kubernetes-internal', 'not kubernetes'],
  ['azure-load-balancer-name', 'x'.repeat(72), 'up to 71'],
  ['azure-rule-limit', '0', 'from 1 to 1500'],
  ['azure-cloud', 'germany', 'public, china, us-government'],
  ['azure-endpoint-ca', '/nowhere/ca.pem', 'a file in PEM format that can be read'],
])('%s does not take %s', (name, text, allowed) => {
  expect(() => settings[name].parse(text)).toThrow(allowed)
})

test.each<[Name, string]>([
  ['azure-virtual-network', 'v'],
  ['azure-virtual-network', NETWORK.toUpperCase()],
  ['azure-subnet', `${NETWORK}/subnets/nodes`],
  ['azure-load-balancer-name', 'kubernetes-edge'],
  ['azure-load-balancer-name', 'x'.repeat(71)],
])('%s takes %s', (name, text) => {
  expect(settings[name].parse(text)).toBe(text)
})

describe('the certificate of the endpoint', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

  it('is read from its file, and its text is taken as it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ca.pem')
    writeFileSync(file, pem)
    expect(settings['azure-endpoint-ca'].parse(file)).toBe(pem)
    expect(settings['azure-endpoint-ca'].parse(pem)).toBe(pem)
  })
})
