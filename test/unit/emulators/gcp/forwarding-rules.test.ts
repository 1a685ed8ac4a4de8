/** Forwarding rules: ports, protocols, schemes, addresses, and what cannot be changed. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../emulators/gcp/index.ts'
import { type Given, type Rule, PATHS, check, given, internal, outcome, rule, rules, service, withService } from './given.ts'

const insert = (g: Given, changed: JsonObject) => g.send('POST', PATHS.rule, rule(g, changed))
const inserting = (title: string, changed: JsonObject | ((g: Given) => JsonObject), expected: string): Rule => [
  title,
  (g) => insert(g, typeof changed === 'function' ? changed(g) : changed),
  expected,
]

rules('ports and protocols', [
  inserting('discrete ports', { ports: ['80', '443', '8080', '8443', '53'] }, '200 DONE'),
  inserting('six discrete ports', { ports: ['1', '2', '3', '4', '5', '6'] }, '400 invalid'),
  inserting('a range', { ports: [], portRange: '80-443' }, '200 DONE'),
  inserting('a range from high to low', { ports: [], portRange: '443-80' }, '400 invalid'),
  inserting('all ports', { ports: [], allPorts: true }, '200 DONE'),
  inserting('two forms at once', { portRange: '80-443' }, '400 invalid'),
  inserting('no ports', { ports: [] }, '400 required'),
  inserting('another protocol than the backend service', { IPProtocol: 'UDP' }, '400 invalid'),
  inserting('L3_DEFAULT without all ports', { IPProtocol: 'L3_DEFAULT' }, '400 invalid'),
  inserting('L3_DEFAULT before a service for TCP', { IPProtocol: 'L3_DEFAULT', ports: [], allPorts: true }, '400 invalid'),
  inserting('a member that does not exist', { ipAddress: '198.18.0.1' }, '400 invalid'),
  inserting('a name with a sign that it must not have', { name: 'a_b' }, '400 invalid'),
  inserting('a backend service that is not there', (g) => ({ backendService: g.link('regions/R/backendServices/none') }), '404 notFound'),
  inserting('a health check for a backend service', (g) => ({ backendService: g.link('regions/R/healthChecks/kube-proxy') }), '400 invalid'),
  inserting('an internal rule before an external service', (g) => internal(g), '400 invalid'),
  inserting('global access of an external rule', { allowGlobalAccess: true }, '400 invalid'),
])

rules(
  'mixed protocols',
  [inserting('L3_DEFAULT', { IPProtocol: 'L3_DEFAULT', ports: [], allPorts: true }, '200 DONE'), inserting('UDP', { IPProtocol: 'UDP' }, '200 DONE')],
  { changed: { protocol: 'UNSPECIFIED' } },
)

rules(
  'internal rules',
  [
    inserting('in a subnetwork', (g) => internal(g), '200 DONE'),
    inserting('without one', { loadBalancingScheme: 'INTERNAL' }, '400 required'),
    inserting('with a range of ports', (g) => ({ ...internal(g), ports: [], portRange: '80-90' }), '400 invalid'),
    inserting('of the standard tier', (g) => ({ ...internal(g), networkTier: 'STANDARD' }), '400 invalid'),
    inserting('an address outside the subnetwork', (g) => ({ ...internal(g), IPAddress: '10.1.0.4' }), '400 invalid'),
    inserting('IPv6 where the subnetwork has internal IPv6', (g) => ({ ...internal(g, 'internal'), ipVersion: 'IPV6' }), '200 DONE'),
    inserting('IPv6 where it has external IPv6', (g) => ({ ...internal(g), ipVersion: 'IPV6' }), '400 invalid'),
    [
      'a second rule on the address of another',
      async (g) => {
        await g.make(PATHS.rule, rule(g, { ...internal(g), IPAddress: '10.0.0.9' }))
        return insert(g, { ...internal(g), name: 'dns', ports: ['53'], IPAddress: '10.0.0.9' })
      },
      'operation IP_IN_USE_BY_ANOTHER_RESOURCE',
    ],
    [
      'a second rule on an address that is reserved to be shared',
      async (g) => {
        const subnetwork = g.gcp.cloud.ids.subnetworks['nodes']!
        await g.make(PATHS.address, { name: 'vip', addressType: 'INTERNAL', purpose: 'SHARED_LOADBALANCER_VIP', subnetwork, address: '10.0.0.9' })
        await g.make(PATHS.rule, rule(g, { ...internal(g), IPAddress: '10.0.0.9' }))
        return insert(g, { ...internal(g), name: 'dns', ports: ['53'], IPAddress: '10.0.0.9' })
      },
      '200 DONE',
    ],
  ],
  { changed: { loadBalancingScheme: 'INTERNAL' } },
)

rules('external addresses', [
  inserting('one that is not reserved', { IPAddress: '198.18.0.77' }, '400 invalid'),
  inserting('one by its number', (g) => ({ IPAddress: g.gcp.cloud.addressOf('reserved-1')! }), '200 DONE'),
  inserting('one by its name', { IPAddress: 'reserved-1' }, '200 DONE'),
  inserting('one by its URL', (g) => ({ IPAddress: `https://www.googleapis.com/compute/v1/${g.link('regions/R/addresses/reserved-1')}` }), '200 DONE'),
  inserting('a name that is not there', { IPAddress: 'none' }, '404 notFound'),
  inserting('one of the other tier', { IPAddress: 'reserved-1', networkTier: 'STANDARD' }, '400 badRequest'),
  inserting(
    'IPv6 of the standard tier',
    (g) => ({ ipVersion: 'IPV6', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'], networkTier: 'STANDARD' }),
    '400 invalid',
  ),
  [
    'a second rule for other ports',
    async (g) => {
      await g.make(PATHS.rule, rule(g, { IPAddress: 'reserved-1' }))
      return insert(g, { name: 'more', IPAddress: 'reserved-1', ports: ['443'] })
    },
    '200 DONE',
  ],
  [
    'a second rule whose ports overlap',
    async (g) => {
      await g.make(PATHS.rule, rule(g, { IPAddress: 'reserved-1' }))
      return insert(g, { name: 'more', IPAddress: 'reserved-1', ports: [], portRange: '79-81' })
    },
    '400 invalid',
  ],
])

rules('changes of a forwarding rule', [
  ['the tier', (g) => patch(g, { networkTier: 'STANDARD' }), '200 DONE'],
  ['ports', (g) => patch(g, { ports: ['81'] }), '400 invalid'],
  ['the same ports', (g) => patch(g, { ports: ['80'] }), '200 DONE'],
  ['based on another version', (g) => patch(g, { fingerprint: 'AAAAAAAAAAA=', networkTier: 'STANDARD' }), '412 conditionNotMet'],
])

async function patch(g: Given, changed: JsonObject) {
  await g.make(PATHS.rule, rule(g))
  return g.send('PATCH', `${PATHS.rule}/web`, changed)
}

rules(
  'quotas',
  [
    inserting('within', {}, '200 DONE'),
    [
      'beyond',
      async (g) => {
        await g.make(PATHS.rule, rule(g))
        return insert(g, { name: 'more' })
      },
      '403 quotaExceeded',
    ],
  ],
  { options: { quotas: { forwardingRules: 1 } } },
)

describe('a forwarding rule', () => {
  test('has its defaults filled in, its ports normalised, and whole links', async () => {
    const g = await withService()
    const made = await g.make(PATHS.rule, rule(g, { ports: [], portRange: '80', labels: { a: 'b' } }))
    expect(made).toMatchObject({
      kind: 'compute#forwardingRule',
      portRange: '80-80',
      networkTier: 'PREMIUM',
      description: '',
      backendService: `${g.gcp.url}/compute/v1/${g.link('regions/R/backendServices/web')}`,
      region: `${g.gcp.url}/compute/v1/${g.link('regions/R')}`,
      IPAddress: '198.18.0.3',
    })
    expect(made).not.toHaveProperty('labels')
  })

  test('keeps its address as a reservation, and after it', async () => {
    const g = await withService()
    const { IPAddress: address } = await g.make(PATHS.rule, rule(g))
    const held = await g.make(PATHS.address, { name: 'held', address: address! })
    expect(held).toMatchObject({ status: 'IN_USE', users: [`${g.gcp.url}/compute/v1/${g.link('regions/R/forwardingRules/web')}`] })
    await g.send('DELETE', `${PATHS.rule}/web`)
    expect(await g.get(`${PATHS.address}/held`)).toMatchObject({ status: 'RESERVED' })
    expect(await g.make(PATHS.rule, rule(g, { IPAddress: address!, ports: ['80', '81'] }))).toMatchObject({ IPAddress: address })
    await g.send('DELETE', `${PATHS.address}/held`)
    expect(await g.get(`${PATHS.rule}/web`)).toMatchObject({ IPAddress: address })
  })

  test('loses the address when nothing holds it', async () => {
    const g = await withService()
    const { IPAddress: before } = await g.make(PATHS.rule, rule(g))
    await g.send('DELETE', `${PATHS.rule}/web`)
    expect((await g.make(PATHS.rule, rule(g)))['IPAddress']).not.toBe(before)
  })

  test('has a network of addresses in IPv6', async () => {
    const g = await withService()
    const subnetwork = g.gcp.cloud.ids.subnetworks['nodes']!
    expect((await g.make(PATHS.rule, rule(g, { ipVersion: 'IPV6', subnetwork })))['IPAddress']).toBe('2001:db8:1:0:0:1:0:0/96')
  })

  test('and its service change their protocol together', async () => {
    const g = await given()
    await g.make(PATHS.check, check())
    const made = await g.make(PATHS.service, service(g))
    await g.make(PATHS.rule, rule(g))
    const change = (protocol: string) => g.send('PATCH', `${PATHS.service}/web`, { protocol, fingerprint: made['fingerprint']! })
    expect(outcome(await change('UDP'))).toBe('400 invalid')
    expect(outcome(await change('UNSPECIFIED'))).toBe('200 DONE')
  })
})
