/** Documents that others write too: our children as wanted, all else as it came. */
import { describe, expect, it, test } from 'vitest'
import type { Child, Pool, Rule } from '../../../providers/azure/api/documents.ts'
import { withChildren, type WantedChild } from '../../../providers/azure/plan/balancer/children.ts'
import { membersOf, withMembers } from '../../../providers/azure/plan/balancer/members.ts'
import {
  internalFrontendName,
  isOurChild,
  parseRuleName,
  poolName,
  publicFrontendName,
  requestedFrontendName,
  ruleName,
  SHARED_PROBE,
} from '../../../providers/azure/names.ts'

const LB = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb'
const UID = '0b1c2d3e-0000-4000-8000-123456789abc'

const wanted: WantedChild<Rule> = {
  properties: { protocol: 'Tcp', frontendPort: 80, backendPort: 80, frontendIPConfiguration: { id: `${LB}/frontendIPConfigurations/fl_a` }, probe: undefined },
}

/** A member that no type names. */
const UNNAMED = { enableDestinationServiceEndpoint: false }

/** As Azure answers: with an id, an etag, a state, members that nobody asked for, and ids in another case. */
const answered: Child<Rule> = {
  name: 'fl_a',
  id: `${LB}/loadBalancingRules/fl_a`,
  etag: 'W/"1"',
  properties: {
    protocol: 'Tcp',
    frontendPort: 80,
    backendPort: 80,
    frontendIPConfiguration: { id: `${LB.toUpperCase()}/frontendIPConfigurations/fl_a` },
    provisioningState: 'Succeeded',
    ...UNNAMED,
  },
}
const persons: Child<Rule> = { name: 'ssh', properties: { frontendPort: 22, ...UNNAMED } }

const list = (children: readonly Child<Rule>[], ours: Readonly<Record<string, WantedChild<Rule>>>): readonly Child<Rule>[] =>
  withChildren(children, new Map(Object.entries(ours)), isOurChild)

describe('the children in a list', () => {
  it('are the same list where Azure answers what is wanted', () => {
    const children = [persons, answered]
    expect(list(children, { fl_a: wanted })).toBe(children)
    expect(list(children, { FL_A: wanted }), 'in any case').toBe(children)
  })

  it('of ours that are not wanted go, and nobody else’s', () => {
    expect(list([persons, answered], {})).toEqual([persons])
  })

  it('that are missing are added behind the others', () => {
    const { probe: _, ...properties } = wanted.properties
    expect(list([persons], { fl_a: wanted })).toEqual([persons, { name: 'fl_a', properties }])
  })

  const damages: readonly (readonly [string, Rule])[] = [
    ['another port', { backendPort: 81 }],
    ['another frontend', { frontendIPConfiguration: { id: `${LB}/frontendIPConfigurations/other` } }],
    ['a probe that is not wanted', { probe: { id: `${LB}/probes/p` } }],
  ]
  test.each(damages)('with %s are corrected, and keep what no type names', (_, change) => {
    const [ours] = list([{ ...answered, properties: { ...answered.properties, ...change } }], { fl_a: wanted })
    expect(ours?.properties).toMatchObject({ enableDestinationServiceEndpoint: false, backendPort: 80 })
    expect(ours?.properties).not.toHaveProperty('probe')
    expect(ours).toMatchObject({ id: answered.id })
    expect(list(ours === undefined ? [] : [ours], { fl_a: wanted })[0], 'for good').toBe(ours)
  })
})

