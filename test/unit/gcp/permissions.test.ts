/** The custom role: what it allows, for which project, and what each feature adds. */
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { actionsOf, FEATURES, type FeatureName, PERMISSIONS, permissions } from '../../../providers/gcp/permissions.ts'

const NAMES = Object.keys(FEATURES) as FeatureName[]
const USUAL = NAMES.filter((name) => FEATURES[name].byDefault)

interface Role {
  readonly title: string
  readonly stage: string
  readonly includedPermissions: readonly string[]
}

const settings = { 'gcp-project': 'shop-123456', 'gcp-network': 'default' }
const SHARED = { 'gcp-network': 'projects/host-123456/global/networks/shared' }

function role(features: readonly string[], own: Partial<Record<keyof typeof settings, string | undefined>> = {}, clusterId?: string): Role {
  const options = { features: new Set(features), settings: { ...settings, ...own }, ...(clusterId === undefined ? {} : { clusterId }) }
  return parse(permissions.document(options)) as Role
}

interface Chosen {
  readonly features: readonly string[]
  readonly projects?: readonly string[]
}

function listed({ features, projects = ['load balancers', 'network'] }: Chosen): readonly string[] {
  const rows = PERMISSIONS.filter(({ feature, project }) => features.includes(feature) && projects.includes(project))
  return [...new Set(rows.flatMap(actionsOf))].map((action) => `compute.${action}`).toSorted()
}

describe('the role', () => {
  it('has permissions of Compute Engine alone, each once, and no wildcard', () => {
    const { includedPermissions: all } = role(USUAL)
    expect(all.filter((one) => !/^compute\.[a-zA-Z]+\.[a-zA-Z]+$/.test(one))).toEqual([])
    expect(new Set(all).size).toBe(all.length)
  })

  it('is one that can be granted, and is named after the cluster where one is named', () => {
    expect(role(USUAL)).toMatchObject({ title: 'Fairlead', stage: 'GA' })
    expect(role(USUAL, {}, 'yes: "c1"').title).toBe('Fairlead yes: "c1"')
    expect(role([...USUAL, 'host-project']).title).toBe('Fairlead network')
  })

  it('sets nothing on machines: a node is only put into a group', () => {
    expect(role(USUAL).includedPermissions.filter((one) => one.startsWith('compute.instances.'))).toEqual(['compute.instances.use'])
  })
})

describe('of a network that another project shares', () => {
  const network = ['compute.firewalls.create', 'compute.networks.updatePolicy', 'compute.subnetworks.use']

  it('the role for the project of the load balancers has no permission on the network', () => {
    expect(role(USUAL, SHARED).includedPermissions).toEqual(listed({ features: ['core', ...USUAL], projects: ['load balancers'] }))
    expect(role(USUAL, SHARED).includedPermissions.filter((one) => network.includes(one))).toEqual([])
  })

  it('the role for the project that shares it has no other', () => {
    const host = role([...USUAL, 'host-project'], SHARED).includedPermissions
    expect(host).toEqual(listed({ features: ['core', ...USUAL], projects: ['network'] }))
    expect(host).toEqual(expect.arrayContaining(network))
    expect(host.filter((one) => one.startsWith('compute.forwardingRules'))).toEqual([])
  })

  it('has to be known as shared: by the project of the load balancers', () => {
    expect(() => role(USUAL, { ...SHARED, 'gcp-project': undefined })).toThrow('--gcp-project is not set')
  })
})

test.each([
  ['by its name', 'default'],
  ['by its id', 'projects/shop-123456/global/networks/default'],
  ['not named', undefined],
])('a network of the same project, %s, has its permissions in the one role', (_, network) => {
  expect(role(USUAL, { 'gcp-network': network }).includedPermissions).toEqual(listed({ features: ['core', ...USUAL] }))
})

test.each(USUAL)('%s: what it alone needs is in the role with it, and not without it', (name) => {
  const others = USUAL.filter((each) => each !== name)
  const alone = listed({ features: [name] }).filter((one) => !listed({ features: ['core', ...others] }).includes(one))
  expect(role([name]).includedPermissions).toEqual(listed({ features: ['core', name] }))
  for (const one of alone) expect(role(others).includedPermissions).not.toContain(one)
})
