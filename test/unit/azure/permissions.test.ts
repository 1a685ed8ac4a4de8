/** The custom role: what it allows, where it may be assigned, and what each feature adds. */
import { describe, expect, it, test } from 'vitest'
import { FEATURES, type FeatureName, PERMISSIONS, permissions } from '../../../providers/azure/permissions.ts'

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001'
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/v`
const NAMES = Object.keys(FEATURES) as FeatureName[]
const USUAL = NAMES.filter((name) => FEATURES[name].byDefault)

interface Role {
  readonly Name: string
  readonly IsCustom: boolean
  readonly Actions: readonly string[]
  readonly AssignableScopes: readonly string[]
}

const settings = {
  'azure-subscription': SUBSCRIPTION,
  'azure-resource-group': 'cluster',
  'azure-virtual-network': 'v',
  'azure-subnet': 'nodes',
  'azure-security-group': 'nsg',
}

function role(features: readonly string[], own: Partial<Record<keyof typeof settings, string | undefined>> = {}, clusterId?: string): Role {
  const options = { features: new Set(features), settings: { ...settings, ...own }, ...(clusterId === undefined ? {} : { clusterId }) }
  return JSON.parse(permissions.document(options)) as Role
}

const actionsOf = (names: readonly string[]): readonly string[] =>
  PERMISSIONS.filter(({ feature }) => names.includes(feature)).flatMap(({ actions }) => actions.map((action) => `Microsoft.Network/${action}`))

describe('the role', () => {
  it('has no right outside networks, and no wildcard', () => {
    const { Actions: actions } = role(NAMES)
    expect(actions.filter((action) => !/^Microsoft\.Network\/[A-Za-z]+(\/[A-Za-z]+)*\/(read|write|delete|action)$/.test(action))).toEqual([])
    expect(new Set(actions).size).toBe(actions.length)
  })

  it('is named after the cluster, where one is named', () => {
    expect([role(USUAL).Name, role(USUAL, {}, 'c1').Name]).toEqual(['Fairlead', 'Fairlead c1'])
  })
})

describe('it may be assigned on', () => {
  const groups = (...names: readonly string[]): readonly string[] => names.map((name) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`)
  it('the resource group of the cluster', () => {
    expect(role(USUAL).AssignableScopes).toEqual(groups('cluster'))
  })

  it('that of the network too, once, where it is another', () => {
    expect(role(USUAL, { 'azure-virtual-network': NETWORK, 'azure-subnet': `${NETWORK}/subnets/nodes` }).AssignableScopes).toEqual(groups('cluster', 'network'))
    expect(role(USUAL, { 'azure-virtual-network': NETWORK.replace('/network/', '/CLUSTER/') }).AssignableScopes).toEqual(groups('cluster'))
  })

  it('the subscription, where addresses are in other groups', () => {
    expect(role([...USUAL, 'other-groups'], { 'azure-resource-group': undefined }).AssignableScopes).toEqual([`/subscriptions/${SUBSCRIPTION}`])
  })

  test.each(['azure-subscription', 'azure-resource-group'] as const)('nothing without %s', (name) => {
    expect(() => role(USUAL, { [name]: undefined })).toThrow(`--${name} is not set`)
  })
})

test.each(NAMES)('%s: what it alone needs is in the role with it, and not without it', (name) => {
  const others = NAMES.filter((each) => each !== name)
  const alone = actionsOf([name]).filter((action) => !actionsOf(['core', ...others]).includes(action))
  expect(role([name]).Actions).toEqual([...new Set(actionsOf(['core', name]))].toSorted())
  for (const action of alone) expect(role(others).Actions).not.toContain(action)
})

test('no action is named twice for one feature and object', () => {
  const named = PERMISSIONS.flatMap(({ feature, on, actions }) => actions.map((action) => `${feature} ${on} ${action}`))
  expect(named.filter((each, i) => named.indexOf(each) !== i)).toEqual([])
})
