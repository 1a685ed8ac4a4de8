/**
 * A case of the comparison: a few requests, told in plain words, that a real API server and the emulator both answer. Written as data; what one answer gives the
 * next request is named by a placeholder.
 */

/** JSON that may hold placeholders: see `fill`. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** May hold `{ns}`, the case's own namespace, and what `fill` knows. */
  readonly path: string
  readonly body?: Json
  /** Content type of the body; `application/json` when it is not said. */
  readonly type?: string
  readonly accept?: string
  /** A watch: so many events are read, then the connection is closed. */
  readonly events?: number
  /** Only these of a list named by `name` are looked at (discovery lists more on a real server). */
  readonly only?: readonly string[]
  /** Only these fields of the answer are looked at. */
  readonly fields?: readonly string[]
}

export interface Case {
  /** What is seen, in plain words; unique. */
  readonly name: string
  readonly steps: readonly Step[]
}

const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'
const APPLY = 'application/apply-patch+yaml'
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
export const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json'
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json'

export const get = (path: string, more: Partial<Step> = {}): Step => ({ method: 'GET', path, ...more })
export const post = (path: string, body: Json, more: Partial<Step> = {}): Step => ({ method: 'POST', path, body, ...more })
export const put = (path: string, body: Json, more: Partial<Step> = {}): Step => ({ method: 'PUT', path, body, ...more })
export const remove = (path: string, body?: Json): Step => ({ method: 'DELETE', path, ...(body === undefined ? {} : { body }) })
export const merge = (path: string, body: Json): Step => ({ method: 'PATCH', path, body, type: MERGE })
export const strategic = (path: string, body: Json): Step => ({ method: 'PATCH', path, body, type: STRATEGIC })
export const jsonPatch = (path: string, body: Json): Step => ({ method: 'PATCH', path, body, type: JSON_PATCH })
export const apply = (path: string, body: Json): Step => ({ method: 'PATCH', path, body, type: APPLY })

export const SERVICES = '/api/v1/namespaces/{ns}/services'
export const CONFIG_MAPS = '/api/v1/namespaces/{ns}/configmaps'
export const PODS = '/api/v1/namespaces/{ns}/pods'
export const NODES = '/api/v1/nodes'
export const ENDPOINTS = '/api/v1/namespaces/{ns}/endpoints'
export const SLICES = '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices'
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases'
export const EVENTS = '/api/v1/namespaces/{ns}/events'
export const NEW_EVENTS = '/apis/events.k8s.io/v1/namespaces/{ns}/events'
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments'
export const REPLICA_SETS = '/apis/apps/v1/namespaces/{ns}/replicasets'

/** A Service named `web`. */
export const service = (spec: Json, metadata: { readonly [key: string]: Json } = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', ...metadata },
  spec,
})

/** The one request that creates the Service `web` with this spec. */
export const creates = (name: string, spec: Json, metadata?: { readonly [key: string]: Json }): Case => ({
  name,
  steps: [post(SERVICES, service(spec, metadata))],
})
