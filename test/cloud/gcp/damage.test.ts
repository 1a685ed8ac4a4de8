/** Damage by hand at Google Cloud: found by the next inventory, repaired, and reported. What is not ours stays as it is. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../emulators/gcp/index.ts'
import { readyOf } from '../cluster.ts'
import { calls, type Damage, damages, HOUR_MS, pagesOf, reasons, served } from '../damaged.ts'
import { port } from '../live-changes.ts'
import type { CloudObject } from '../under-test.ts'
import { changeMembers, idOf, insert, patch, post, read, remove, reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf, sharedOf } from './look.ts'
import { manyMachines } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()

const idsOf = (world: World, kind: string): readonly string[] => partsOf(world, 'web', kind).map(({ id }) => id)
const oneOf = (world: World, kind: string): string => idsOf(world, kind)[0] ?? ''
const shared = (world: World, kind: string): string => sharedOf(world, kind)[0]?.id ?? ''
/** Opens its ports, as opposed to what lets probes in. */
const allowing = (world: World): string => partsOf(world, 'web', 'firewalls').find(({ settings }) => 'allowed' in settings)?.id ?? ''
const machine = ({ gcp, machines }: World, at: number): string => idOf(gcp, 'instances', machines[at]?.name ?? '', machines[at]?.zone)
const edit = (world: World, id: string, change: JsonObject): void => patch(world.gcp, id, change)

const DAMAGES: readonly Damage<World>[] = [
  {
    what: 'the firewall rule of a Service deleted',
    hurt: (world) => remove(world.gcp, allowing(world)),
    repair: ['firewalls.insert'],
    isFelt: true,
  },
  {
    what: 'the firewall rule of a Service turned off',
    hurt: (world) => edit(world, allowing(world), { disabled: true }),
    repair: ['firewalls.patch'],
    isFelt: true,
  },
  {
    what: 'the firewall rule of a Service for other machines',
    hurt: (world) => edit(world, allowing(world), { targetTags: ['elsewhere'] }),
    repair: ['firewalls.patch'],
    isFelt: true,
  },
  {
    what: 'a port opened in the firewall rule of a Service',
    hurt: (world) => edit(world, allowing(world), { allowed: [{ IPProtocol: 'tcp', ports: ['22', '80-81'] }] }),
    repair: ['firewalls.patch'],
    isFelt: false,
  },
  {
    what: 'the backends of a Service taken away',
    hurt: (world) => edit(world, oneOf(world, 'backendServices'), { backends: [] }),
    repair: ['regionBackendServices.update'],
    isFelt: true,
  },
  {
    what: 'the affinity of a Service changed',
    hurt: (world) => edit(world, oneOf(world, 'backendServices'), { sessionAffinity: 'CLIENT_IP' }),
    repair: ['regionBackendServices.update'],
    isFelt: false,
  },
  {
    what: "another owner's health check for a Service",
    hurt: (world) => edit(world, oneOf(world, 'backendServices'), { healthChecks: [idOf(world.gcp, 'healthChecks', 'foreign')] }),
    repair: ['regionBackendServices.update'],
    isFelt: false,
  },
  {
    what: 'the health check of all Services changed',
    hurt: (world) => edit(world, shared(world, 'healthChecks'), { httpHealthCheck: { port: 10_257, requestPath: '/healthz' } }),
    repair: ['regionHealthChecks.patch'],
    isFelt: false,
    isShared: true,
  },
  {
    what: 'the firewall rule for probes deleted',
    hurt: (world) => remove(world.gcp, shared(world, 'firewalls')),
    repair: ['firewalls.insert'],
    isFelt: false,
    isShared: true,
  },
  {
    what: 'a node taken out of its group',
    hurt: (world) => changeMembers(world.gcp, 'removeInstances', shared(world, 'instanceGroups'), [machine(world, 0)]),
    repair: ['instanceGroups.addInstances'],
    isFelt: false,
    isOfBase: true,
  },
  {
    what: 'the forwarding rule deleted, and with it the address that Google chose',
    hurt: (world) => remove(world.gcp, oneOf(world, 'forwardingRules')),
    repair: ['firewalls.patch', 'forwardingRules.insert'],
    looks: ['forwardingRules.get'],
    isFelt: true,
  },
  {
    what: 'all that a Service has deleted',
    hurt(world) {
      for (const kind of ['forwardingRules', 'firewalls', 'backendServices']) for (const id of idsOf(world, kind)) remove(world.gcp, id)
    },
    repair: ['firewalls.insert', 'forwardingRules.insert', 'regionBackendServices.insert'],
    // No list shows the Stack any more: it is looked for by its name.
    looks: [
      ...['addresses', 'firewalls', 'forwardingRules', 'regionBackendServices', 'regionHealthChecks'].map((service) => `${service}.list`),
      'networkEndpointGroups.aggregatedList',
      'forwardingRules.get',
    ],
    isFelt: true,
  },
]

