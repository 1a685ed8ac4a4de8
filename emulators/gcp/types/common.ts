/** What several types share. */
import { type JsonObject, isObject } from '../../cloud/json.ts'
import { OperationFailed } from '../../cloud/operations.ts'
import type { Compute } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'

export const COLLECTIONS = {
  address: 'addresses',
  rule: 'forwardingRules',
  service: 'backendServices',
  check: 'healthChecks',
  firewall: 'firewalls',
  group: 'instanceGroups',
  endpointGroup: 'networkEndpointGroups',
  instance: 'instances',
  network: 'networks',
  subnetwork: 'subnetworks',
} as const

export const PROTOCOLS = ['TCP', 'UDP', 'ESP', 'AH', 'SCTP', 'ICMP', 'L3_DEFAULT'] as const

/** Fails the operation: HTTP 200 at the call, and this in the operation. */
export function fail(code: string, message: string, status = 400): never {
  throw new OperationFailed({ code, message, status })
}

/** The text at a path of members. */
export function deepText(of: JsonObject, ...names: readonly string[]): string | undefined {
  let value: unknown = of
  for (const name of names) value = isObject(value as JsonObject) ? (value as JsonObject)[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** How many of a collection are in a project; of one scope where it is named. */
export function countOf({ resources }: Compute, collection: string, of: { readonly project: string; readonly scope?: string }): number {
  return resources.in(collection, of).length
}

/** The first interface of an instance. */
export function interfaceOf(instance: Resource): JsonObject {
  const [first] = Array.isArray(instance.body['networkInterfaces']) ? (instance.body['networkInterfaces'] as readonly JsonObject[]) : []
  return first ?? {}
}
