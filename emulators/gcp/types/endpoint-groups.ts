/** Zonal network endpoint groups; as backends of passthrough load balancers only those of type GCE_VM_IP. */
import { type JsonObject, objectsAt, textAt } from '../../cloud/json.ts'
import type { Operation } from '../../cloud/operations.ts'
import { Refusal, invalid, notFound, required } from '../compute/refusal.ts'
import { COMMON, any, link, number, oneOf } from '../schema/field.ts'
import { nameIn, pathText } from '../schema/paths.ts'
import { type Compute, touch } from '../store/compute.ts'
import { begin } from '../store/operation-record.ts'
import type { Change, Resource, ResourceType } from '../store/resource-type.ts'
import { type Write, objectIn } from '../store/write.ts'
import { COLLECTIONS, countOf, interfaceOf } from './common.ts'

export const ENDPOINT_GROUPS: ResourceType = {
  collection: COLLECTIONS.endpointGroup,
  kind: 'networkEndpointGroup',
  service: 'networkEndpointGroups',
  scope: 'zone',
  fields: {
    ...COMMON,
    networkEndpointType: oneOf(['GCE_VM_IP', 'GCE_VM_IP_PORT'], { or: 'GCE_VM_IP', isFixed: true }),
    network: link([COLLECTIONS.network], { isFixed: true }),
    subnetwork: link([COLLECTIONS.subnetwork], { isFixed: true }),
    defaultPort: number({ from: 1, to: 65_535 }),
    annotations: any(),
    size: number({ isReadOnly: true }),
  },
  methods: ['insert', 'delete'],
  delay: 'group',
  checks: [checkNetwork],
  assign: ({ compute, next }) => ({ network: textAt(compute.resources.get(textAt(next, 'subnetwork') ?? '')?.body ?? {}, 'network'), ...next }),
  show: (_, { members }) => ({ size: members.length }),
  quota: ({ compute, project }) => ({
    metric: 'NETWORK_ENDPOINT_GROUPS',
    limit: compute.quotas.endpointGroups,
    used: countOf(compute, COLLECTIONS.endpointGroup, { project }),
    where: `in region ${compute.region}`,
  }),
}

function checkNetwork({ next }: Change): void {
  if (next['network'] === undefined && next['subnetwork'] === undefined) throw required('network')
  const isVm = textAt(next, 'networkEndpointType') === 'GCE_VM_IP'
  if (isVm && next['defaultPort'] !== undefined) throw invalid('defaultPort', next['defaultPort'], 'A group of type GCE_VM_IP has no port.')
}

/** Endpoints that are there already stay as they are. Throws a Refusal. */
export function attachEndpoints(compute: Compute, group: Resource, write: Write): Operation {
  const added = endpointsIn(compute, write).map((one, at) => endpointOf(compute, group, { one, at }))
  return changeMembers(compute, group, {
    kind: 'attachNetworkEndpoints',
    requestId: write.requestId,
    next: (members) => [...members.filter((one) => !added.some((other) => isSame(one, other))), ...added],
  })
}

/** Throws a Refusal. */
export function detachEndpoints(compute: Compute, group: Resource, write: Write): Operation {
  const removed = endpointsIn(compute, write)
  const absent = removed.find((one) => !group.members.some((other) => isSame(one, other)))
  if (absent !== undefined) throw new Refusal('invalid', `The network endpoint ${JSON.stringify(absent)} is not in '${group.path}'`)
  return changeMembers(compute, group, {
    kind: 'detachNetworkEndpoints',
    requestId: write.requestId,
    next: (members) => members.filter((one) => !removed.some((other) => isSame(other, one))),
  })
}

interface MemberChange extends Pick<Write, 'requestId'> {
  readonly kind: string
  readonly next: (members: readonly JsonObject[]) => readonly JsonObject[]
}

function changeMembers(compute: Compute, group: Resource, { kind, requestId, next }: MemberChange): Operation {
  const effect = (): void => {
    const current = compute.resources.get(group.path)
    if (current === undefined) return
    compute.resources.put({ ...current, members: next(current.members) })
    touch(compute)
  }
  return begin(compute, { target: group, kind, ms: compute.delays.membership, effects: [effect], requestId })
}

function endpointsIn({ quotas }: Compute, { body }: Write): readonly JsonObject[] {
  const sent = objectsAt(objectIn(body), 'networkEndpoints')
  if (sent.length === 0) throw required('networkEndpoints')
  if (sent.length > quotas.endpointsPerCall) throw new Refusal('invalid', `At most ${quotas.endpointsPerCall} endpoints are allowed in a request.`)
  return sent.map(({ instance, ...rest }) => ({ instance: typeof instance === 'string' ? nameIn(instance) : undefined, ...rest }))
}

const isSame = (a: JsonObject, b: JsonObject): boolean => a['instance'] === b['instance'] && (a['port'] ?? 0) === (b['port'] ?? 0)

function endpointOf({ resources }: Compute, group: Resource, { one, at }: { readonly one: JsonObject; readonly at: number }): JsonObject {
  const name = textAt(one, 'instance')
  if (name === undefined) throw required(`networkEndpoints[${at}].instance`)
  const path = pathText({ project: group.project, scope: group.scope, collection: COLLECTIONS.instance, name })
  const instance = resources.get(path)
  if (instance === undefined) throw notFound(path)
  const own = textAt(interfaceOf(instance), 'networkIP')
  const address = textAt(one, 'ipAddress') ?? own
  const isVm = textAt(group.body, 'networkEndpointType') === 'GCE_VM_IP'
  if (isVm && one['port'] !== undefined) throw invalid(`networkEndpoints[${at}].port`, one['port'], 'An endpoint of type GCE_VM_IP has no port.')
  if (isVm && address !== own) throw invalid(`networkEndpoints[${at}].ipAddress`, address, 'It must be the primary address of the instance.')
  return { ...one, ipAddress: address }
}
