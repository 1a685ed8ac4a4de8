/** Network security groups and their rules. */
import { describe, expect, test } from 'vitest'
import { type Given, given, listOf, outcome, propertiesOf, rules, securityRule } from './given.ts'

const PATH = 'networkSecurityGroups/fairlead-nsg/securityRules'
const put = (g: Given, changed = {}, name = 'r') => g.put(`${PATH}/${name}`, securityRule(changed))

describe('a security group', () => {
  test('has six rules of its own accord', async () => {
    const g = await given()
    expect(
      listOf(await g.get('networkSecurityGroups/fairlead-nsg'), 'defaultSecurityRules').map((one) => [one['name'], propertiesOf(one)['priority']]),
    ).toEqual([
      ['AllowVnetInBound', 65_000],
      ['AllowAzureLoadBalancerInBound', 65_001],
      ['DenyAllInBound', 65_500],
      ['AllowVnetOutBound', 65_000],
      ['AllowInternetOutBound', 65_001],
      ['DenyAllOutBound', 65_500],
    ])
  })

  test('shows the empty lists beside the single forms', async () => {
    const g = await given()
    const { body } = await put(g)
    expect(propertiesOf(body)).toMatchObject({
      destinationAddressPrefix: '*',
      destinationAddressPrefixes: [],
      sourceAddressPrefixes: [],
      sourcePortRanges: [],
      destinationPortRanges: [],
    })
  })

  test('is written as a whole, with the rules that it was shown with', async () => {
    const g = await given()
    await put(g)
    const body = await g.get('networkSecurityGroups/fairlead-nsg')
    expect((await g.put('networkSecurityGroups/fairlead-nsg', body)).body['etag']).toBe(body['etag'])
    await g.put('networkSecurityGroups/fairlead-nsg', { location: 'westeurope', properties: { securityRules: [] } })
    expect(outcome(await g.send('GET', `${PATH}/r`))).toBe('NotFound')
  })

  test('shows the subnets and interfaces that have it', async () => {
    const g = await given()
    const nodes = g.azure.cloud.ids.subnets['nodes']
    expect(propertiesOf(await g.get('networkSecurityGroups/fairlead-nsg'))['subnets']).toEqual([{ id: nodes }])
  })

  test('gives up a rule by its name', async () => {
    const g = await given()
    await put(g)
    expect((await g.send('DELETE', `${PATH}/r`)).status).toBe(202)
    expect(listOf(await g.get('networkSecurityGroups/fairlead-nsg'), 'securityRules')).toEqual([])
  })
})

rules('security rules', [
  ['the priorities 100 and 4096', async (g) => [await put(g, { priority: 4_096 }), await put(g, { priority: 100 }, 'second')][1]!, '201'],
  ['the priority 99', (g) => put(g, { priority: 99 }), 'SecurityRuleInvalidPriority'],
  ['one priority twice', async (g) => [await put(g), await put(g, {}, 'second')][1]!, 'SecurityRuleConflict'],
  ['one priority in both directions', async (g) => [await put(g), await put(g, { direction: 'Outbound' }, 'second')][1]!, '201'],
  ['a range of ports', (g) => put(g, { destinationPortRange: '80-90' }), '201'],
  ['a range that goes down', (g) => put(g, { destinationPortRange: '90-80' }), 'SecurityRuleInvalidPortRange'],
  ['a list of ports', (g) => put(g, { destinationPortRange: undefined, destinationPortRanges: ['80', '443'] }), '201'],
  ['a port and a list', (g) => put(g, { destinationPortRanges: ['443'] }), 'SecurityRuleParameterContainsBothSingleAndPluralValues'],
  ['no ports', (g) => put(g, { destinationPortRange: undefined }), 'SecurityRuleMissingRequiredField'],
  ['no protocol', (g) => put(g, { protocol: undefined }), 'SecurityRuleMissingRequiredField'],
  ['a tag', (g) => put(g, { sourceAddressPrefix: 'AzureFrontDoor.Backend' }), '201'],
  [
    'a tag in a list',
    (g) => put(g, { sourceAddressPrefix: undefined, sourceAddressPrefixes: ['Internet', '192.0.2.0/24'] }),
    'SecurityRuleParameterContainsUnsupportedValue',
  ],
  ['a list of networks of both families', (g) => put(g, { sourceAddressPrefix: undefined, sourceAddressPrefixes: ['192.0.2.0/24', '2001:db8::/32'] }), '201'],
  ['a network with too long a prefix', (g) => put(g, { sourceAddressPrefix: '10.0.0.0/33' }), 'SecurityRuleInvalidAddressPrefix'],
  ['a description of 141 characters', (g) => put(g, { description: 'x'.repeat(141) }), 'SecurityRuleDescriptionTooLong'],
  ['a group that is not there', (g) => g.put('networkSecurityGroups/none/securityRules/r', securityRule()), 'ResourceNotFound'],
])

test('limits of rules and of addresses in one group', async () => {
  const g = await given({ quotas: { rulesPerSecurityGroup: 1, prefixesPerSecurityGroup: 2 } })
  expect(outcome(await put(g, { sourceAddressPrefix: undefined, sourceAddressPrefixes: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] }))).toBe(
    'SecurityRuleAddressesOrPortsPerSecurityGroupLimitReached',
  )
  expect((await put(g)).status).toBe(201)
  expect(outcome(await put(g, { priority: 501 }, 'second'))).toBe('SecurityRuleCountLimitReached')
})
