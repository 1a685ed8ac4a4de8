/** The role, compared with what is called over a life in which Services ask for everything once, and with what the documents that are written refer to. */
import { expect, test } from 'vitest'
import { FEATURES, type FeatureName, PERMISSIONS } from '../../../providers/azure/permissions.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
const AZURE = 'service.beta.kubernetes.io/azure-'

const TYPES: Readonly<Record<string, string>> = {
  loadbalancer: 'loadBalancers',
  loadbalancers: 'loadBalancers',
  networksecuritygroup: 'networkSecurityGroups',
  publicipaddress: 'publicIPAddresses',
  publicipaddresses: 'publicIPAddresses',
  operation: 'locations/operations',
}
const VERBS: Readonly<Record<string, string>> = { Get: 'read', List: 'read', Put: 'write', Delete: 'delete' }

/** By the type of an object that a document refers to, the right to join it. */
const JOINS: Readonly<Record<string, string>> = {
  publicipaddresses: 'publicIPAddresses/join/action',
  publicipprefixes: 'publicIPPrefixes/join/action',
  'virtualnetworks/subnets': 'virtualNetworks/subnets/join/action',
  virtualnetworks: 'virtualNetworks/join/action',
  'loadbalancers/backendaddresspools': 'loadBalancers/backendAddressPools/join/action',
  // Parts of the document that is written, and what Azure answers back.
  'loadbalancers/frontendipconfigurations': '',
  'loadbalancers/probes': '',
  'loadbalancers/loadbalancingrules': '',
}

/** Granted, and not shown here. */
const UNSEEN: Readonly<Record<string, string>> = {
  'virtualNetworks/joinLoadBalancer/action': 'published roles have it for backends that are given by address; which of the three Azure asks for was not tried',
  'virtualNetworks/subnets/joinLoadBalancer/action': 'the same',
}

function granted(): ReadonlySet<string> {
  const isUsual = (feature: string): boolean => feature === 'core' || FEATURES[feature as FeatureName].byDefault
  return new Set(PERMISSIONS.filter(({ feature }) => isUsual(feature)).flatMap(({ actions }) => actions))
}

function called({ azure }: World): readonly string[] {
  return azure.journal.calls.map(({ action }) => {
    const [, verb = '', type = ''] = /^(Get|List|Put|Delete)(\w+)$/.exec(action) ?? []
    return `${TYPES[type.toLowerCase()] ?? action}/${VERBS[verb] ?? action}`
  })
}

/** Of the documents that are ours, as they are now. */
function joined(world: World): readonly string[] {
  const documents = world.ownedObjects().filter(({ id }) => /\/(loadBalancers|publicIPAddresses)\/[^/]+$/i.test(id))
  return documents.flatMap(({ id }) => references(world.azure.cloud.call({ method: 'GET', path: id }).body).map((type) => JOINS[type] ?? `join of ${type}`))
}

/** Types of what is referred to by `{ id }`, in lower case. A child of its own is no reference. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(references)
  const own = value as Readonly<Record<string, unknown>>
  if (Object.keys(own).length > 1 || typeof own['id'] !== 'string') return Object.values(own).flatMap(references)
  const [, type = '', , child] = /providers\/Microsoft\.Network\/([^/]+)\/([^/]+)(?:\/([^/]+))?/i.exec(own['id']) ?? []
  return [(child === undefined ? type : `${type}/${child}`).toLowerCase()]
}

/** Asks for everything, waits until it is served, and takes it back. */
async function live(world: World): Promise<ReadonlySet<string>> {
  const joins = new Set<string>()
  world.onWrite = () => joined(world).forEach((action) => joins.add(action))
  await world.start()
  await world.cluster.create('web')
  await world.cluster.create('ranged', { annotations: { [`${AZURE}pip-prefix-id`]: Object.values(world.azure.cloud.ids.prefixes)[0] ?? '' } })
  await world.cluster.create('inner', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  for (const name of ['web', 'ranged', 'inner']) await world.untilReason(name, 'Ready')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/source-ranges': '192.0.2.0/24' } })
  await world.rest()
  for (const name of ['web', 'ranged', 'inner']) {
    await world.cluster.remove(name)
    await world.gone(name)
  }
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
  return joins
}

test('what is called or referred to is granted, and what is granted is used, or says why not', async () => {
  const world = await open({ delays: {} })
  const used = new Set([...(await live(world)), ...called(world)])
  used.delete('')
  const rights = granted()
  expect([...used].filter((action) => !rights.has(action))).toEqual([])
  expect([...rights].filter((action) => !used.has(action)).toSorted()).toEqual(Object.keys(UNSEEN).toSorted())
})