describe('the members of a pool', () => {
  const VNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v'
  const nodes = [
    { name: 'a', addresses: ['10.0.0.1', 'fd00::1'] },
    { name: 'b', addresses: ['10.0.0.2'] },
  ]
  const member = (name: string, ipAddress: string, more: object = {}): object => ({ name, properties: { ipAddress, ...more } })

  it('are the nodes that have an address of the family', () => {
    expect(membersOf(nodes, 'IPv4')).toEqual([member('a', '10.0.0.1'), member('b', '10.0.0.2')])
    expect(membersOf(nodes, 'IPv6')).toEqual([member('a', 'fd00::1')])
  })

  it('are right by address, in any order and under any name, with the network at the pool or at each of them', () => {
    const atPool: Pool = { virtualNetwork: { id: VNET.toUpperCase() }, loadBalancerBackendAddresses: [member('x', '10.0.0.2'), member('a', '10.0.0.1')] }
    const atMembers: Pool = { loadBalancerBackendAddresses: ['10.0.0.1', '10.0.0.2'].map((ip) => member(ip, ip, { virtualNetwork: { id: VNET } })) }
    for (const pool of [atPool, atMembers]) expect(withMembers(pool, membersOf(nodes, 'IPv4'), VNET)).toBe(pool)
  })

  it('that join or leave change the list, and the others stay as they came', () => {
    const pool: Pool = {
      virtualNetwork: { id: VNET },
      loadBalancerBackendAddresses: [member('a', '10.0.0.1', { adminState: 'None' }), member('gone', '10.0.0.9')],
    }
    expect(withMembers(pool, membersOf(nodes, 'IPv4'), VNET).loadBalancerBackendAddresses).toEqual([
      member('a', '10.0.0.1', { adminState: 'None' }),
      member('b', '10.0.0.2'),
    ])
  })

  it('of another network are written anew', () => {
    const pool: Pool = { virtualNetwork: { id: `${VNET}2` }, loadBalancerBackendAddresses: [member('a', '10.0.0.1'), member('b', '10.0.0.2')] }
    expect(withMembers(pool, membersOf(nodes, 'IPv4'), VNET).virtualNetwork).toEqual({ id: VNET })
  })
})

describe('names', () => {
  const names = [
    ruleName({ uid: UID, family: 'IPv6', protocol: 'udp', port: 65_535 }, 'frontend'),
    internalFrontendName(UID, 'IPv4', `${LB}/x`),
    requestedFrontendName(`${LB}/x`, '10.0.0.4'),
    publicFrontendName(LB),
    poolName('IPv6'),
    SHARED_PROBE,
  ]
  test.each(names)('%s fits, and is known as ours', (name) => {
    expect(name).toMatch(/^[A-Za-z0-9][\w.-]{0,78}[A-Za-z0-9_]$/)
    expect(isOurChild(name)).toBe(true)
  })

  it('of rules say whose they are', () => {
    const key = { uid: UID, family: 'IPv4', protocol: 'tcp', port: 80 } as const
    expect(parseRuleName(ruleName(key, 'frontend'))).toEqual(key)
    expect(parseRuleName(ruleName(key, 'frontend').toUpperCase())).toEqual({ ...key, uid: UID.toUpperCase() })
    expect(parseRuleName(SHARED_PROBE)).toBeUndefined()
    expect(parseRuleName('ssh')).toBeUndefined()
  })

  it('of rules differ with the frontend, so that those of an old and a new address stand side by side', () => {
    const key = { uid: UID, family: 'IPv4', protocol: 'tcp', port: 80 } as const
    expect(ruleName(key, 'a')).not.toBe(ruleName(key, 'b'))
    expect(ruleName(key, 'A')).toBe(ruleName(key, 'a'))
  })

  it('of internal frontends change with subnet and address, of public ones only with the address', () => {
    const distinct = [
      internalFrontendName(UID, 'IPv4', 'a'),
      internalFrontendName(UID, 'IPv4', 'b'),
      requestedFrontendName('a', '10.0.0.4'),
      requestedFrontendName('a', '10.0.0.5'),
      requestedFrontendName('b', '10.0.0.4'),
    ]
    expect(new Set(distinct).size).toBe(distinct.length)
    expect(internalFrontendName(UID, 'IPv4', 'A')).toBe(internalFrontendName(UID, 'IPv4', 'a'))
    expect(publicFrontendName(LB.toUpperCase())).toBe(publicFrontendName(LB))
  })
})