damages(open, DAMAGES)

const firewallThat = (world: World, fits: (settings: CloudObject['settings']) => boolean): string =>
  partsOf(world, 'web', 'firewalls').find(({ settings }) => fits(settings))?.id ?? ''
const denying = (world: World): string => firewallThat(world, (settings) => 'denied' in settings)
const ownProbes = (world: World): string => firewallThat(world, (settings) => 'allowed' in settings && !('destinationRanges' in settings))

/** What a Service has of its own beside that. */
const OWN: readonly Damage<World>[] = [
  {
    what: 'the firewall rule that keeps other clients out deleted',
    hurt: (world) => remove(world.gcp, denying(world)),
    repair: ['firewalls.insert'],
    isFelt: false,
  },
  {
    what: 'the firewall rule that keeps other clients out for other addresses',
    hurt: (world) => edit(world, denying(world), { destinationRanges: ['192.0.2.1/32'] }),
    repair: ['firewalls.patch'],
    isFelt: false,
  },
  {
    what: 'the health check of a Service for another path',
    hurt: (world) => edit(world, oneOf(world, 'healthChecks'), { httpHealthCheck: { port: 80, requestPath: '/' } }),
    repair: ['regionHealthChecks.patch'],
    isFelt: false,
  },
  {
    what: 'the firewall rule for probes of a Service deleted',
    hurt: (world) => remove(world.gcp, ownProbes(world)),
    repair: ['firewalls.insert'],
    isFelt: false,
  },
]

damages(open, OWN, { spec: { externalTrafficPolicy: 'Local', loadBalancerSourceRanges: ['203.0.113.0/24'] } })

test.for(['TCP', 'UDP'])('of two forwarding rules that of %s deleted: it is made again at the address that both have', async (protocol) => {
  const world = await served(open, { spec: { ports: [port(80), port(80, 'UDP')] } })
  const before = [await addressesOf(world), world.owned()]
  remove(world.gcp, partsOf(world, 'web', 'forwardingRules').find(({ settings }) => settings['IPProtocol'] === protocol)?.id ?? '')
  const { mark } = world.gcp.journal
  await world.pass(HOUR_MS)
  expect(calls(world, mark, 'write')).toEqual(['forwardingRules.insert'])
  expect([await addressesOf(world), world.owned()]).toEqual(before)
  expect(await reasons(world, 'web')).toContain('Repaired')
})

test('the reservation that several rules need, deleted with the rules: both are made again, at one address', async () => {
  const world = await served(open, { spec: { ports: [port(80), port(80, 'UDP')] } })
  for (const kind of ['forwardingRules', 'addresses']) for (const id of idsOf(world, kind)) remove(world.gcp, id)
  await world.pass(HOUR_MS)
  await world.until('web answers', async () => (await world.reach('web')) === 'web')
  expect([(await addressesOf(world)).length, partsOf(world, 'web', 'addresses').length, partsOf(world, 'web', 'forwardingRules').length]).toEqual([1, 1, 2])
  expect(await reasons(world, 'web')).toContain('Repaired')
})

test('nodes taken out of an endpoint group come back', async () => {
  const world = await open({ machines: (gcp) => manyMachines(gcp, 253) })
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.untilReason('web', 'Ready')
  await world.pass(60_000)
  const before = world.owned()
  const [group] = partsOf(world, 'web', 'networkEndpointGroups')
  const [first] = (group?.settings['members'] ?? []) as readonly { readonly instance: string }[]
  post(world.gcp, `${group?.id ?? ''}/detachNetworkEndpoints`, { networkEndpoints: [{ instance: first?.instance ?? '' }] })
  const { mark } = world.gcp.journal
  await world.pass(2 * HOUR_MS)
  expect(calls(world, mark, 'write')).toEqual(['networkEndpointGroups.attachNetworkEndpoints'])
  expect(world.owned()).toEqual(before)
  expect(await reasons(world, 'web')).toContain('Repaired')
})

