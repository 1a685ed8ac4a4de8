/** Unmanaged instance groups of a zone. */
import { type JsonObject, numberAt, objectsAt, textAt } from '../../cloud/json.ts'
import type { Operation } from '../../cloud/operations.ts'
import { Refusal, invalid, notFound } from '../compute/refusal.ts'
import { COMMON, items, link, number, text } from '../schema/field.ts'
import { pathIn } from '../schema/paths.ts'
import { type Compute, touch } from '../store/compute.ts'
import { begin } from '../store/operation-record.ts'
import type { Resource, ResourceType } from '../store/resource-type.ts'
import { type Write, checkStale, objectIn, replace } from '../store/write.ts'
import { verifyMembers } from './backend-services.ts'
import { COLLECTIONS, countOf, interfaceOf } from './common.ts'

export const INSTANCE_GROUPS: ResourceType = {
  collection: COLLECTIONS.group,
  kind: 'instanceGroup',
  service: 'instanceGroups',
  scope: 'zone',
  fields: {
    ...COMMON,
    network: link([COLLECTIONS.network], { isFixed: true }),
    subnetwork: link([COLLECTIONS.subnetwork], { isFixed: true }),
    namedPorts: items({ name: text({ isRequired: true }), port: number({ from: 1, to: 65_535, isRequired: true }) }),
    size: number({ isReadOnly: true }),
  },
  methods: ['insert', 'delete'],
  delay: 'group',
  fingerprint: 'optional',
  checks: [],
  show: (_, { members }) => ({ size: members.length }),
  quota: ({ compute, project }) => ({
    metric: 'INSTANCE_GROUPS',
    limit: compute.quotas.instanceGroups,
    used: countOf(compute, COLLECTIONS.group, { project }),
    where: `in region ${compute.region}`,
  }),
}

/** Throws a Refusal. */
export function addInstances(compute: Compute, group: Resource, write: Write): Operation {
  const added = instancesIn(compute, group, write).map((path) => memberOf(compute, path))
  const [known, most] = [new Set(namesOf(group.members)), compute.quotas.instancesPerGroup]
  const twice = namesOf(added).find((path) => known.has(path))
  if (twice !== undefined) throw new Refusal('memberAlreadyExists', `'${twice}' is already a member of '${group.path}'`)
  if (known.size + added.length > most) throw new Refusal('limitExceeded', `An instance group has at most ${most} instances.`)
  checkNetworks(compute, group, added)
  const effect = (): void => {
    const current = compute.resources.get(group.path)
    if (current === undefined) return
    const [{ network, subnetwork } = {}] = added
    const next = {
      ...current,
      // Recorded: one that was made with a network shows no subnetwork.
      body: current.body['network'] === undefined ? { ...current.body, network, subnetwork } : current.body,
      members: [...current.members, ...added.map((one): JsonObject => ({ instance: one['instance'] }))],
    }
    compute.resources.put(next)
    verifyNext(compute, current)
    touch(compute)
  }
  return begin(compute, { target: group, kind: 'addInstances', ms: compute.delays.membership, effects: [effect], requestId: write.requestId })
}

/** All are refused, and which is wrong is not said. Source: the API's page of addInstances, "All of the instances ... must be in the same network/subnetwork". */
function checkNetworks({ resources }: Compute, group: Resource, added: readonly JsonObject[]): void {
  const members = namesOf(group.members).flatMap((path) => {
    const instance = resources.get(path)
    return instance === undefined ? [] : [interfaceOf(instance)]
  })
  for (const name of ['network', 'subnetwork'] as const) {
    const all = new Set([group.body, ...members, ...added].flatMap((one) => textAt(one, name) ?? []))
    if (all.size > 1) throw new Refusal('invalid', `All instances of a group must be in the same ${name}.`)
  }
}

/** The group is what it was before, if it is load-balanced and one of its instances is in another such group. */
function verifyNext(compute: Compute, before: Resource): void {
  if (compute.resources.users(before.path).length === 0) return
  try {
    verifyMembers(compute, before.path)
  } catch (error) {
    compute.resources.put(before)
    throw error
  }
}

/** Throws a Refusal. */
export function removeInstances(compute: Compute, group: Resource, write: Write): Operation {
  const removed = new Set(instancesIn(compute, group, write))
  const known = new Set(namesOf(group.members))
  const absent = [...removed].find((path) => !known.has(path))
  if (absent !== undefined) throw new Refusal('memberNotFound', `'${absent}' is not a member of '${group.path}'`, { status: 404 })
  const effect = (): void => {
    const current = compute.resources.get(group.path)
    if (current === undefined) return
    compute.resources.put({ ...current, members: current.members.filter((one) => !removed.has(textAt(one, 'instance') ?? '')) })
    touch(compute)
  }
  return begin(compute, { target: group, kind: 'removeInstances', ms: compute.delays.membership, effects: [effect], requestId: write.requestId })
}

/** Throws a Refusal. */
export function setNamedPorts(compute: Compute, group: Resource, { body, requestId }: Write): Operation {
  const sent = objectIn(body)
  checkStale(() => compute.versions.check(group.path, { given: textAt(sent, 'fingerprint') }))
  const namedPorts = objectsAt(sent, 'namedPorts')
  if (namedPorts.some((one) => textAt(one, 'name') === undefined || numberAt(one, 'port') === undefined)) {
    throw invalid('namedPorts', namedPorts, 'Each must have a name and a port.')
  }
  const effect = (): void => {
    const current = compute.resources.get(group.path)
    if (current !== undefined) replace(compute, { ...current, body: { ...current.body, namedPorts } })
  }
  return begin(compute, { target: group, kind: 'setNamedPorts', ms: compute.delays.group, effects: [effect], requestId })
}

const namesOf = (members: readonly JsonObject[]): readonly string[] => members.flatMap((one) => textAt(one, 'instance') ?? [])

function instancesIn({ resources }: Compute, group: Resource, { body }: Write): readonly string[] {
  return objectsAt(objectIn(body), 'instances').map((one, at) => {
    const path = pathIn(textAt(one, 'instance') ?? '', group.project)
    if (path === undefined || !path.startsWith(`projects/${group.project}/${group.scope}/${COLLECTIONS.instance}/`)) {
      throw invalid(`instances[${at}].instance`, one['instance'], 'It must be the URL of an instance in the zone of the group.')
    }
    // One that is gone may still be removed.
    if (resources.get(path) === undefined && !namesOf(group.members).includes(path)) throw notFound(path)
    return path
  })
}

function memberOf({ resources }: Compute, path: string): JsonObject {
  const instance = resources.get(path)
  if (instance === undefined) throw notFound(path)
  const { network, subnetwork } = interfaceOf(instance)
  return { instance: path, network, subnetwork }
}
