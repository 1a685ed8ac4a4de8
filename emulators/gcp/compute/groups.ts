/** What can be asked of groups, and of a backend service about one. */
import { objectsAt, textAt } from '../../cloud/json.ts'
import type { Operation } from '../../cloud/operations.ts'
import { healthOf } from '../packets/health.ts'
import { pathIn } from '../schema/paths.ts'
import { idFrom } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'
import { type Write, objectIn } from '../store/write.ts'
import { groupsOf } from '../types/backend-services.ts'
import { COLLECTIONS } from '../types/common.ts'
import { attachEndpoints, detachEndpoints } from '../types/endpoint-groups.ts'
import { addInstances, removeInstances, setNamedPorts } from '../types/instance-groups.ts'
import { type Answer, type Ask, type Handler, type Handlers, ROOT, SCOPES, ok } from './handler.ts'
import { pageOf } from './pages.ts'
import { invalid } from './refusal.ts'
import { answered, found, writeOf } from './resources.ts'

type MemberWrite = (compute: Ask['compute'], group: Resource, write: Write) => Operation

const GROUP = `${ROOT}/${SCOPES.zone}/${COLLECTIONS.group}/{name}`
const ENDPOINTS = `${ROOT}/${SCOPES.zone}/${COLLECTIONS.endpointGroup}/{name}`

export const GROUP_HANDLERS: Handlers = {
  [`POST ${GROUP}/addInstances`]: writing(COLLECTIONS.group, 'addInstances', addInstances),
  [`POST ${GROUP}/removeInstances`]: writing(COLLECTIONS.group, 'removeInstances', removeInstances),
  [`POST ${GROUP}/setNamedPorts`]: writing(COLLECTIONS.group, 'setNamedPorts', setNamedPorts),
  [`POST ${GROUP}/listInstances`]: { action: `${COLLECTIONS.group}.listInstances`, kind: 'read', run: listInstances },
  [`POST ${ENDPOINTS}/attachNetworkEndpoints`]: writing(COLLECTIONS.endpointGroup, 'attachNetworkEndpoints', attachEndpoints),
  [`POST ${ENDPOINTS}/detachNetworkEndpoints`]: writing(COLLECTIONS.endpointGroup, 'detachNetworkEndpoints', detachEndpoints),
  [`POST ${ENDPOINTS}/listNetworkEndpoints`]: { action: `${COLLECTIONS.endpointGroup}.listNetworkEndpoints`, kind: 'read', run: listEndpoints },
  [`POST ${ROOT}/${SCOPES.region}/${COLLECTIONS.service}/{name}/getHealth`]: { action: 'regionBackendServices.getHealth', kind: 'read', run: getHealth },
}

function writing(collection: string, method: string, run: MemberWrite): Handler {
  return { action: `${collection}.${method}`, kind: 'write', run: (ask) => answered(ask, () => run(ask.compute, found(ask, { collection }), writeOf(ask))) }
}

function listInstances(ask: Ask): Answer {
  const group = found(ask, { collection: COLLECTIONS.group })
  const members = group.members.map((one) => textAt(one, 'instance') ?? '').toSorted()
  const { items, nextPageToken } = pageOf(members, ask.query, (one) => one)
  const namedPorts = objectsAt(group.body, 'namedPorts')
  return ok({
    kind: 'compute#instanceGroupsListInstances',
    id: group.id,
    ...(items.length === 0
      ? {}
      : { items: items.map((path) => ({ instance: `${ask.base}${path}`, status: 'RUNNING', ...(namedPorts.length === 0 ? {} : { namedPorts }) })) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  })
}

function listEndpoints(ask: Ask): Answer {
  const group = found(ask, { collection: COLLECTIONS.endpointGroup })
  const keyOf = (one: Resource['members'][number]): string => `${textAt(one, 'instance') ?? ''} ${JSON.stringify(one['port'] ?? 0)}`
  const sorted = group.members.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const { items, nextPageToken } = pageOf(sorted, ask.query, keyOf)
  return ok({
    kind: 'compute#networkEndpointGroupsListNetworkEndpoints',
    id: idFrom(group.path),
    ...(items.length === 0 ? {} : { items: items.map((networkEndpoint) => ({ networkEndpoint })) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  })
}

function getHealth(ask: Ask): Answer {
  const service = found(ask, { collection: COLLECTIONS.service })
  const sent = textAt(objectIn(ask.json()), 'group') ?? ''
  const group = pathIn(sent, service.project)
  if (group === undefined || !groupsOf(service).includes(group)) throw invalid('group', sent, 'It must be a backend of the backend service.')
  const healthStatus = healthOf(ask.compute, service, group).map(({ rule, address, instance, privateIp, isHealthy }) => ({
    instance: `${ask.base}${instance}`,
    ipAddress: privateIp,
    healthState: isHealthy ? 'HEALTHY' : 'UNHEALTHY',
    forwardingRule: `${ask.base}${rule}`,
    forwardingRuleIp: address,
  }))
  return ok({ kind: 'compute#backendServiceGroupHealth', ...(healthStatus.length === 0 ? {} : { healthStatus }) })
}
