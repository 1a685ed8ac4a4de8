/**
 * What IAM asks for at each call, without `compute.`. Source: cloud.google.com/compute/docs/reference/rest/v1, "IAM Permissions" of each method. What a
 * document refers to takes a permission on that too (`use`): it is listed with the permissions themselves.
 */

const OF_METHODS: Readonly<Record<string, string>> = {
  get: 'get',
  list: 'list',
  aggregatedList: 'list',
  insert: 'create',
  patch: 'update',
  update: 'update',
  delete: 'delete',
}

/** Of methods that only groups have. */
const OF_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'regionBackendServices.getHealth': ['regionBackendServices.get'],
  'instanceGroups.listInstances': ['instanceGroups.list'],
  'instanceGroups.addInstances': ['instanceGroups.update', 'instances.use'],
  'instanceGroups.removeInstances': ['instanceGroups.update'],
}

/** A firewall rule changes the policy of its network. */
const OF_FIREWALLS: readonly string[] = ['networks.updatePolicy']

/** `call`: as the API names it, `forwardingRules.insert`. Throws an Error where it is not known: a fault of ours. */
export function permissionsOfCall(call: string): readonly string[] {
  const members = OF_MEMBERS[call]
  if (members !== undefined) return members
  const [service = '', method = ''] = call.split('.')
  const verb = OF_METHODS[method]
  if (verb === undefined) throw new Error(`${call} is not a call whose permissions are known`)
  const isFirewallWrite = service === 'firewalls' && verb !== 'get' && verb !== 'list'
  return [`${service}.${verb}`, ...(isFirewallWrite ? OF_FIREWALLS : [])]
}
