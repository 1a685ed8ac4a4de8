/** The role, compared with what is called over a life in which Services ask for everything once, and with what the documents that are written refer to. */
import { expect, test } from 'vitest'
import { actionsOf, FEATURES, type FeatureName, PERMISSIONS } from '../../../providers/gcp/permissions.ts'
import { permissionsOfCall } from '../../../providers/gcp/permissions-of-calls.ts'
import { onServer } from './frame.ts'
import { addMachine } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()

const TAKEN = 'what has the name of an object that is to be made is read, whatever it is'
/** Granted, and not shown here. */
const UNSEEN: Readonly<Record<string, string>> = { 'firewalls.get': TAKEN, 'regionHealthChecks.get': TAKEN }

function granted(): ReadonlySet<string> {
  const isUsual = (feature: string): boolean => feature === 'core' || FEATURES[feature as FeatureName].byDefault
  return new Set(PERMISSIONS.filter(({ feature }) => isUsual(feature)).flatMap(actionsOf))
}

interface Document {
  readonly addressType?: string
  readonly backends?: readonly { readonly group?: string }[]
  readonly healthChecks?: readonly string[]
  readonly ipVersion?: string
  readonly loadBalancingScheme?: string
  readonly status?: string
}

/** What a document that is ours takes on what it refers to, by its kind. */
const USES: Readonly<Record<string, (document: Document) => readonly string[]>> = {
  forwardingRules: ({ loadBalancingScheme, ipVersion }) => [
    'regionBackendServices.use',
    ...(loadBalancingScheme === 'INTERNAL' ? ['networks.use', 'subnetworks.use'] : []),
    ...(loadBalancingScheme === 'EXTERNAL' && ipVersion === 'IPV6' ? ['subnetworks.use', 'subnetworks.useExternalIp'] : []),
  ],
  backendServices: ({ healthChecks = [], backends = [] }) => [
    ...healthChecks.map(() => 'regionHealthChecks.useReadOnly'),
    ...backends.map(({ group = '' }) => (group.includes('/networkEndpointGroups/') ? 'networkEndpointGroups.use' : 'instanceGroups.use')),
  ],
  // An internal one is made, used and deleted by permissions of its own, which the name of the call does not show.
  addresses: ({ addressType, status }) => [
    ...(addressType === 'INTERNAL' ? ['addresses.createInternal', 'addresses.deleteInternal'] : []),
    ...(status === 'IN_USE' ? [addressType === 'INTERNAL' ? 'addresses.useInternal' : 'addresses.use'] : []),
  ],
}

function referred(world: World): readonly string[] {
  return world.ownedObjects().flatMap(({ kind, id }) => {
    const { body } = world.gcp.cloud.call({ method: 'GET', path: `/compute/v1/${id}` })
    return USES[kind]?.(body) ?? []
  })
}

const PORTS = [80, 443, 1000, 2000, 3000].map((port) => ({ name: `p${port}`, port }))

/** Asks for everything, waits until it is served, and takes it back. */
async function live(world: World): Promise<ReadonlySet<string>> {
  const uses = new Set<string>()
  world.onWrite = () => referred(world).forEach((action) => uses.add(action))
  const first = await world.start()
  const names = ['web', 'inner', 'six', 'local']
  await world.cluster.create('web', { spec: { ports: PORTS } })
  await world.cluster.create('inner', {
    spec: { ports: [...PORTS, { name: 'more', port: 53, protocol: 'UDP' }] },
    annotations: { 'fairlead.dev/scheme': 'internal' },
  })
  await world.cluster.create('six', { spec: { ipFamilies: ['IPv6'] } })
  await world.cluster.create('local', { spec: { externalTrafficPolicy: 'Local', healthCheckNodePort: 30_500 } })
  // No pod has an address of IPv6 here.
  for (const name of names) await world.untilReason(name, name === 'six' ? 'NoBackends' : 'Ready')
  await world.cluster.change('web', {
    spec: { ports: [...PORTS, { name: 'more', port: 4000 }] },
    annotations: { 'fairlead.dev/source-ranges': '192.0.2.0/24' },
  })
  await world.cluster.change('inner', { annotations: { 'fairlead.dev/global-access': 'true' } })
  await world.cluster.change('local', { annotations: { 'fairlead.dev/health-check-interval': '10s' } })
  await world.cluster.change('six', { spec: { sessionAffinity: 'ClientIP' } })
  await world.rest()
  await world.pass(60_000)
  await world.cluster.create('named', { annotations: { 'fairlead.dev/address-names': 'nowhere' } })
  await world.untilReason('named', 'Invalid')
  await first.stop()
  await world.start()
  for (const name of [...names, 'named']) {
    await world.cluster.remove(name)
    await world.gone(name)
  }
  await world.pass(600_000)
  expect(world.ownedObjects().map(({ id }) => id)).toEqual([])
  return uses
}

/** More nodes than an internal load balancer takes. */
const MANY = 252

function addMany(gcp: Parameters<typeof addMachine>[0]): ReturnType<typeof addMachine>[] {
  const { zones } = gcp.cloud
  return Array.from({ length: MANY }, (_, i) =>
    addMachine(gcp, { name: `node-${i + 1}`, ip: `10.0.${1 + Math.floor(i / 200)}.${10 + (i % 200)}`, zone: zones[i % zones.length] ?? '' }),
  )
}

/** An internal Service in a large cluster has groups of its own. */
async function liveAmongMany(world: World): Promise<ReadonlySet<string>> {
  const uses = new Set<string>()
  world.onWrite = () => referred(world).forEach((action) => uses.add(action))
  const first = await world.start()
  await world.cluster.create('inner', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.untilReason('inner', 'Ready')
  await first.stop()
  await world.start()
  await world.cluster.removeNode(nodeOfGroup(world))
  await world.until('it is taken out', () => world.gcp.journal.calls.some(({ action }) => action === 'networkEndpointGroups.detachNetworkEndpoints'))
  await world.cluster.remove('inner')
  await world.gone('inner')
  await world.pass(600_000)
  expect(world.ownedObjects().map(({ id }) => id)).toEqual([])
  return uses
}

function nodeOfGroup(world: World): string {
  const group = world.ownedObjects().find(({ kind }) => kind === 'networkEndpointGroups')
  const { members = [] } = (group?.settings ?? {}) as { readonly members?: readonly { readonly instance: string }[] }
  return members[0]?.instance ?? ''
}

test('what is called or referred to is granted, and what is granted is used, or says why not', async () => {
  const world = await open({ delays: {} })
  const uses = [...(await live(world))]
  await world.close()
  const large = await open({ delays: {}, machines: addMany })
  uses.push(...(await liveAmongMany(large)))
  const used = new Set([...uses, ...[world, large].flatMap(({ gcp }) => gcp.journal.calls.flatMap(({ action }) => permissionsOfCall(action)))])
  const permissions = granted()
  expect([...used].filter((action) => !permissions.has(action))).toEqual([])
  expect([...permissions].filter((action) => !used.has(action)).toSorted()).toEqual(Object.keys(UNSEEN).toSorted())
})
