/** Damage by hand at Google Cloud: found by the next inventory, repaired, and reported. What is not ours stays as it is. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../emulators/gcp/index.ts'
import { readyOf } from '../cluster.ts'
import { calls, type Damage, damages, HOUR_MS, pagesOf, reasons, served } from '../damaged.ts'
import { changeMembers, idOf, insert, patch, read, remove, reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf, partsOf, sharedOf } from './look.ts'
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