test('a machine of others in a group of ours is taken out', async () => {
  const world = await served(open)
  const [group] = sharedOf(world, 'instanceGroups')
  const zone = group?.id.split('/')[3] ?? ''
  world.gcp.cloud.addMachine({ name: 'stranger', zone })
  changeMembers(world.gcp, 'addInstances', group?.id ?? '', [idOf(world.gcp, 'instances', 'stranger', zone)])
  await world.pass(HOUR_MS)
  expect(sharedOf(world, 'instanceGroups').map(({ settings }) => JSON.stringify(settings['members']))).not.toContainEqual(expect.stringContaining('stranger'))
})

test('a forwarding rule with a reserved address, deleted: it is made again, with the same address', async () => {
  const world = await served(open, { annotations: { 'fairlead.dev/address-names': 'reserved-1' } })
  const before = await addressesOf(world)
  remove(world.gcp, oneOf(world, 'forwardingRules'))
  expect(await world.reach('web')).not.toBe('web')
  const { mark } = world.gcp.journal
  await world.pass(HOUR_MS)
  expect(await addressesOf(world)).toEqual(before)
  expect(await world.reach('web')).toBe('web')
  expect(calls(world, mark, 'write')).toEqual(['forwardingRules.insert'])
  expect(await reasons(world, 'web')).toContain('Repaired')
})

test('global access that a person allows is taken back', async () => {
  const world = await served(open, { annotations: { 'fairlead.dev/scheme': 'internal' } })
  edit(world, oneOf(world, 'forwardingRules'), { allowGlobalAccess: true })
  const { mark } = world.gcp.journal
  await world.pass(HOUR_MS)
  expect(calls(world, mark, 'write')).toEqual(['forwardingRules.patch'])
  expect(read(world.gcp, oneOf(world, 'forwardingRules'))['allowGlobalAccess'] ?? false).toBe(false)
})

test('what a person adds beside ours costs no call: labels of a rule, named ports of a group, a failover policy, a firewall rule for the address', async () => {
  const world = await served(open)
  const pages = await pagesOf(world)
  const [address = ''] = await addressesOf(world)
  edit(world, oneOf(world, 'backendServices'), { failoverPolicy: { failoverRatio: 0.5 } })
  insert(world.gcp, 'firewalls', {
    name: 'monitoring',
    network: world.gcp.cloud.ids.network,
    allowed: [{ IPProtocol: 'icmp' }],
    sourceRanges: ['192.0.2.0/24'],
    destinationRanges: [`${address}/32`],
  })
  const { mark } = world.gcp.journal
  await world.pass(HOUR_MS)
  expect([calls(world, mark, 'write'), calls(world, mark, 'read')]).toEqual([[], pages])
  await world.cluster.change('web', { spec: { sessionAffinity: 'ClientIP' } })
  await world.pass(60_000)
  expect(read(world.gcp, oneOf(world, 'backendServices'))).toMatchObject({ sessionAffinity: 'CLIENT_IP', failoverPolicy: { failoverRatio: 0.5 } })
  for (const name of ['web', 'neighbour']) await world.cluster.remove(name)
  for (const name of ['web', 'neighbour']) await world.gone(name)
  await world.pass(600_000)
  expect(world.foreign().filter((text) => text.startsWith('firewalls monitoring '))).toHaveLength(1)
  expect(world.owned()).toEqual([])
})

test("a person's forwarding rule for a backend service of ours: the Service goes as far as it can, says what is in the way, and goes when that is gone", async () => {
  const world = await served(open)
  const service = oneOf(world, 'backendServices')
  const theirs = insert(world.gcp, 'forwardingRules', {
    name: 'theirs',
    IPAddress: reserve(world.gcp, 'theirs'),
    ports: ['8443'],
    loadBalancingScheme: 'EXTERNAL',
    backendService: service,
  })
  await world.cluster.remove('web')
  await world.pass(600_000)
  expect(readyOf(await world.cluster.get('web'))?.message).toMatch(/theirs/)
  expect(partsOf(world, 'web').map(({ kind }) => kind)).toEqual(['backendServices'])
  remove(world.gcp, theirs)
  await world.gone('web')
  expect(partsOf(world, 'web')).toEqual([])
})
